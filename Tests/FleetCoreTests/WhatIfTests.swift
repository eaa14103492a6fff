import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct WhatIfTests {
  private func starts(_ scenario: Scenario, _ changes: [WhatIf]) throws -> [String] {
    var desired = scenario.desired
    let events = try scenario.fleet.suppose(changes, in: &desired, options)
    let comparison = try scenario.fleet.compare(desired, secrets: ResolvedSecrets(), options: options)
    let plan = scenario.fleet.plan(
      comparison, beginningWith: scenario.fleet.beginning(comparison) + events, now: scenario.now,
      forecasting: ForecastLimits())
    let forecast = try #require(plan.forecast)
    let now = plan.actions.compactMap { action -> String? in
      guard case .start = action.kind, case .deployment(let identity) = action.identity else { return nil }
      return "\(identity.name) now"
    }
    return now
      + forecast.deployments.map { entry in
        guard case .at(let instant) = entry.start else { return "\(entry.deployment.name) unknown" }
        return "\(entry.deployment.name) \((instant - forecast.from).text)"
      }
  }

  private let options = ComparisonOptions(source: "default", binding: "/manifests", allowsEmpty: true)

  private var scenario: Scenario {
    var scenario = Scenario()
    scenario.job("a", gpuMilli: 2000) { $0.traits.maxRuntime = .seconds(3600) }
    scenario.job("b", gpuMilli: 2000) { $0.traits.maxRuntime = .seconds(3600) }
    return scenario
  }

  @Test func `a raised capacity starts more`() throws {
    let lab = ObjectIdentity.cluster(ClusterIdentity(organization: "vision", name: "lab"))
    #expect(try starts(scenario, []) == ["a now", "b 1h"])
    #expect(try starts(scenario, [WhatIf(lab, .amount(.gpu, 4000))]) == ["a now", "b now"])
  }

  @Test func `a raised priority or a suspension changes what starts`() throws {
    let b = ObjectIdentity.deployment(scenario.identity("b"))
    #expect(try starts(scenario, [WhatIf(b, .priority(.high))]) == ["b now", "a 1h"])
    #expect(try starts(scenario, [WhatIf(b, .suspend(true))]) == ["a now"])
  }

  @Test func `an override applies to objects that are recorded but not declared`() throws {
    var scenario = scenario
    try scenario.apply()
    let lab = ObjectIdentity.cluster(ClusterIdentity(organization: "vision", name: "lab"))
    var nothing = DesiredState(declarations: [])
    let events = try scenario.fleet.suppose([WhatIf(lab, .amount(.gpu, 4000))], in: &nothing, options)
    let forecast = scenario.fleet.forecast(beginningWith: events, now: scenario.now)
    #expect(forecast.deployments.map(\.start) == [nil, .now])
  }

  @Test func `an override of an unknown object is an error`() throws {
    var desired = scenario.desired
    let target = ObjectIdentity.deployment(scenario.identity("aa"))
    #expect(throws: UnknownTarget.self) {
      try scenario.fleet.suppose([WhatIf(target, .priority(.high))], in: &desired, options)
    }
  }
}
