import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import TestKit
import Testing

/// The state of a fleet at one moment, as commands show it.
@Suite struct PresentTests {
  private func present(_ scenario: Scenario, _ events: [Event] = []) -> Present {
    Present(scenario.fleet, beginningWith: scenario.fleet.recordedObservations + events, now: scenario.now)
  }

  private func code(_ standing: Standing?) -> String {
    guard let standing else { return "gone" }
    return "\(standing.status.rawValue) \(standing.state.rawValue)\(standing.reason.map { " \($0.code)" } ?? "")"
  }

  /// A run that a waiter may preempt by now; nobody has run the scheduler since.
  private func overdue() throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 1)])
    scenario.scheduling.minimumRuntime = .seconds(4)
    scenario.job("old", gpuMilli: 1000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.job("new", gpuMilli: 1000)
    scenario.job("third", gpuMilli: 1000)
    try scenario.apply()
    scenario.now = scenario.now + .seconds(5)
    return scenario
  }

  @Test func `a run that would be preempted now still runs`() throws {
    let scenario = try overdue()
    let present = present(scenario)
    #expect(code(present.standing(of: scenario.identity("old"))) == "RUNNING running")
    #expect(code(present.standing(of: scenario.identity("new"))) == "PENDING startsNext")
    let third = present.standing(of: scenario.identity("third"))
    #expect(third?.reason == .behindReservation(of: scenario.identity("new"), [.gpu]) && third?.state == .waits)
    let explanation = try #require(
      try scenario.fleet.explanation(
        of: scenario.identity("old"), beginningWith: scenario.fleet.recordedObservations, now: scenario.now))
    #expect(explanation.status == .running && explanation.state == .running && explanation.reason == nil)
  }

  @Test func `a promised start is told of a recorded state`() throws {
    var scenario = Scenario(["lab": (16, 4, 0)])
    scenario.job("a", cpu: 4) { $0.traits.maxRuntime = .seconds(100) }
    try scenario.apply()
    scenario.job("b", cpu: 4)
    try scenario.apply()
    scenario.reload()
    let explanation = try #require(
      try scenario.fleet.explanation(
        of: scenario.identity("b"), beginningWith: scenario.fleet.recordedObservations, now: scenario.now))
    #expect(explanation.promise == scenario.now + .seconds(100))
  }

  @Test func `a deployment behind one that starts next names it`() throws {
    var scenario = Scenario(["lab": (16, 2, 0)])
    scenario.job("hog", cpu: 2)
    try scenario.apply()
    scenario.job("first", cpu: 2)
    scenario.job("second", cpu: 1)
    try scenario.apply()
    let run = try #require(scenario.fleet.liveRun(of: scenario.identity("hog")))
    // The run ends, and nobody has recorded it.
    let present = present(
      scenario, [.runsObserved(run.cluster, [run.name: .ended(.exited(status: 0), at: scenario.now)])])
    #expect(code(present.standing(of: scenario.identity("hog"))) == "COMPLETED completed")
    #expect(code(present.standing(of: scenario.identity("first"))) == "PENDING startsNext")
    #expect(code(present.standing(of: scenario.identity("second"))) == "PENDING waits behindReservation")
    #expect(present.endedRuns == 1 && present.held(on: run.cluster) == .zero)
    // The fleet itself has not changed.
    #expect(scenario.state("hog") == "RUNNING" && scenario.state("first") == "PENDING insufficientCapacity")
  }

  @Test func `a failed run that is not recorded yet is shown as it will be recorded`() throws {
    var scenario = Scenario()
    scenario.job("flaky") { $0.traits.retry = RetryPolicy(limit: 1, backoff: .seconds(30)) }
    scenario.job("once")
    scenario.job("after", after: ["once"])
    try scenario.apply()
    let runs = try ["flaky", "once"].map { try #require(scenario.fleet.liveRun(of: scenario.identity($0))) }
    let present = present(
      scenario, runs.map { .runsObserved($0.cluster, [$0.name: .ended(.exited(status: 1), at: scenario.now)]) })
    #expect(code(present.standing(of: scenario.identity("flaky"))) == "PENDING waits backingOff")
    #expect(code(present.standing(of: scenario.identity("once"))) == "FAILED failed failed")
    #expect(code(present.standing(of: scenario.identity("after"))) == "PENDING waits dependencyFailed")
  }

  @Test func `a reason does not change from one look to the next while nothing happens`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("hog", ram: 8, cpu: 6)
    try scenario.apply()
    // The head lacks cores alone, until what is behind it has taken the memory.
    scenario.job("head", ram: 6, cpu: 4)
    scenario.job("small", ram: 6, cpu: 1)
    scenario.job("waiter", ram: 6, cpu: 1)
    try scenario.apply()
    let first = scenario.state("waiter")
    for _ in 0..<3 {
      scenario.response(to: scenario.fleet.recordedObservations)
      #expect(scenario.state("waiter") == first)
    }
  }

  /// Each cluster's answers follow from that cluster, whatever the scheduler would do elsewhere.
  @Test(arguments: [false, true])
  func `what is decided on one cluster says nothing about another`(isReloaded: Bool) throws {
    var scenario = Scenario(["lab": (16, 4, 0), "b": (16, 4, 0)])
    for (name, cpu) in [("hog", 3), ("b/hog", 4)] {
      scenario.job(name, cpu: Int64(cpu)) { $0.traits.maxRuntime = .seconds(3600) }
    }
    try scenario.apply()
    for name in ["head", "small", "b/next"] { scenario.job(name, cpu: name == "small" ? 1 : 4) }
    scenario.job("wide", ram: 2, cpu: 3)
    try scenario.apply()
    if isReloaded { scenario.reload() }
    let run = try #require(scenario.fleet.liveRun(of: scenario.identity("b/hog")))
    let end = Event.runsObserved(run.cluster, [run.name: .ended(.exited(status: 0), at: scenario.now)])
    #expect(code(present(scenario, [end]).standing(of: scenario.identity("b/next"))) == "PENDING startsNext")
    for name in ["head", "small", "wide"] {
      let explanations = try [[], [end]].map { events in
        var explanation = try scenario.fleet.explanation(
          of: scenario.identity(name), beginningWith: scenario.fleet.recordedObservations + events, now: scenario.now)
        explanation?.suggestions = []
        return explanation
      }
      #expect(explanations[0]?.state == .waits && explanations[0] == explanations[1], "\(name)")
      #expect(explanations[0]?.shortage?.reservations.isEmpty == (name == "head"), "\(name)")
      let standings = [[], [end]].map { present(scenario, $0).standing(of: scenario.identity(name)) }
      #expect(standings[0] == standings[1], "\(name)")
    }
  }
}

