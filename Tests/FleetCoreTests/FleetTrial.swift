import BerthTestSupport
import Diagnostics
import FleetCore
import FleetModel
import HeapModule
import PlanModel

/// Runs a generated fleet on a virtual clock, and checks every `step` against the invariants of scheduling.
struct FleetTrial {
  struct Event: Comparable {
    enum Kind {
      case submit(Int)
      case happening(Int)
      case end(RunName, ClusterID, RunOutcome)
      case confirm(RunName, ClusterID)
      case wake
    }
    var at: Instant
    var sequence: Int
    var kind: Kind
    static func < (left: Event, right: Event) -> Bool { (left.at, left.sequence) < (right.at, right.sequence) }
    static func == (left: Event, right: Event) -> Bool { left.sequence == right.sequence }
  }

  /// Variants of a trial. All of them must decide the same.
  enum Variant {
    case asGiven
    case neverReloaded
    /// Declarations of one moment come in the opposite order.
    case declaredBackwards
  }

  let given: GeneratedFleet
  let variant: Variant
  var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
  var now = Instant(nanoseconds: 1_000_000_000_000_000)
  let beginning = Instant(nanoseconds: 1_000_000_000_000_000)
  var queue = Heap<Event>()
  var sequence = 0
  var specs: [String: DeploymentSpec] = [:]
  var preemptions = 0
  var problem: String?
  var steps = 0
  var recorded = RecordedWrites()
  /// The engines' runs, each with its last observation.
  var engines: [RunName: (cluster: ClusterID, seen: RunObservation)] = [:]
  var asked: Set<RunName> = []
  /// Starts and preemptions with their instants.
  var trace: [String] = []
  var expectations = TrialExpectations()

  init(_ given: GeneratedFleet, _ variant: Variant = .asGiven) {
    self.given = given
    self.variant = variant
  }

  mutating func schedule(at: Instant, _ kind: Event.Kind) {
    sequence += 1
    queue.insert(Event(at: at, sequence: sequence, kind: kind))
  }

  mutating func fail(_ text: String) {
    if problem == nil { problem = "after \((now - beginning).text): \(text)" }
  }

