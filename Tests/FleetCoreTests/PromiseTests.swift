import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Promised starts never move. A run that its engine has not started may start at any time, and promises nothing.
@Suite struct PromiseTests {
  private func bounded(_ seconds: Int64) -> (inout DeploymentSpec) -> Void {
    { $0.traits.maxRuntime = .seconds(seconds) }
  }

  @Test func `a run that its engine has not started makes no promise`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.queuesLaunches = true
    scenario.job("queued", cpu: 8, bounded(100))
    try scenario.apply()
    scenario.job("next", cpu: 8, bounded(100))
    try scenario.apply()
    let cluster = scenario.identity("next").cluster
    // At the moment of the admission itself nothing would move the promise.
    #expect(scenario.fleet.reserved(on: cluster).first?.promise == scenario.now + .seconds(100))
    scenario.advance(7)
    scenario.job("other", bounded(10))
    try scenario.apply()
    let reserved = scenario.fleet.reserved(on: cluster)
    #expect(reserved.first?.promise == nil)
    #expect(reserved.first?.start?.at == scenario.now + .seconds(100))
    #expect(reserved.first?.start?.isPromised == false)
  }

  /// Seed 620 of the generated commits: while the holder was on its way, what has no bound was let in before the head.
  @Test(arguments: [0, 1, 7])
  func `what could outlast the bound of a run waits behind its heir, also while the run begins`(seconds: Int64) throws {
    var scenario = Scenario(["lab": (16, 2, 0)])
    scenario.queuesLaunches = true
    scenario.job("d2", cpu: 1) {
      $0.traits.expectedRuntime = .seconds(600)
      $0.traits.maxRuntime = .seconds(7200)
    }
    scenario.service("d4", cpu: 2)
    scenario.job("main", cpu: 1) {
      $0.traits.expectedRuntime = .seconds(600)
      $0.traits.priority = .low
    }
    try scenario.apply()
    scenario.advance(seconds)
    scenario.job("other", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    #expect(scenario.fleet.liveRuns.map(\.identity.name) == ["d2"])
  }
}
