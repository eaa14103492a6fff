import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct GuardTests {
  /// Two runs with a GPU each, which a changed image would replace two hours later.
  private func replacing() throws -> Scenario {
    var scenario = Scenario()
    for name in ["a", "b"] { scenario.job(name, gpuMilli: 1000) }
    scenario.job("c")
    try scenario.apply()
    scenario.advance(7200)
    for name in ["a", "b"] { scenario.deployments[name]?.image = "image:2" }
    return scenario
  }

  private func refusals(_ scenario: Scenario, _ change: (inout PlanGuards) -> Void) throws -> [Refusal] {
    try scenario.fleet.plan(scenario.comparison { change(&$0.guards) }, now: scenario.now).refusals
  }

  @Test func `more stops than allowed are refused`() throws {
    let scenario = try replacing()
    let both = [scenario.identity("a"), scenario.identity("b")]
    #expect(try refusals(scenario) { $0.maxStopped = 1 } == [.stopsTooMany(both, limit: 1)])
    #expect(try refusals(scenario) { $0.maxStopped = 2 } == [])
  }

  @Test func `more lost GPU hours than allowed are refused`() throws {
    let scenario = try replacing()
    let both = [scenario.identity("a"), scenario.identity("b")]
    #expect(
      try refusals(scenario) { $0.maxGPUHoursLost = 3.9 } == [.losesTooMuch(gpuHours: 4, limit: 3.9, both)])
    #expect(try refusals(scenario) { $0.maxGPUHoursLost = 4 } == [])
  }

  @Test func `a plan without preemptions passes the guard against them`() throws {
    #expect(try refusals(replacing()) { $0.forbidsPreemption = true } == [])
  }
}
