import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import TestKit
import Testing

/// A plan names what it takes for granted, and nothing else but that can change what comes of it.
@Suite struct AssumptionTests {
  private func plan(_ scenario: Scenario, at now: Instant? = nil) throws -> Plan {
    try scenario.fleet.plan(scenario.comparison(), now: now ?? scenario.now)
  }

  private func lines(_ plan: Plan) -> [String] {
    plan.actions.map { "\($0.identity.path) \($0.isHold ? "waits" : "\($0.kind)")" }
  }

  @Test func `runs for whose room somebody waits are expected to go on`() throws {
    var scenario = Scenario(["lab": (16, 2, 0), "b": (16, 2, 0)])
    scenario.job("a", cpu: 2)
    scenario.job("b/other", cpu: 2)
    try scenario.apply()
    #expect(try plan(scenario).assumptions == [])
    scenario.job("next", cpu: 2)
    #expect(try plan(scenario).assumptions == [.runGoesOn(scenario.identity("a"))])
  }

  @Test func `runs that a plan stops and runs that others need are expected to go on`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    for name in ["changed", "needed", "free"] { scenario.job(name) }
    scenario.job("after", after: ["needed"])
    try scenario.apply()
    scenario.deployments["changed"]?.image = "image:2"
    let expected = ["changed", "needed"].map { Assumption.runGoesOn(scenario.identity($0)) }
    #expect(try plan(scenario).assumptions == expected)
  }

  @Test func `times at which somebody is looked at again are named`() throws {
    var scenario = Scenario(["lab": (16, 2, 0)])
    scenario.scheduling.minimumRuntime = .seconds(60)
    scenario.job("low", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.now = scenario.now + .seconds(20)
    scenario.job("urgent", cpu: 2) { $0.traits.priority = .high }
    let lab = ObjectIdentity.cluster(ClusterIdentity(organization: "vision", name: "lab"))
    let due = scenario.now + .seconds(40)
    #expect(try plan(scenario).assumptions == [.runGoesOn(scenario.identity("low")), .before(due, lab)])
    let before = try lines(plan(scenario, at: due + TimeSpan(nanoseconds: -1)))
    #expect(try before == lines(plan(scenario)))
    #expect(try lines(plan(scenario, at: due)) != before)
  }

  @Test func `a back-off is named, and the readiness of a service that others need`() throws {
    var scenario = Scenario()
    scenario.job("a") { $0.traits.retry = RetryPolicy(limit: 2, backoff: .seconds(30)) }
    scenario.job("once")
    for name in ["needed", "alone"] {
      scenario.service(name)
      scenario.deployments[name]?.traits.readyAfter = .seconds(45)
    }
    scenario.job("user", with: ["needed"])
    try scenario.apply()
    scenario.end("a", .exited(status: 1))
    let times = try plan(scenario).assumptions.filter { if case .before = $0 { true } else { false } }
    #expect(
      times == [
        .before(scenario.now + .seconds(30), .deployment(scenario.identity("a"))),
        .before(scenario.now + .seconds(45), .deployment(scenario.identity("needed"))),
      ])
  }

  /// Fleets in which some things run and some wait, and a commit that changes a part of them.
  private func generated(_ seed: UInt64) throws -> Scenario {
    var random = SeededGenerator(seed: seed)
    let clusters = ["one", "two", "three"]
    var scenario = Scenario(["one": (64, 4, 2), "two": (64, 3, 1), "three": (64, 6, 0)])
    scenario.scheduling.minimumRuntime = .seconds(random.pick([0, 5, 300]))
    var names: [String] = []
    func declare(_ name: String, _ scenario: inout Scenario) {
      let needs = names.filter { _ in random.chance(15) }
      let isService = random.chance(30)
      scenario.job(
        name, cpu: Int64(random.from(1...3)), gpuMilli: name.hasPrefix("three") ? 0 : random.pick([0, 0, 500, 1000]),
        after: needs.filter { scenario.deployments[$0]?.traits.mode == .job },
        with: needs.filter { scenario.deployments[$0]?.traits.mode == .service }
      ) { spec in
        spec.traits.mode = isService ? .service : .job
        spec.traits.priority = random.pick(Priority.allCases)
        spec.traits.readyAfter = .seconds(random.pick([0, 0, 20]))
        spec.traits.retry = RetryPolicy(limit: random.pick([0, 1]), backoff: .seconds(random.pick([0, 7])))
        spec.traits.maxRuntime = random.pick([nil, nil, .seconds(100), .seconds(1000)])
        spec.traits.expectedRuntime = random.pick([nil, nil, .seconds(60), .seconds(600)])
      }
      names.append(name)
    }
    for number in 0..<random.from(3...9) {
      declare("\(random.pick(clusters))/d\(number)", &scenario)
      if random.chance(60) { try scenario.apply() }
      scenario.now = scenario.now + .milliseconds(Int64(random.from(0...9000)))
    }
    try scenario.apply()
    for name in names where random.chance(10) { scenario.end(name, .exited(status: random.pick([0, 1]))) }
    scenario.now = scenario.now + .milliseconds(Int64(random.from(0...9000)))
    scenario.response(to: [.timer])
    for number in 0..<random.from(0...2) { declare("\(random.pick(clusters))/n\(number)", &scenario) }
    if random.chance(50) { scenario.deployments[random.pick(names)]?.image = "image:2" }
    if random.chance(30) { scenario.deployments[random.pick(names)]?.traits.suspend = true }
    return scenario
  }

  @Test(arguments: 1...UInt64(300)) func `the end of a run that is not named changes nothing`(seed: UInt64) throws {
    let scenario = try generated(seed)
    let shown = try plan(scenario)
    for (name, spec) in scenario.deployments.sorted(by: { $0.key < $1.key }) {
      let identity = scenario.identity(name)
      guard let run = scenario.fleet.liveRun(of: identity), !shown.assumptions.contains(.runGoesOn(identity))
      else { continue }
      for outcome in [RunOutcome.exited(status: 0), .exited(status: 1)] {
        // Seen by the look with which applying begins, after the declaration.
        let comparison = try scenario.comparison()
        let seen = Event.runsObserved(run.cluster, [run.name: .ended(outcome, at: scenario.now)])
        let plan = scenario.fleet.plan(
          comparison, beginningWith: scenario.fleet.beginning(comparison) + [seen], now: scenario.now)
        // That what has ended waits now goes without saying.
        let present = plan.actions.filter { $0.identity != .deployment(identity) || !$0.isHold }
        #expect(present == shown.actions, "\(name) (\(spec.traits.mode)) ended by \(outcome.text)")
      }
    }
  }

  @Test(arguments: 1...UInt64(300)) func `until the first time that is named the plan stays the same`(seed: UInt64)
    throws
  {
    let scenario = try generated(seed)
    let shown = try plan(scenario)
    let times = shown.assumptions.compactMap { if case .before(let at, _) = $0 { at } else { nil } }
    #expect(times.allSatisfy { $0 > scenario.now })
    let end = times.min() ?? scenario.now + .seconds(86_400)
    for share in [1, 10, 500, 1000] as [Int64] {
      let later = scenario.now + TimeSpan(nanoseconds: max(0, (end - scenario.now).nanoseconds / 1000 * share - 1))
      let present = try lines(plan(scenario, at: later))
      #expect(present == lines(shown), "\((later - scenario.now).text) later")
    }
  }
}