/// Commands held against each other on generated fleets.
@Suite struct PresentProperties {
  /// Compares every command's answer about every deployment.
  private func check(_ scenario: Scenario, _ events: [Event], _ label: String) throws {
    let (fleet, now) = (scenario.fleet, scenario.now)
    let all = fleet.recordedObservations + events
    let present = Present(fleet, beginningWith: all, now: now)
    let forecast = fleet.forecast(beginningWith: all, now: now)
    for name in scenario.deployments.keys.sorted() {
      let identity = scenario.identity(name)
      let standing = try #require(present.standing(of: identity))
      let why = try #require(try fleet.explanation(of: identity, beginningWith: all, now: now))
      #expect(
        why.status == standing.status && why.state == standing.state && why.reason == standing.reason,
        "\(label) \(name)")
      let bare = present.standing(of: identity, withHolders: false)
      #expect(bare?.reason?.code == standing.reason?.code && bare?.state == standing.state, "\(label) \(name)")
      #expect(present.fleet.deployment(identity)?.progress.status == standing.status, "\(label) \(name)")
      // Nothing that is only decided now is shown as done.
      if let run = fleet.liveRun(of: identity), run.state == .running, present.fleet.liveRun(of: identity) != nil {
        #expect(standing.status == .running || standing.state == .leaving, "\(label) \(name): \(standing)")
      }
      if standing.state == .waits || standing.state == .failed { #expect(standing.reason != nil, "\(label) \(name)") }
      if why.state == .waits, let entry = forecast.deployments.first(where: { $0.deployment == identity }) {
        #expect(entry.start != .now, "\(label) \(name): \(why.reason?.code ?? "") and the forecast starts it now")
      }
    }
  }

  private func isStill(_ scenario: Scenario) throws -> Bool {
    let plan = try scenario.fleet.plan(
      scenario.comparison(), beginningWith: scenario.fleet.recordedObservations, now: scenario.now)
    return plan.actions.allSatisfy { if case .hold = $0.kind { true } else { false } }
  }

  @Test(arguments: Situation.Lack.allCases, [false, true])
  func `every command gives the same reason`(lack: Situation.Lack, isReloaded: Bool) throws {
    for seed in 1...8 {
      var random = SeededGenerator(seed: UInt64(seed))
      var scenario = try Situation(lack, &random).scenario
      // As commands do, which begin with what is recorded.
      if isReloaded { scenario.reload() }
      try check(scenario, [], "\(lack) \(seed)")
      if try isStill(scenario) {
        // The plan's holds, and what is recorded of those that were looked at.
        let observed = scenario.fleet.recordedObservations
        let plan = try scenario.fleet.plan(
          scenario.comparison(), beginningWith: scenario.fleet.beginning(scenario.comparison()) + observed,
          now: scenario.now)
        let present = Present(scenario.fleet, beginningWith: observed, now: scenario.now)
        for case (.hold(let reason), .deployment(let identity)) in plan.actions.map({ ($0.kind, $0.identity) }) {
          #expect(present.standing(of: identity)?.reason == reason, "\(lack) \(seed) \(identity.name)")
        }
      }
      // Some runs have ended, and time has passed; nobody has looked.
      var events: [Event] = []
      for run in scenario.fleet.liveRuns where random.chance(40) {
        let status = random.chance(70) ? 0 : 1
        events.append(.runsObserved(run.cluster, [run.name: .ended(.exited(status: status), at: scenario.now)]))
      }
      scenario.now = scenario.now + .seconds(Int64(random.pick([0, 1, 60, 4000])))
      try check(scenario, events, "\(lack) \(seed) later")
    }
  }
}