  /// Runs the trial; returns the first violation, or `nil` if every invariant held.
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
      case .submit(let place):
        var places = [place]
        while let next = queue.min, next.at == event.at, case .submit(let other) = next.kind {
          places.append(other)
          queue.removeMin()
        }
        submit(variant == .declaredBackwards ? places.reversed() : places)
      case .happening(let place): change(given.happenings[place])
      case .end(let name, let cluster, let outcome):
        var ended = [cluster: [name: outcome]]
        while given.endsTogether, let next = queue.min, next.at == event.at,
          case .end(let name, let cluster, let how) = next.kind
        {
          if ended[cluster]?[name] == nil { ended[cluster, default: [:]][name] = how }
          queue.removeMin()
        }
        for (cluster, outcomes) in ended.sorted(by: { $0.key < $1.key }) {
          let live = outcomes.filter { fleet.isLive($0.key) }.mapValues { RunObservation.ended($0, at: now) }
          if !live.isEmpty { deliver(.runsObserved(cluster, live)) }
        }
      case .confirm(let name, let cluster):
        guard engines[name] != nil else { continue }
        begin(name, cluster)
        deliver(.runsObserved(cluster, [name: .running(since: now)]))
      case .wake: deliver(.timer)
      }
      // Other events of this instant come first.
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

  private func declared(
    _ objects: [(ObjectIdentity, ObjectSpec)], withdrawn: [ObjectIdentity] = [], forcesNewRun: Bool = false
  ) -> FleetCore.Event {
    let place = SourcePlace(file: "-", line: 1, column: 1)
    return .declared(
      Revision(
        source: "s", binding: nil,
        declarations: objects.map {
          DeclaredChange(
            Declaration(identity: $0.0, metadata: ObjectMetadata(), spec: $0.1, place: place),
            forcesNewRun: forcesNewRun)
        }, withdrawn: withdrawn))
  }

  private mutating func submit(_ places: [Int]) {
    var objects: [(ObjectIdentity, ObjectSpec)] = []
    for place in places {
      let entry = given.entries[place]
      var spec = DeploymentSpec(traits: entry.traits, user: "u", image: "i")
      for edge in entry.dependsOn {
        guard let other = given.entries.firstIndex(where: { $0.name == edge.name }),
          places.contains(other) || fleet.deployment(given.entries[other].identity) != nil
        else { continue }
        let identity = given.entries[other].identity
        spec.dependsOn.append(Dependency(on: identity, until: edge.isRunning ? .running : .completed))
      }
      spec.dependsOn.sort()
      specs[entry.name] = spec
      objects.append((.deployment(entry.identity), .deployment(spec)))
    }
    deliver(declared(objects))
  }

  /// Loads the committed state as a new process would, and observes the engines. A trial without reloads only observes.
  private mutating func reload() {
    if variant != .neverReloaded { fleet = Fleet(recorded.state(fleet), following: fleet) }
    var looks: [ClusterID: ClusterObservation] = [:]
    for number in given.capacities.indices {
      guard let id = fleet.clusterID(of: GeneratedFleet.cluster(number)) else { continue }
      let seen = engines.filter { $0.value.cluster == id }.mapValues(\.seen)
      looks[id] = .answered(runs: seen, asOf: fleet.stepCount)
    }
    deliver(.clustersObserved(looks))
  }

  private mutating func change(_ happening: GeneratedFleet.Happening) {
    expectations.hasChanged = true
    if case .reload = happening.change { return reload() }
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
    case .replaced(let request):
      spec.traits.resources = request
      spec.rerun = "\(now.nanoseconds)"
      specs[entry.name] = spec
      return deliver(declared([(.deployment(entry.identity), .deployment(spec))], forcesNewRun: true))
    case .capacity, .reload: return
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
      if case .runsObserved(_, let seen) = event {
        for (name, observation) in seen { if case .ended = observation { engines[name] = nil } }
      }
      expect(event, before: before)
      check(effects, before: before)
      for effect in effects {
        switch effect {
        case .commit(let commit): recorded.apply(commit.writes)
        case .remove: break
        case .prepare(let order):
          engines[order.run.name] = (order.run.cluster, .prepared)
          events.append(.callFinished(order.run.name, .prepared(handle: "h")))
        case .launch(let order, _):
          let (name, cluster) = (order.run.name, order.run.cluster)
          let takes = given.launches[number(of: name) % given.launches.count]
          if takes == 0 {
            begin(name, cluster)
            events.append(.callFinished(name, .launched(.running(since: now))))
          } else {
            engines[name] = (cluster, .queued("in line"))
            schedule(at: now + .seconds(takes), .confirm(name, cluster))
            events.append(.callFinished(name, .launched(.queued("in line"))))
          }
        case .observe(let cluster):
          events.append(.clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]))
        case .stop(let name, let cluster, _):
          events.append(.callFinished(name, .stopRequested(engines[name]?.seen ?? .absent)))
          if !asked.insert(name).inserted { break }
          let takes = given.stops[number(of: name) % given.stops.count]
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

  /// A number for a run that does not depend on the order in which runs begin.
  private func number(of name: RunName) -> Int {
    guard let run = fleet.liveRuns.first(where: { $0.name == name }) else { return 0 }
    return (given.entries.firstIndex { $0.identity == run.identity } ?? 0) + Int(run.attempt)
  }

  /// Starts the execution of a run, and plans its end.
  private mutating func begin(_ name: RunName, _ cluster: ClusterID) {
    engines[name] = (cluster, .running(since: now))
    guard let run = fleet.liveRuns.first(where: { $0.name == name }),
      let entry = given.entries.first(where: { $0.identity == run.identity }), entry.traits.mode == .job
    else { return }
    let bound = entry.traits.maxRuntime.map { $0.nanoseconds / 1_000_000_000 } ?? .max
    if entry.lasts > bound {
      schedule(at: now + .seconds(bound + given.overrun), .end(name, cluster, .maxRuntimeExceeded))
    } else {
      schedule(
        at: now + .seconds(entry.lasts), .end(name, cluster, .exited(status: run.attempt <= entry.fails ? 1 : 0)))
    }
  }
}
