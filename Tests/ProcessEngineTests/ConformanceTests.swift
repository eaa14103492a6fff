import BerthTestSupport
import ProcessEngine
import Testing

@Suite(.timeLimit(.minutes(15))) struct ConformanceTests {
  @Test(arguments: EngineConformance.checks)
  func `the engine conforms with a cgroup where one can be made`(check: EngineConformance.Check) async throws {
    try await ProcessInstallation.with { try await check.run($0.suite) }
  }

  @Test(arguments: EngineConformance.checks)
  func `the engine conforms with the process tree`(check: EngineConformance.Check) async throws {
    try await ProcessInstallation.with(containment: .tree) { try await check.run($0.suite) }
  }
}
