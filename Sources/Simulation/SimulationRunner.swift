import DequeModule
import FleetCore
import FleetModel
import HeapModule
import PlanModel

/// Drives a fleet on a virtual clock through the same `step` that applies changes. Calls succeed at once, and runs end
/// after their given runtimes. There is no engine.
struct SimulationRunner {
  /// A run that is executing.
  private struct Running {
    var name: RunName
    var cluster: ClusterID
    var deployment: DeploymentID
    var identity: DeploymentIdentity
    var request: Resources
    var startedAt: Instant
  }
  /// A scheduled end. If the run was stopped before, the entry has no effect.
  private struct End: Comparable {
    var at: Instant
    var run: RunID
    static func < (left: End, right: End) -> Bool { (left.at, left.run) < (right.at, right.run) }
  }
  /// A deployment's simulated properties, from its submission to its end.
  private struct Job {
    var submittedAt: Instant
    /// The runtime; `nil` for a service, which never ends.
    var runtime: TimeSpan?
  }

  private(set) var fleet: Fleet
  private(set) var now: Instant
  private(set) var tally: SimulationTally
  /// Comparison of predictions with what happens; `nil`: nothing is predicted.
  var check: ForecastCheck?
  /// Deployments that have ended and were not taken yet.
  private(set) var finished: [(id: DeploymentID, identity: DeploymentIdentity)] = []
  private var running: [RunID: Running] = [:]
  private var jobs: [DeploymentID: Job] = [:]
  private var ends = Heap<End>()
  private var wakeAt: Instant?
  private var looks = 0

  init(fleet: Fleet, capacity: Resources, beginning: Instant) {
    self.fleet = fleet
    now = beginning
    tally = SimulationTally(capacity: capacity, beginning: beginning)
  }

  /// The time of the next event; `nil` if there is none.
  var nextEvent: Instant? {
    switch (ends.min?.at, wakeAt) {
    case (let end?, let wake?): min(end, wake)
    case (let end, let wake): end ?? wake
    }
  }

  /// Whether any run has a scheduled end.
  var hasEnds: Bool { !ends.isEmpty }

  /// Number of jobs that were submitted and have not ended.
  var outstanding: Int { tally.outcome.submitted - tally.outcome.finished }

  /// Registers a deployment before it is declared.
  ///
  /// - Parameter runtime: its runtime; `nil` for a service.
  mutating func expect(_ id: DeploymentID, runtime: TimeSpan?, submittedAt: Instant) {
    jobs[id] = Job(submittedAt: submittedAt, runtime: runtime)
  }

  /// Advances the clock to a time no later than the next event and processes what is due; runs that end at the same
  /// time end together.
  mutating func advance(to time: Instant) {
    now = max(now, time)
    var over: [ClusterID: [RunID]] = [:]
    while let end = ends.min, end.at <= now {
      ends.removeMin()
      if let run = running[end.run] { over[run.cluster, default: []].append(end.run) }
    }
    for (cluster, runs) in over.sorted(by: { $0.key < $1.key }) {
      var observations: [RunName: RunObservation] = [:]
      for id in runs {
        // The end of another cluster's run at this time may have stopped this one.
        guard let run = running[id] else { continue }
        observations[run.name] = .ended(.exited(status: 0), at: now)
        finish(id, run)
      }
      if !observations.isEmpty { deliver(.runsObserved(cluster, observations)) }
    }
    if let due = wakeAt, due <= now {
      wakeAt = nil
      deliver(.timer)
    }
  }

  /// Returns and forgets the deployments that have ended since the last call.
  mutating func takeFinished() -> [(id: DeploymentID, identity: DeploymentIdentity)] {
    defer { finished.removeAll(keepingCapacity: true) }
    return finished
  }

  mutating func submitted(_ count: Int) { tally.submitted(count, at: now) }

  /// Takes a submission of jobs and everything that follows from it at this time.
  mutating func submit(_ event: Event, _ jobs: [(id: DeploymentID, identity: DeploymentIdentity)]) {
    deliver(event, isSubmission: true)
    check?.submitted(jobs, fleet, now: now)
  }

