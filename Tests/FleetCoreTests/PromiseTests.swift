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
}
