import BerthTestSupport
import Diagnostics
import FleetCore
import FleetModel
import HeapModule
import PlanModel

/// Lives through a generated fleet on a virtual clock and holds what `step` does against the invariants of scheduling.
struct FleetTrial {
  struct Event: Comparable {
    enum Kind {
      case submit(Int)
      case happening(Int)
      case end(RunName, ClusterID, RunOutcome)
      case wake
    }
    var at: Instant
    var sequence: Int
    var kind: Kind
    static func < (left: Event, right: Event) -> Bool { (left.at, left.sequence) < (right.at, right.sequence) }
    static func == (left: Event, right: Event) -> Bool { left.sequence == right.sequence }
  }

  let given: GeneratedFleet
  var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
  var now = Instant(nanoseconds: 1_000_000_000_000_000)
  let beginning = Instant(nanoseconds: 1_000_000_000_000_000)
  var queue = Heap<Event>()
  var sequence = 0
  var specs: [String: DeploymentSpec] = [:]
  var stopCount = 0
  var preemptions = 0
  var problem: String?
  var steps = 0

  init(_ given: GeneratedFleet) { self.given = given }

  mutating func schedule(at: Instant, _ kind: Event.Kind) {
    sequence += 1
    queue.insert(Event(at: at, sequence: sequence, kind: kind))
  }

  mutating func fail(_ text: String) {
    if problem == nil { problem = "after \((now - beginning).text): \(text)" }
  }

  /// Nil: every invariant held.
  mutating func run() -> String? {
    deliver(declared(surroundings))
    for place in given.entries.indices {
      schedule(at: beginning + .seconds(given.entries[place].submit), .submit(place))
    }
    for place in given.happenings.indices {
      schedule(at: beginning + .seconds(given.happenings[place].at), .happening(place))
    }
    var count = 0
    while let event = queue.popMin(), problem == nil {
      count += 1
      if count > 3000 {
        fail("it never ends: \(preemptions) preemptions")
        break
      }
      now = max(now, event.at)
      switch event.kind {
      case .submit(let place): submit(place)
      case .happening(let place): change(given.happenings[place])
      case .end(let name, let cluster, let outcome):
        guard fleet.isLive(name) else { continue }
        deliver(.runsObserved(cluster, [name: .ended(outcome, at: now)]))
      case .wake: deliver(.timer)
      }
      // What is due at this moment comes first.
      if queue.min.map({ $0.at > now }) ?? true { checkSettled() }
    }
    if problem == nil { checkEnd() }
    return problem
  }

  private var surroundings: [(ObjectIdentity, ObjectSpec)] {
    [
      (.organization("o"), .organization(OrganizationSpec())),
      (.user("u"), .user(UserSpec(email: "u@x", organizations: ["o"]))),
    ] + given.capacities.indices.map { cluster($0, given.capacities[$0]) }
  }

  private func cluster(_ number: Int, _ capacity: Resources) -> (ObjectIdentity, ObjectSpec) {
    (
      .cluster(GeneratedFleet.cluster(number)),
      .cluster(ClusterSpec(creator: "u", capacity: capacity, scheduling: given.scheduling[number]))
    )
  }

  private func declared(_ objects: [(ObjectIdentity, ObjectSpec)], withdrawn: [ObjectIdentity] = []) -> FleetCore.Event
  {
    let place = SourcePlace(file: "-", line: 1, column: 1)
    return .declared(
      Revision(
        source: "s", binding: nil,
        declarations: objects.map {
          DeclaredChange(
            Declaration(identity: $0.0, metadata: ObjectMetadata(), spec: $0.1, place: place), forcesNewRun: false)
        }, withdrawn: withdrawn))
  }

  private mutating func submit(_ place: Int) {
    let entry = given.entries[place]
    var spec = DeploymentSpec(traits: entry.traits, user: "u", image: "i")
    for edge in entry.dependsOn {
      guard let other = given.entries.first(where: { $0.name == edge.name }),
        fleet.deployment(other.identity) != nil
      else { continue }
      spec.dependsOn.append(Dependency(on: other.identity, until: edge.isRunning ? .running : .completed))
    }
    spec.dependsOn.sort()
    specs[entry.name] = spec
    deliver(declared([(.deployment(entry.identity), .deployment(spec))]))
  }

  private mutating func change(_ happening: GeneratedFleet.Happening) {
    if case .capacity(let capacity) = happening.change, let number = Int(happening.name) {
      return deliver(declared([cluster(number, capacity)]))
    }
    guard let entry = given.entries.first(where: { $0.name == happening.name }), var spec = specs[entry.name],
      fleet.deployment(entry.identity) != nil
    else { return }
    switch happening.change {
    case .priority(let priority): spec.traits.priority = priority
    case .preemptible(let value): spec.traits.preemptible = value
    case .protect(let value): spec.traits.protect = value
    case .suspend(let value): spec.traits.suspend = value
    case .withdrawn:
      return deliver(declared([], withdrawn: [.deployment(entry.identity)]))
    case .capacity: return
    }
    specs[entry.name] = spec
    deliver(declared([(.deployment(entry.identity), .deployment(spec))]))
  }

  mutating func deliver(_ first: FleetCore.Event) {
    var events = [first]
    while !events.isEmpty, problem == nil {
      let before = fleet
      let event = events.removeFirst()
      let effects = step(&fleet, event, now: now)
      steps += 1
      check(effects, before: before)
      for effect in effects {
        switch effect {
        case .commit, .remove: break
        case .prepare(let order): events.append(.callFinished(order.run.name, .prepared(handle: "h")))
        case .launch(let order, _):
          let entry = given.entries.first { $0.identity == order.run.identity }
          if let entry, entry.traits.mode == .job {
            let bound = entry.traits.maxRuntime.map { $0.nanoseconds / 1_000_000_000 } ?? .max
            schedule(
              at: now + .seconds(min(entry.lasts, bound)),
              .end(order.run.name, order.run.cluster, .exited(status: 0)))
          }
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .observe(let cluster):
          events.append(.clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]))
        case .stop(let name, let cluster, _):
          let takes = given.stops[stopCount % given.stops.count]
          stopCount += 1
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          if takes == 0 {
            events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
          } else {
            schedule(at: now + .seconds(takes), .end(name, cluster, .signaled(signal: 15)))
          }
        case .wake(let at): schedule(at: max(at, now), .wake)
        }
      }
    }
  }
}
