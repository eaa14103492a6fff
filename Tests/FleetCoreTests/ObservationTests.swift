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
