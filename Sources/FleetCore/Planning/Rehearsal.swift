import FleetModel
import HeapModule
import PlanModel
import Scheduling

/// A fork of a fleet of which every call is answered with success at once, and whose runs end when they are expected to. It
/// is the same `step` that applies changes, so what it does is what happens as long as the expectations hold.
struct Rehearsal {
  /// The end that is expected of a run.
  private struct End: Comparable {
    var at: Instant
    var run: RunID
    static func < (left: End, right: End) -> Bool { (left.at, left.run) < (right.at, right.run) }
  }

  private(set) var fleet: Fleet
  private(set) var now: Instant
  /// What was decided, in order, since it was last taken.
  private(set) var actions: [Action] = []
  /// Runs that no record names and that were stopped.
  private(set) var orphans: [(cluster: ClusterIdentity, run: RunName)] = []
  /// The deployments whose runs ended as expected in the moment that it last advanced to, by slot.
  private(set) var ended: [Int] = []
  /// How many events it has taken.
  private(set) var steps = 0
  private var ends = Heap<End>()
  private var wakeAt: Instant?
  /// For a cluster that is new: why its engine does not answer.
  private let engines: (EngineSpec) -> String?

  init(_ fleet: consuming Fleet, now: Instant, engines: @escaping (EngineSpec) -> String? = { _ in nil }) {
    self.now = now
    self.engines = engines
    // What the fleet has asked for before is still to come.
    wakeAt = fleet.wakeAt
    self.fleet = fleet
  }

  mutating func takeActions() -> [Action] {
    defer { actions = [] }
    return actions
  }

  /// Takes events, and all that follows from them at this moment.
  ///
  /// - Parameter begun: gets the fleet once it has taken the events themselves, and what it asked for until then.
  mutating func deliver(_ first: [Event], begun: (Fleet, [Effect]) -> Void = { _, _ in }) {
    var events = first
    var asked: [Effect] = []
    var next = 0
    while next < events.count {
      let event = events[next]
      next += 1
      steps += 1
      let effects = step(&fleet, event, now: now)
      if next <= first.count {
        asked += effects
        if next == first.count {
          begun(fleet, asked)
          asked = []
          // From here on nothing is observed, and what is made up teaches nothing.
          fleet.learnsRuntimes = false
        }
      }
      for effect in effects {
        switch effect {
        case .commit(let commit): if actions.isEmpty { actions = commit.actions } else { actions += commit.actions }
        case .prepare(let order):
          events.append(.callFinished(order.run.name, .prepared(handle: order.run.name.text)))
        case .launch(let order, _):
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
          expectEnd(of: order.run.id)
        case .stop(let name, let cluster, _):
          if !fleet.isLive(name), let identity = fleet.cluster(cluster)?.identity { orphans.append((identity, name)) }
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
        case .observe(let id): if let look = look(at: id) { events.append(look) }
        case .wake(let at): wakeAt = wakeAt.map { min($0, at) } ?? at
        case .remove: break
        }
      }
    }
  }

  /// What an engine reports when it is looked at: that all goes on as it is known.
  private func look(at id: ClusterID) -> Event? {
    guard let slot = fleet.clustersByID[id] else { return nil }
    if let why = engines(fleet.clusters[slot].record.engine) { return .clustersObserved([id: .unknown(why)]) }
    var seen: [RunName: RunObservation] = [:]
    for run in fleet.clusters[slot].runs.compactMap({ fleet.runs[$0]?.record }) {
      seen[run.name] = run.isLaunched ? .running(since: run.startedAt ?? now) : .prepared
    }
    return .clustersObserved([id: .answered(runs: seen, asOf: fleet.stepCount)])
  }

  // MARK: Time

  /// Expects an end of each run that executes, or waits inside its engine, where the engine answers.
  mutating func expectEnds() {
    for run in fleet.runs.values where run.record.isLaunched && fleet.clusters[run.cluster].unknown == nil {
      expectEnd(of: run.record.id)
    }
  }

  private mutating func expectEnd(of id: RunID) {
    guard let end = fleet.expectedEnd(of: id, now: now) else { return }
    ends.insert(End(at: end.at, run: id))
  }

  /// When something happens next; nil: never.
  var nextEvent: Instant? {
    switch (ends.min?.at, wakeAt) {
    case (let end?, let wake?): min(end, wake)
    case (let end, let wake): end ?? wake
    }
  }

  /// Lets time pass, and lets happen what is due: all that ends at one moment ends together.
  mutating func advance(to time: Instant) {
    now = max(now, time)
    ended = []
    fleet.learnsRuntimes = false
    var over: [ClusterID: [RunName: RunObservation]] = [:]
    while let end = ends.min, end.at <= now {
      ends.removeMin()
      // It may have been stopped before.
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
  /// When a live run is expected to end; nil: never, or nobody knows.
  func expectedEnd(of id: RunID, now: Instant) -> PredictedTime? {
    runs[id].flatMap { clusters[$0.cluster].holdings[id]?.end(now: now) }
  }
}
