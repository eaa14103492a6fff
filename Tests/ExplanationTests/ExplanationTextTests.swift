import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// The output of `why` at 80 columns, as golden files.
@Suite struct ExplanationTextTests {
  private func said(_ name: String, _ scenario: Scenario, lastRun: RunRecord? = nil) throws -> String {
    let explanation = try #require(try scenario.fleet.explanation(of: scenario.identity(name), now: scenario.now))
    let text = ExplanationText(width: 80, lastRun: lastRun).text(explanation)
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    return text
  }

  private func lab() -> Scenario {
    var scenario = Scenario(["lab": (64, 16, 4), "lab-b": (64, 16, 2)])
    scenario.scheduling.minimumRuntime = .seconds(60)
    return scenario
  }

  @Test func `GPUs held by runs of lower priority are explained`() throws {
    var scenario = lab()
    scenario.job("tune", ram: 8, cpu: 4, gpuMilli: 2000) {
      $0.traits.priority = .low
      $0.traits.expectedRuntime = .seconds(7200)
    }
    scenario.service("serve", ram: 4, cpu: 2)
    scenario.deployments["serve"]?.traits.resources.gpuMilli = 1000
    try scenario.apply()
    scenario.advance(1800)
    scenario.job("train", ram: 16, cpu: 4, gpuMilli: 2000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(300)
    try expect(try said("train", scenario), isGolden: "gpus.txt")
    let explanation = try #require(try scenario.fleet.explanation(of: scenario.identity("train"), now: scenario.now))
    try expect(explanation.json.text() + "\n", isGolden: "gpus.json")
  }

  @Test func `a wait or an end is dated from the end of the last run`() {
    let made = Instant(nanoseconds: 1_800_000_000_000_000_000)
    let identity = Scenario().identity("train")
    func since(_ state: Explanation.State, ended: Instant?) -> Instant? {
      var explanation = Explanation(
        deployment: identity, at: made + .seconds(100), status: .pending, state: state, reason: nil,
        priority: .medium, since: made + .seconds(10))
      var run = RunRecord(
        id: RunID(1), name: RunName(text: "berth-1"), deployment: DeploymentID(1),
        identity: identity, cluster: ClusterID(1), generation: 1, attempt: 1, resources: .zero, gpus: [],
        createdAt: made, stopGrace: .zero)
      run.endedAt = ended
      explanation.adjustSince(toEndOf: ended == nil ? nil : run)
      return explanation.since
    }
    #expect(since(.waits, ended: made + .seconds(79)) == made + .seconds(79))
    #expect(since(.startsNext, ended: made + .seconds(79)) == made + .seconds(79))
    #expect(since(.waits, ended: made + .seconds(5)) == made + .seconds(10))
    #expect(since(.waits, ended: nil) == made + .seconds(10))
    #expect(since(.running, ended: made + .seconds(79)) == made + .seconds(10))
    #expect(since(.completed, ended: made + .seconds(79)) == made + .seconds(79))
    #expect(since(.failed, ended: nil) == nil)
  }

  @Test func `a wait behind a reservation is explained`() throws {
    var scenario = lab()
    scenario.job("sweep", ram: 8, cpu: 12) { $0.traits.maxRuntime = .seconds(3600) }
    try scenario.apply()
    scenario.advance(600)
    scenario.job("large", ram: 32, cpu: 16) { $0.traits.maxRuntime = .seconds(3600) }
    try scenario.apply()
    scenario.advance(60)
    scenario.job("small", ram: 1, cpu: 2)
    try scenario.apply()
    scenario.advance(30)
    try expect(try said("small", scenario), isGolden: "reservation.txt")
  }

  @Test func `a failure at the end of a chain is explained`() throws {
    var scenario = lab()
    scenario.job("fetch") { $0.traits.priority = .low }
    scenario.job("prepare", after: ["fetch"]) {
      $0.traits.priority = .low
      $0.traits.expectedRuntime = .seconds(600)
    }
    scenario.job("train", gpuMilli: 1000, after: ["prepare"]) { $0.traits.priority = .high }
    try scenario.apply()
    scenario.advance(90)
    scenario.end("fetch", .exited(status: 3))
    scenario.advance(600)
    try expect(try said("train", scenario), isGolden: "chain.txt")
  }

  @Test func `an inherited priority is explained`() throws {
    var scenario = lab()
    scenario.job("lab-b/other", gpuMilli: 2000) {
      $0.traits.priority = .high
      $0.traits.expectedRuntime = .seconds(5400)
    }
    try scenario.apply()
    scenario.advance(120)
    scenario.job("lab-b/prepare", gpuMilli: 1000) { $0.traits.priority = .low }
    scenario.job("train", after: ["lab-b/prepare"])
    scenario.job("evaluate", after: ["train"]) { $0.traits.priority = .high }
    try scenario.apply()
    scenario.advance(120)
    try expect(try said("lab-b/prepare", scenario), isGolden: "inherited.txt")
  }

  @Test func `room that only services hold is explained`() throws {
    var scenario = lab()
    for name in ["api", "store"] {
      scenario.service(name, ram: 24, cpu: 2)
      scenario.deployments[name]?.traits.priority = .high
    }
    try scenario.apply()
    scenario.advance(86_400 * 3)
    scenario.job("index", ram: 24, cpu: 4, with: ["store"])
    try scenario.apply()
    scenario.advance(7200)
    try expect(try said("index", scenario), isGolden: "services.txt")
  }

  @Test func `several obstacles are explained together`() throws {
    var scenario = lab()
    scenario.job("big", cpu: 14, gpuMilli: 4000) { $0.traits.priority = .high }
    scenario.user.active = true
    try scenario.apply()
    scenario.advance(300)
    scenario.user.active = false
    scenario.job("train", cpu: 4, gpuMilli: 2000) { $0.traits.suspend = true }
    try scenario.apply()
    try expect(try said("train", scenario), isGolden: "barred.txt")
  }

  @Test func `running and finished deployments are explained`() throws {
    var scenario = lab()
    scenario.job("train") { $0.traits.maxRuntime = .seconds(3600) }
    scenario.job("eval")
    scenario.job("once")
    try scenario.apply()
    scenario.advance(600)
    var failed = try #require(scenario.fleet.liveRun(of: scenario.identity("eval")))
    failed.state = .ended
    failed.outcome = .exited(status: 3)
    failed.endedAt = scenario.now
    scenario.end("eval", .exited(status: 3))
    scenario.end("once")
    scenario.advance(60)
    let texts = [
      try said("train", scenario), try said("eval", scenario, lastRun: failed), try said("once", scenario),
    ]
    try expect(texts.joined(separator: "\n"), isGolden: "over.txt")
  }
}
