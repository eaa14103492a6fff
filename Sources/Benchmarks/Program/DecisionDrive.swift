import FleetCore
import FleetModel
import Glibc
import HeapModule

/// Drives a fleet through the ends of its runs and measures the cost of each: `step` alone, without engine, database or
/// clock. Calls succeed at once.
struct DecisionDrive {
  private struct End: Comparable {
    var at: Instant
    var name: RunName
    var cluster: ClusterID
    static func < (left: End, right: End) -> Bool { (left.at, left.name) < (right.at, right.name) }
  }
  /// Cost of one step.
  struct StepCost {
    /// Wall-clock time in seconds.
    var wall: Double
    /// Processor time in seconds.
    var processor: Double
  }

  private let load: DecisionLoad
  private var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [1]))
  private var now = Instant(nanoseconds: 1_800_000_000_000_000_000)
  private var durations: [DeploymentIdentity: TimeSpan] = [:]
  private var ends = Heap<End>()
  /// Number of runs started.
  private(set) var started = 0

  /// Builds the fleet with its first runs, then declares all waiting deployments while no engine answers.
  init(_ load: DecisionLoad) {
    self.load = load
    declare(load.baseDeclarations())
    observe()
    let runners = load.runningDeployments()
    for (declaration, span) in runners { expect(declaration, span) }
    declare(runners.map(\.declaration))
    let unknown = fleet.clusterRecords.map { ($0.id, ClusterObservation.unknown("not asked")) }
    deliver(.clustersObserved(Dictionary(uniqueKeysWithValues: unknown)))
    let waiters = load.waitingDeployments()
    for (declaration, span) in waiters { if let span { expect(declaration, span) } }
    declare(waiters.map(\.declaration))
    now = now + .seconds(1000)
  }

  /// Reports all clusters as answering, so that all deployments are evaluated and every queue is scanned, in one step.
  mutating func lookAtAll() -> StepCost {
    let event = Event.clustersObserved(looks())
    var took = StepCost(wall: 0, processor: 0)
    deliver(event, took: &took)
    return took
  }

  /// Ends runs one after the other, each in a step of its own, and returns the costs of these steps.
  mutating func endRuns() -> [StepCost] {
    var all: [StepCost] = []
    let begin = ContinuousClock.now
    while all.count < load.events, let end = ends.popMin(), begin.duration(to: .now) / .seconds(1) < load.seconds {
      if !fleet.isLive(end.name) { continue }
      now = max(now, end.at)
      var took = StepCost(wall: 0, processor: 0)
      deliver(.runsObserved(end.cluster, [end.name: .ended(.exited(status: 0), at: now)]), took: &took)
      all.append(took)
    }
    return all
  }

  // MARK: Stepping

  private mutating func expect(_ declaration: Declaration, _ span: TimeSpan) {
    if case .deployment(let identity) = declaration.identity { durations[identity] = span }
  }

  private mutating func declare(_ declarations: [Declaration]) {
    let changes = declarations.map { DeclaredChange($0, forcesNewRun: false) }
    deliver(.declared(Revision(source: "decisions", binding: nil, declarations: changes)))
  }

  private mutating func observe() { deliver(.clustersObserved(looks())) }

  private func looks() -> [ClusterID: ClusterObservation] {
    var seen: [ClusterID: [RunName: RunObservation]] = [:]
    for run in fleet.liveRuns { seen[run.cluster, default: [:]][run.name] = .running(since: run.startedAt ?? now) }
    return Dictionary(
      uniqueKeysWithValues: fleet.clusterRecords.map {
        ($0.id, .answered(runs: seen[$0.id] ?? [:], asOf: fleet.stepCount))
      })
  }

  private mutating func deliver(_ event: Event) {
    var took = StepCost(wall: 0, processor: 0)
    deliver(event, took: &took)
  }

  /// Delivers an event and its consequences at this moment; `took` is the cost of the event itself.
  private mutating func deliver(_ event: Event, took: inout StepCost) {
    var events = [event]
    var next = 0
    while next < events.count {
      let (wall, processor) = (ContinuousClock.now, Self.processor())
      let effects = step(&fleet, events[next], now: now)
      if next == 0 {
        took = StepCost(wall: wall.duration(to: .now) / .seconds(1), processor: Self.processor() - processor)
      }
      next += 1
      for effect in effects {
        switch effect {
        case .prepare(let order):
          events.append(.callFinished(order.run.name, .prepared(handle: order.run.name.text)))
        case .launch(let order, _):
          started += 1
          if let span = durations[order.run.identity] {
            ends.insert(End(at: now + span, name: order.run.name, cluster: order.run.cluster))
          }
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .stop(let name, let cluster, _):
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
        case .observe, .commit, .wake, .remove: break
        }
      }
    }
  }

  /// Processor time of this thread in seconds.
  static func processor() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