  /// Takes an event and everything that follows from it at this time.
  ///
  /// - Parameter isSubmission: whether it declares jobs that may go before those that wait.
  mutating func deliver(_ event: Event, isSubmission: Bool = false) {
    var events: Deque = [event]
    while let event = events.popFirst() {
      tally.stepped()
      for effect in step(&fleet, event, now: now) {
        switch effect {
        case .commit(let commit): if !commit.actions.isEmpty { note(commit.actions) }
        case .prepare(let order):
          events.append(.callFinished(order.run.name, .prepared(handle: order.run.name.text)))
        case .launch(let order, _):
          start(order.run)
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .stop(let name, let cluster, _):
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
        case .observe(let cluster): events.append(look(at: cluster))
        case .wake(let at): wakeAt = wakeAt.map { min($0, at) } ?? at
        case .remove: break
        }
      }
    }
    if check != nil { check?.note(fleet.promisedStarts, isSubmission: isSubmission) }
    looks += 1
    // A full observation from time to time lets the fleet forget the names of ended runs.
    if looks % 4096 == 0 { for cluster in fleet.clusterRecords { deliver(look(at: cluster.id)) } }
  }

  private func look(at cluster: ClusterID) -> Event {
    var seen: [RunName: RunObservation] = [:]
    for run in running.values where run.cluster == cluster { seen[run.name] = .running(since: run.startedAt) }
    return .clustersObserved([cluster: .answered(runs: seen, asOf: fleet.stepCount)])
  }

  private mutating func start(_ run: RunRecord) {
    running[run.id] = Running(
      name: run.name, cluster: run.cluster, deployment: run.deployment, identity: run.identity,
      request: run.resources, startedAt: now)
    let runtime = jobs[run.deployment]?.runtime
    if let runtime { ends.insert(End(at: now + runtime, run: run.id)) }
    tally.started(run.resources, isJob: runtime != nil, at: now)
    check?.started(run.deployment, at: now)
  }

  private mutating func finish(_ id: RunID, _ run: Running) {
    running[id] = nil
    tally.stopped(
      run.request, since: run.startedAt, isJob: true, waitsAgain: false, preempted: false, at: now)
    guard let job = jobs.removeValue(forKey: run.deployment) else { return }
    tally.finished(submittedAt: job.submittedAt, startedAt: run.startedAt, at: now)
    finished.append((run.deployment, run.identity))
  }

  /// Removes the runs that actions stop; they are gone at once.
  private mutating func note(_ actions: [Action]) {
    for action in actions {
      guard case .deployment(let identity) = action.identity else { continue }
      switch action.kind {
      case .stop(.preempted), .preempt: stop(identity, isPreempted: true)
      case .stop: stop(identity, isPreempted: false)
      case .register, .update, .start, .prune, .hold: break
      }
    }
  }

  private mutating func stop(_ identity: DeploymentIdentity, isPreempted: Bool) {
    guard let (id, run) = running.filter({ $0.value.identity == identity }).min(by: { $0.key < $1.key }) else { return }
    running[id] = nil
    let isJob = jobs[run.deployment]?.runtime != nil
    tally.stopped(
      run.request, since: run.startedAt, isJob: isJob, waitsAgain: true, preempted: isPreempted, at: now)
  }

  /// Returns the final results once nothing more happens.
  mutating func finish() -> SimulationOutcome {
    var stuck: [(identity: DeploymentIdentity, reason: String)] = []
    for record in fleet.deploymentRecords() where stuck.count < 10 {
      guard record.traits.mode == .job, !record.traits.suspend, record.progress.status != .completed else { continue }
      stuck.append((record.identity, fleet.reason(of: record.identity, now: now)?.code ?? "none"))
    }
    for run in running.values { tally.goesOn(run.request, since: run.startedAt) }
    var outcome = tally.finish(stuck: stuck)
    outcome.accuracy = check?.accuracy
    return outcome
  }
}
