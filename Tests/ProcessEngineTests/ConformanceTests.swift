import BerthTestSupport
import ProcessEngine
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConformanceTests {
  @Test("with a cgroup where one can be made", arguments: EngineConformance.checks)
  func automatic(check: EngineConformance.Check) async throws {
    try await ProcessInstallation.with { try await check.run($0.suite) }
  }

  @Test("with the tree of processes", arguments: EngineConformance.checks)
  func tree(check: EngineConformance.Check) async throws {
    try await ProcessInstallation.with(containment: .tree) { try await check.run($0.suite) }
  }
}
