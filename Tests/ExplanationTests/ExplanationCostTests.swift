import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// The cost of explanations, counted in events that forks of the fleet take.
@Suite struct ExplanationCostTests {
  /// The last of a long queue, of which much can be said: whom it may preempt, how long they wait then, what it lacks.
  private func lastOfMany(_ count: Int) throws -> Scenario {
    var scenario = Scenario(["lab": (4096, 8, 0), "far": (4096, 8, 0)])
    scenario.scheduling.minimumRuntime = .zero
    for index in 0..<count {
      scenario.job("n\(index)", cpu: Int64(1 + index % 4)) { $0.traits.expectedRuntime = .seconds(60) }
    }
    try scenario.apply()
    scenario.advance(1)
    scenario.job("last", cpu: 8) { $0.traits.priority = .low }
    try scenario.apply()
    return scenario
  }

  @Test(arguments: [100, 8000]) func `an explanation takes a bounded number of events`(count: Int) throws {
    let scenario = try lastOfMany(count)
    let explained = try scenario.fleet.explained(scenario.identity("last"), now: scenario.now)
    let (explanation, work) = try #require(explained)
    // The events of one moment are taken together.
    #expect(work.steps > 0 && work.steps < ExplanationWork.mostSteps + 1000, "\(work)")
    #expect(explanation.state == .waits)
  }
}
