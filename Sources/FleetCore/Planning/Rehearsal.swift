import DequeModule
import FleetModel
import HeapModule
import PlanModel
import Scheduling

/// A fork of a fleet in which every call succeeds at once and runs end when they are expected to. It uses the same
/// `step` as applying, so its decisions come true as long as the expectations hold.
struct Rehearsal {
  /// The expected end of a run.
  private struct End: Comparable {
    var at: Instant
    var run: RunID
    static func < (left: End, right: End) -> Bool { (left.at, left.run) < (right.at, right.run) }
  }

  private(set) var fleet: Fleet
  private(set) var now: Instant
  /// The actions decided since they were last taken, in order.
  private(set) var actions: [Action] = []
  /// Runs without a record that were stopped.
  private(set) var orphans: [(cluster: ClusterIdentity, run: RunName)] = []
  /// Live runs that were asked to stop, in order.
  private(set) var stopped: [RunName] = []
  /// Slots of the deployments whose runs ended at the time of the last `advance(to:)`.
  private(set) var ended: [DeploymentSlot] = []
  /// Slots of the deployments whose runs were launched since the last `advance(to:)` began.
  private(set) var launched: [DeploymentSlot] = []
  /// Number of events taken.
  private(set) var steps = 0
  /// Answers to effects, which have not been taken yet.
  private var answers: Deque<Event> = []
  private var ends = Heap<End>()
  private var wakeAt: Instant?
  /// For a new cluster, the reason why its engine does not answer; `nil` if it answers.
  private let engines: FirstLook

  init(_ fleet: consuming Fleet, now: Instant, engines: @escaping FirstLook = { _ in nil }) {
    self.now = now
    self.engines = engines
    // A timer that the fleet has requested before is still due.
    wakeAt = fleet.wakeAt
    self.fleet = fleet
  }

  mutating func takeActions() -> [Action] {
    defer { actions = [] }
    return actions
  }

  /// Takes events and everything that follows from them at this time.
  mutating func deliver(_ events: [Event]) {
    _ = begin(with: events)
    settle()
  }

  /// Takes events alone, and returns the effects that they request. The answers to those wait for `settle`.
  mutating func begin(with events: [Event]) -> [Effect] {
    var asked: [Effect] = []
    for event in events { asked += take(event) }
    return asked
  }

  /// Takes the answers to all requested effects, until none is left.
  mutating func settle() {
    // From here on nothing is a real observation, and invented runtimes must not be learned.
    fleet.learnsRuntimes = false
    while let event = answers.popFirst() { _ = take(event) }
  }

  private mutating func take(_ event: Event) -> [Effect] {
    steps += 1
    let effects = step(&fleet, event, now: now)
    for effect in effects { answer(effect) }
    // All clusters that one event creates have the same engine's first answer, so that they are heard of at once.
    let observed = effects.compactMap { effect in if case .observe(let id) = effect { id } else { nil } }
    if !observed.isEmpty { answers.append(look(at: observed)) }
    return effects
  }

  private mutating func answer(_ effect: Effect) {
    switch effect {
    case .commit(let commit): if actions.isEmpty { actions = commit.actions } else { actions += commit.actions }
    case .prepare(let order):
      answers.append(.callFinished(order.run.name, .prepared(handle: order.run.name.text)))
    case .launch(let order, _):
      answers.append(.callFinished(order.run.name, .launched(.running(since: now))))
      expectEnd(of: order.run.id)
      if let slot = fleet.deploymentsByID[order.run.deployment] { launched.append(slot) }
    case .stop(let name, let cluster, _):
      if fleet.isLive(name) {
        stopped.append(name)
      } else if let identity = fleet.cluster(cluster)?.identity {
        orphans.append((identity, name))
      }
      answers.append(.callFinished(name, .stopRequested(.running(since: now))))
      answers.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
    case .observe: break
    case .wake(let at): wakeAt = wakeAt.map { min($0, at) } ?? at
    case .remove: break
    }
  }

  /// Returns the engines' simulated report about clusters: everything is as recorded, beside what they reported before.
  private func look(at ids: [ClusterID]) -> Event {
    var observations: [ClusterID: ClusterObservation] = [:]
    for id in ids {
      guard let slot = fleet.clustersByID[id] else { continue }
      var seen: [RunName: RunObservation] = [:]
      switch engines(fleet.clusters[slot].record.engine) {
      case .unknown(let why)?:
        observations[id] = .unknown(why)
        continue
      case .answered(let runs, _)?: seen = runs
      case nil: break
      }
      for run in fleet.clusters[slot].runs.compactMap({ fleet.runs[$0]?.record }) {
        seen[run.name] = run.isLaunched ? .running(since: run.startedAt ?? now) : .prepared
      }
      observations[id] = .answered(runs: seen, asOf: fleet.stepCount)
    }
    return .clustersObserved(observations)
  }

  // MARK: Time

  /// Schedules the expected end of every launched run whose engine answers.
  mutating func expectEnds() {
    for run in fleet.runs.values where run.record.isLaunched && fleet.clusters[run.cluster].unknown == nil {
      expectEnd(of: run.record.id)
    }
  }

  private mutating func expectEnd(of id: RunID) {
    guard let end = fleet.expectedEnd(of: id, now: now) else { return }
    ends.insert(End(at: end.at, run: id))
  }

  /// The time of the next event; `nil` if there is none.
  var nextEvent: Instant? {
    switch (ends.min?.at, wakeAt) {
    case (let end?, let wake?): min(end, wake)
    case (let end, let wake): end ?? wake
    }
  }

  /// Advances the clock and processes what is due; runs that end at the same time end together.
  mutating func advance(to time: Instant) {
    now = max(now, time)
    ended = []
    launched = []
    fleet.learnsRuntimes = false
    var over: [ClusterID: [RunName: RunObservation]] = [:]
    while let end = ends.min, end.at <= now {
      ends.removeMin()
      // The run may have been stopped before its expected end.
      guard let live = fleet.runs[end.run] else { continue }
      let run = live.record
      guard run.state == .running || run.state == .starting else { continue }
      ended.append(live.deployment)
      over[run.cluster, default: [:]][run.name] = .ended(.exited(status: 0), at: now)
    }
    for (cluster, observations) in over.sorted(by: { $0.key < $1.key }) {
      deliver([.runsObserved(cluster, observations)])
    }
    if let due = wakeAt, due <= now {
      wakeAt = nil
      deliver([.timer])
    }
  }
}

extension Fleet {
  /// Returns the expected end of a live run; `nil` if it never ends or its runtime is unknown.
  func expectedEnd(of id: RunID, now: Instant) -> PredictedTime? {
    runs[id].flatMap { clusters[$0.cluster].holdings[id]?.end(now: now) }
  }
}
