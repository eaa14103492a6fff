import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// Plans with forecasts: expected starts, and bills of preemptions.
@Suite struct ForecastPlanTests {
  private var plan: Plan {
    let now = Instant(nanoseconds: 1_800_000_000_000_000_000)
    var plan = SamplePlans.first
    let (head, victim, other) = (SamplePlans.on("head"), SamplePlans.on("sweep"), SamplePlans.on("probe"))
    plan.actions.insert(
      contentsOf: [
        Action(.preempt(for: head), .deployment(victim)), Action(.preempt(for: head), .deployment(other)),
        Action(.start(.new), .deployment(head)),
      ], at: 6)
    for victim in [victim, other] {
      plan.actions.append(Action(.hold(.insufficientCapacity([SamplePlans.gpuShort])), .deployment(victim)))
    }
    plan.bills = [
      PreemptionBill(
        victim: victim, preemptor: head, priority: .low,
        held: Resources(ramBytes: 1 << 30, cpuMilli: 1000, gpuMilli: 2000), elapsed: .seconds(5 * 3600),
        dependants: [SamplePlans.on("dashboard")], comesBack: .at(now + .seconds(9000))),
      PreemptionBill(
        victim: other, preemptor: head, priority: .medium,
        held: Resources(ramBytes: 1 << 30, cpuMilli: 1000, gpuMilli: 0), elapsed: .seconds(700),
        comesBack: .unknown(.endsUnknown([SamplePlans.on("train")]))),
    ]
    for index in plan.bills.indices { plan.bills[index].selection = VictimSelection(isExact: false, candidates: 23) }
    var forecast = Forecast(from: now)
    forecast.learned = [
      LearnedRuntime(
        image: "train:1", user: "ada",
        basis: .durations(RuntimeEstimate(p50: .seconds(2400), p90: .seconds(3600), runs: 7))),
      LearnedRuntime(
        image: "tune:2", user: "ada", basis: .declared(RuntimeCorrection(p50: 1400, p90: 2055, runs: 12))),
    ]
    forecast.until = now + .seconds(9000)
    func entry(_ name: String, _ start: ExpectedStart) -> DeploymentForecast {
      DeploymentForecast(deployment: SamplePlans.on(name), priority: .medium, request: .zero, start: start)
    }
    forecast.deployments = [
      entry("serve", .at(now + .seconds(2400))), entry("sweep", .at(now + .seconds(9000))),
      entry("probe", .unknown(.endsUnknown([SamplePlans.on("train")]))),
      entry("tune", .unknown(.endsUnknown([SamplePlans.on("train")]))),
    ]
    forecast.waits[SamplePlans.on("serve")] = ForecastWait(
      Dependency(on: SamplePlans.on("prepare"), until: .completed), then: .insufficientCapacity([SamplePlans.gpuShort]))
    plan.forecast = forecast
    return plan
  }

  @Test func `expected starts and bills stand in the plan`() throws {
    try expect(PlanText(width: 80).text(plan), isGolden: "forecast.txt")
    try expect(plan.json.text() + "\n", isGolden: "forecast.json")
  }
}
