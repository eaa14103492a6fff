import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// Generated fleets: every suggestion for every waiting deployment is carried out.
@Suite struct SuggestionProperties {
  private func fleet(_ random: inout SeededGenerator) throws -> Scenario {
    var scenario = Scenario(["lab": (32, 12, 3), "other": (16, 6, 1)])
    scenario.scheduling.minimumRuntime = .seconds(Int64(random.pick([0, 60, 600])))
    scenario.scheduling.reservations = random.pick([1, 1, 0, 3, nil])
    scenario.scheduling.maxBypass = random.pick([0, 2, 16])
    var names: [String] = []
    for index in 0..<random.from(6...14) {
      let name = (random.chance(30) ? "other/" : "") + "d\(index)"
      let after = names.filter { _ in random.chance(12) }
      scenario.job(
        name, ram: Int64(random.from(1...12)), cpu: Int64(random.from(1...5)),
        gpuMilli: random.pick([0, 0, 400, 700, 1000, 2000]), after: after
      ) { spec in
        spec.traits.priority = random.pick(Priority.allCases)
        spec.traits.suspend = random.chance(10)
        spec.traits.preemptible = !random.chance(15)
        if random.chance(50) { spec.traits.expectedRuntime = .seconds(Int64(random.from(100...4000))) }
        if random.chance(30) { spec.traits.maxRuntime = .seconds(Int64(random.from(100...4000))) }
      }
      names.append(name)
      if random.chance(40) {
        try scenario.apply()
        scenario.advance(Int64(random.from(1...200)))
        let done = random.pick(names)
        if random.chance(30) { scenario.end(done, .exited(status: random.chance(60) ? 0 : 1)) }
      }
    }
    try scenario.apply()
    scenario.advance(Int64(random.from(1...400)))
    return scenario
  }

  /// The last seeds once found a fault.
  @Test(arguments: Array(1...16) + [23, 34, 36, 58]) func `on generated fleets every suggestion starts the deployment`(
    _ seed: Int
  ) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scenario = try fleet(&random)
    for name in scenario.deployments.keys.sorted() where scenario.state(name) != "RUNNING" {
      let explanation = try #require(try scenario.fleet.explanation(of: scenario.identity(name), now: scenario.now))
      for suggestion in explanation.suggestions {
        var following = Following(scenario: scenario, target: name)
        let starts = try following.starts(by: suggestion)
        let text = ExplanationText(width: 100).text(explanation)
        #expect(starts, "\(seed): \(suggestion.kind) leaves \(name) \(following.scenario.state(name))\n\(text)")
      }
    }
  }
}
