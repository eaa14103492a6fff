import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct ObservationTests {
  private func running() throws -> (Scenario, RunRecord) {
    var scenario = Scenario()
    scenario.job("train")
    try scenario.apply()
    return (scenario, try #require(scenario.fleet.liveRun(of: scenario.identity("train"))))
  }

  @Test func `a run missing from a later observation is lost and runs again`() throws {
    var (scenario, run) = try running()
    let look = ClusterObservation.answered(runs: [:], asOf: scenario.fleet.stepCount)
    #expect(scenario.response(to: [.clustersObserved([run.cluster: look])]) == "start train (again)")
    #expect(scenario.fleet.deployment(scenario.identity("train"))?.progress.failures == 0)
  }

  /// Regression: such an observation shows the run as prepared or absent; it was taken for lost, and run twice.
  @Test(arguments: [RunObservation.prepared, .absent])
  func `an observation that began before the launch says nothing of the run`(seen: RunObservation) throws {
    var (scenario, run) = try running()
    let look = ClusterObservation.answered(runs: [run.name: seen], asOf: scenario.fleet.stepCount - 1)
    #expect(scenario.response(to: [.clustersObserved([run.cluster: look])]) == "")
    #expect(scenario.state("train") == "RUNNING")
    #expect(scenario.response(to: [.runsObserved(run.cluster, [run.name: seen])]) == "")
  }

  @Test func `a late report of an ended run makes no orphan`() throws {
    var (scenario, run) = try running()
    scenario.end("train")
    scenario.response(to: [.runsObserved(run.cluster, [run.name: .running(since: scenario.now)])])
    scenario.job("next")
    #expect(try scenario.apply() == "register next\nstart next (new)")
  }

  @Test func `a run without a record closes its cluster until it is gone`() throws {
    var (scenario, run) = try running()
    scenario.stopsSlowly = true
    let orphan = RunName(text: "berth-orphan")
    let runs: [RunName: RunObservation] = [
      run.name: .running(since: scenario.now), orphan: .running(since: scenario.now),
    ]
    scenario.response(to: [.clustersObserved([run.cluster: .answered(runs: runs, asOf: scenario.fleet.stepCount)])])
    scenario.job("next")
    #expect(try scenario.apply() == "register next\nhold next: clusterUnknown")
    #expect(scenario.confirmStops() == "start next (new)")
  }

  /// A live run without a record of which a later look can't tell the state.
  private static let unclear: [RunObservation] = [.unknown("its lock is a directory"), .unsettled(.lost)]

  @Test(
    arguments: [
      RunObservation.running(since: Instant(nanoseconds: 0)), .queued("in line"), .foreign("it is another's"),
    ], unclear)
  func `a run without a record closes its cluster as long as it may be alive`(
    first: RunObservation, later: RunObservation
  ) throws {
    var (scenario, run) = try running()
    scenario.stopsSlowly = true
    let orphan = RunName(text: "berth-orphan")
    func look(_ seen: RunObservation?) -> Event {
      var runs: [RunName: RunObservation] = [run.name: .running(since: scenario.now)]
      runs[orphan] = seen
      return .clustersObserved([run.cluster: .answered(runs: runs, asOf: scenario.fleet.stepCount)])
    }
    scenario.response(to: [look(first)])
    scenario.job("next")
    #expect(try scenario.apply() == "register next\nhold next: clusterUnknown")
    #expect(scenario.response(to: [look(later)]) == "")
    #expect(scenario.state("next") == "PENDING clusterUnknown")
    // Nobody waits for what nobody stops.
    #expect(scenario.fleet.isCarriedOut)
    guard case .clusterUnknown(let words) = scenario.fleet.reason(of: scenario.identity("next"), now: scenario.now)
    else { return }
    #expect(!words.contains("is alive") && !words.contains("being stopped"), "\(words)")
    #expect(scenario.response(to: [look(nil)]) == "start next (new)")
  }

  /// Regression: only the first cluster of the engine heard of it, and the others went on waiting for the stop.
  @Test(arguments: [RunObservation.absent, .ended(.stopped, at: Instant(nanoseconds: 1_800_000_000_000_000_000))])
  func `the end of a run without a record opens every cluster of its engine`(end: RunObservation) throws {
    var scenario = Scenario(["a": (16, 8, 2), "b": (16, 8, 2)])
    scenario.job("a/train")
    scenario.job("b/train")
    try scenario.apply()
    scenario.stopsSlowly = true
    let runs = try ["a/train", "b/train"].map { try #require(scenario.fleet.liveRun(of: scenario.identity($0))) }
    let orphan = RunName(text: "berth-orphan")
    for run in runs {
      let seen: [RunName: RunObservation] = [
        run.name: .running(since: scenario.now), orphan: .running(since: scenario.now),
      ]
      let look = ClusterObservation.answered(runs: seen, asOf: scenario.fleet.stepCount)
      _ = step(&scenario.fleet, .clustersObserved([run.cluster: look]), now: scenario.now)
    }
    #expect(!scenario.fleet.isCarriedOut)
    _ = step(&scenario.fleet, .callFinished(orphan, .stopRequested(end)), now: scenario.now)
    #expect(scenario.fleet.isCarriedOut)
    scenario.job("a/next")
    scenario.job("b/next")
    let response = try scenario.apply()
    #expect(response.contains("start a/next (new)") && response.contains("start b/next (new)"), "\(response)")
  }

  @Test func `an unclear entry that was never seen alive closes nothing`() throws {
    for seen in Self.unclear {
      var (scenario, run) = try running()
      let runs: [RunName: RunObservation] = [
        run.name: .running(since: scenario.now), RunName(text: "notes"): seen,
      ]
      scenario.response(to: [.clustersObserved([run.cluster: .answered(runs: runs, asOf: scenario.fleet.stepCount)])])
      scenario.job("next")
      #expect(try scenario.apply() == "register next\nstart next (new)")
    }
  }

  /// A look at everything comes every few seconds while there are runs of others, and there may be a hundred thousand deployments.
  @Test func `a look that changes nothing about runs without a record evaluates nobody`() throws {
    var (scenario, run) = try running()
    scenario.job("big", ram: 15)
    try scenario.apply()
    let seen: [RunName: RunObservation] = [
      run.name: .running(since: scenario.now), RunName(text: "berth-other"): .foreign("it is another's"),
    ]
    func look() -> [Effect] {
      step(
        &scenario.fleet, .clustersObserved([run.cluster: .answered(runs: seen, asOf: scenario.fleet.stepCount)]),
        now: scenario.now)
    }
    #expect(look().contains { if case .commit = $0 { true } else { false } })
    let evaluations = scenario.fleet.evaluations
    #expect(look().isEmpty)
    #expect(scenario.fleet.evaluations - evaluations == 1)
  }

  @Test func `an engine that does not answer fails no run and admits none`() throws {
    var (scenario, run) = try running()
    scenario.response(to: [.clustersObserved([run.cluster: .unknown("no answer")])])
    #expect(scenario.state("train") == "RUNNING")
    scenario.job("next")
    #expect(try scenario.apply() == "register next\nhold next: clusterUnknown")
  }
}

/// Times that engines report after the clock was set back.
@Suite struct EngineTimeTests {
  @Test func `a run did not start before it was made, nor end before it started`() throws {
    var scenario = Scenario()
    scenario.queuesLaunches = true
    scenario.job("train")
    try scenario.apply()
    let run = try #require(scenario.fleet.liveRun(of: scenario.identity("train")))
    let hourAgo = scenario.now + .seconds(-3600)
    scenario.response(to: [.runsObserved(run.cluster, [run.name: .running(since: hourAgo)])])
    #expect(scenario.fleet.liveRun(of: scenario.identity("train"))?.startedAt == run.createdAt)
    #expect(scenario.fleet.deployment(scenario.identity("train"))?.progress.startedAt == run.createdAt)
    scenario.now = scenario.now + .seconds(30)
    let effects = step(
      &scenario.fleet, .runsObserved(run.cluster, [run.name: .ended(.exited(status: 0), at: hourAgo)]),
      now: scenario.now)
    var ended: [RunRecord] = []
    for case .commit(let commit) in effects {
      for case .run(let record) in commit.writes { ended.append(record) }
    }
    #expect(ended.map(\.endedAt) == [run.createdAt])
  }

  @Test func `a service is ready when it has been up for long enough, whatever its engine's clock says`() throws {
    var scenario = Scenario()
    scenario.queuesLaunches = true
    scenario.service("db")
    scenario.deployments["db"]?.traits.readyAfter = .seconds(60)
    scenario.job("use", with: ["db"])
    try scenario.apply()
    let run = try #require(scenario.fleet.liveRun(of: scenario.identity("db")))
    scenario.response(to: [.runsObserved(run.cluster, [run.name: .running(since: scenario.now + .seconds(-3600))])])
    #expect(scenario.fleet.liveRun(of: scenario.identity("use"))?.isLaunched == false)
    scenario.advance(61)
    #expect(scenario.fleet.liveRun(of: scenario.identity("use"))?.isLaunched == true)
  }
}
