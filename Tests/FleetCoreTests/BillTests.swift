import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct BillTests {
  /// A sweep that has run for two hours on both GPUs, and a release that needs one of them.
  private func displacing() throws -> Scenario {
    var scenario = Scenario()
    scenario.scheduling.minimumRuntime = .zero
    scenario.job("sweep", gpuMilli: 2000) {
      $0.traits.priority = .low
      $0.traits.expectedRuntime = .seconds(4 * 3600)
    }
    try scenario.apply()
    scenario.advance(7200)
    scenario.job("release", gpuMilli: 1000) {
      $0.traits.priority = .high
      $0.traits.maxRuntime = .seconds(2400)
    }
    return scenario
  }

  @Test func `a bill states the GPU hours lost and when the victim comes back`() throws {
    let scenario = try displacing()
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now, forecasting: ForecastLimits())
    let bill = try #require(plan.bills.first)
    #expect(plan.bills.count == 1)
    #expect(bill.victim == scenario.identity("sweep") && bill.preemptor == scenario.identity("release"))
    #expect(bill.priority == .low && bill.gpuHoursLost == 4 && bill.dependants == [])
    #expect(bill.comesBack == .at(scenario.now + .seconds(2400)))
  }

  /// Dependants that need the victim running stop with it, and their dependants, too.
  @Test func `a bill names the dependants that stop with the victim`() throws {
    var scenario = Scenario()
    scenario.scheduling.minimumRuntime = .zero
    scenario.job("store", gpuMilli: 2000) { $0.traits.priority = .low }
    scenario.job("reader", with: ["store"]) { $0.traits.priority = .low }
    scenario.job("report", with: ["reader"]) { $0.traits.priority = .low }
    scenario.job("other") { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(60)
    scenario.job("release", gpuMilli: 1000) { $0.traits.priority = .high }
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now)
    let dependants = Dictionary(uniqueKeysWithValues: plan.bills.map { ($0.victim.name, $0.dependants.map(\.name)) })
    #expect(dependants == ["store": ["reader", "report"], "reader": ["report"], "report": []])
  }

  @Test func `a plan that preempts is refused by the guards against it`() throws {
    let scenario = try displacing()
    let comparison = try scenario.comparison { $0.guards.forbidsPreemption = true }
    #expect(scenario.fleet.plan(comparison, now: scenario.now).refusals == [.preempts([scenario.identity("sweep")])])
    let limited = try scenario.comparison { $0.guards.maxGPUHoursLost = 3 }
    #expect(
      scenario.fleet.plan(limited, now: scenario.now).refusals == [
        .losesTooMuch(gpuHours: 4, limit: 3, [scenario.identity("sweep")])
      ])
  }

  /// Beyond 16 candidates the search is greedy.
  @Test(arguments: [16, 17]) func `a bill says whether its victims are exactly the cheapest`(count: Int) throws {
    var scenario = Scenario(["lab": (64, 32, 0)])
    scenario.scheduling.minimumRuntime = .zero
    for index in 0..<count { scenario.job("sweep-\(index)") { $0.traits.priority = .low } }
    scenario.job("rest", cpu: Int64(32 - count))
    try scenario.apply()
    scenario.advance(10)
    scenario.job("release", cpu: 2) { $0.traits.priority = .high }
    scenario.deployments["rest"]?.traits.protect = true
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now)
    #expect(plan.bills.count == 2)
    for bill in plan.bills { #expect(bill.selection == VictimSelection(isExact: count == 16, candidates: count)) }
  }

  @Test func `a forecast shows the span of the preempted run and of its next run`() throws {
    let scenario = try displacing()
    let plan = try scenario.fleet.plan(
      scenario.comparison(), now: scenario.now, forecasting: ForecastLimits(includesRuns: true))
    let sweep = try #require(plan.forecast?.deployments.first { $0.deployment.name == "sweep" })
    #expect(sweep.spans.first?.end == .preempted(for: scenario.identity("release")))
    #expect(sweep.spans.map(\.from) == [scenario.now + .seconds(-7200), scenario.now + .seconds(2400)])
  }
}
