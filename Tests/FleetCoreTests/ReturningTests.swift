import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Deployments that back off or cool down reserve room for the time at which they are back.
@Suite struct ReturningTests {
  /// One GPU, on which a job of high priority has just failed for the first time. It is back in two seconds.
  private func backingOff(_ low: (inout DeploymentSpec) -> Void) throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 1)])
    scenario.job("high", gpuMilli: 1000) {
      $0.traits.priority = .high
      $0.traits.retry = RetryPolicy(limit: 3, backoff: .seconds(2))
    }
    try scenario.apply()
    scenario.job("low", gpuMilli: 1000) {
      $0.traits.priority = .low
      low(&$0)
    }
    try scenario.apply()
    scenario.advance(1)
    return scenario
  }

  @Test func `a job that retries in seconds finds its GPU again`() throws {
    var scenario = try backingOff { _ in }
    #expect(scenario.end("high", .exited(status: 1)) == "")
    #expect(scenario.state("high") == "PENDING backingOff")
    #expect(scenario.state("low") == "PENDING behindReservation")
    let reserved = scenario.fleet.reserved(on: scenario.identity("low").cluster)
    #expect(reserved.map(\.deployment.name) == ["high"])
    #expect(reserved.first?.start?.at == scenario.now + .seconds(2))
    #expect(scenario.advance(2) == "start high (retry)")
    #expect(scenario.end("high") == "start low (new)")
  }

  @Test func `a job that is over before another is back goes before it`() throws {
    var scenario = try backingOff { $0.traits.maxRuntime = .seconds(2) }
    #expect(scenario.end("high", .exited(status: 1)) == "start low (new)")
    scenario.advance(2)
    #expect(scenario.end("low") == "start high (retry)")
  }

  @Test func `a job that is over too late does not go before one that is back soon`() throws {
    var scenario = try backingOff { $0.traits.maxRuntime = .seconds(3) }
    #expect(scenario.end("high", .exited(status: 1)) == "")
    #expect(scenario.advance(2) == "start high (retry)")
  }

  @Test func `the forecast starts a job that retries before those behind it`() throws {
    var scenario = try backingOff { _ in }
    scenario.end("high", .exited(status: 1))
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now, forecasting: ForecastLimits())
    let forecast = try #require(plan.forecast)
    let high = forecast.deployments.first { $0.deployment.name == "high" }
    #expect(high?.start == .at(scenario.now + .seconds(2)))
    let low = forecast.deployments.first { $0.deployment.name == "low" }
    #expect(low?.start != .now && low?.start != .at(scenario.now))
  }

  @Test func `a service that restarts finds its room again`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.service("serves", cpu: 8)
    try scenario.apply()
    scenario.advance(1)
    scenario.job("job", cpu: 4)
    try scenario.apply()
    scenario.advance(1)
    #expect(scenario.end("serves", .exited(status: 1)) == "")
    #expect(scenario.advance(10) == "start serves (restart)")
  }

  /// It can't be told what it will lack.
  @Test func `one that is not known to fit when it is back keeps nothing`() throws {
    var scenario = Scenario(["lab": (16, 5, 0)])
    scenario.scheduling.maxBypass = 0
    scenario.job("retries", cpu: 4) { $0.traits.retry = RetryPolicy(limit: 3, backoff: .seconds(20)) }
    try scenario.apply()
    scenario.job("urgent", cpu: 4) { $0.traits.priority = .high }
    scenario.job("small", cpu: 1) { $0.traits.priority = .low }
    scenario.scheduling.preemption = .never
    try scenario.apply()
    #expect(scenario.state("small") == "PENDING behindReservation")
    #expect(scenario.end("retries", .exited(status: 1)) == "start urgent (new)\nstart small (new)")
    #expect(scenario.state("retries") == "PENDING backingOff")
  }
}
