import Diagnostics
import FleetCore
import FleetModel
import PlanModel

/// Cores and GPUs, as few as they are in small cases.
struct SmallAmount: Hashable {
  var cpu: Int
  var gpu: Int

  subscript(dimension: Int) -> Int { dimension == 0 ? cpu : gpu }
  static func + (left: Self, right: Self) -> Self { Self(cpu: left.cpu + right.cpu, gpu: left.gpu + right.gpu) }
  static func - (left: Self, right: Self) -> Self { Self(cpu: left.cpu - right.cpu, gpu: left.gpu - right.gpu) }
  func fits(in other: Self) -> Bool { cpu <= other.cpu && gpu <= other.gpu }
  /// The excess of this amount over another.
  func beyond(_ other: Self) -> Self { Self(cpu: max(0, cpu - other.cpu), gpu: max(0, gpu - other.gpu)) }
  var resources: Resources { Resources(ramBytes: 0, cpuMilli: Int64(cpu) * 1000, gpuMilli: Int64(gpu) * 1000) }
  /// All nonzero amounts of up to two of each.
  static let all = (1..<9).map { SmallAmount(cpu: $0 / 3, gpu: $0 % 3) }
}

/// A moment of one cluster: some deployments run, and others are declared.
struct AdmissionInstance {
  struct Item: Hashable {
    var request: SmallAmount
    var priority = 1
    var isService = false
    /// True if it runs and has had its minimum runtime.
    var isRunning = false
    var isPreemptible = true
    /// The `maxRuntime`, or the expected runtime, in seconds.
    var runtime: Int?
    var isBounded = true
    /// True if it is declared after the others, while their victims are still stopping.
    var isLate = false
    /// Dependencies on earlier items.
    var needs: [Need] = []
  }
  struct Need: Hashable {
    var on: Int
    var isRunning: Bool
  }
  var capacity = SmallAmount(cpu: 2, gpu: 2)
  var maxBypass = 16
  /// The deployments, running ones first.
  var items: [Item] = []
  /// True if later items come first in the order of names.
  var isNamedBackwards = false

  func name(_ place: Int) -> String { "d\(isNamedBackwards ? 9 - place : place)" }
  func place(_ name: String) -> Int {
    let digit = name.last.flatMap { Int(String($0)) } ?? 0
    return isNamedBackwards ? 9 - digit : digit
  }

  /// Seconds since the running ones started, equal to their minimum runtime.
  static let age = 5

  var text: String {
    let lines = items.indices.map { place in
      let item = items[place]
      var line = "\(name(place)): \(item.request.cpu) cpu \(item.request.gpu) gpu, priority \(item.priority)"
      if item.isService { line += ", service" }
      if item.isLate { line += ", late" }
      if item.isRunning { line += item.isPreemptible ? ", runs" : ", runs, not preemptible" }
      if let runtime = item.runtime { line += item.isBounded ? ", at most \(runtime)s" : ", about \(runtime)s" }
      for need in item.needs { line += ", needs \(name(need.on))\(need.isRunning ? " running" : "")" }
      return line
    }
    return (["\(capacity.cpu) cpu \(capacity.gpu) gpu, maxBypass \(maxBypass)"] + lines).joined(separator: "\n  ")
  }
}

/// The decisions of one moment.
struct AdmissionDecision: Hashable {
  var started: Set<Int> = []
  /// The preemptor of each victim.
  var preempted: [Int: Int] = [:]
  /// Deployments with a nomination afterwards.
  var nominees: Set<Int> = []
  /// Deployments with a reservation afterwards, each with its expected start in seconds; -1 if that is unknown.
  var reserved: [Int: Int] = [:]

  func text(_ instance: AdmissionInstance) -> String {
    func names(_ places: some Sequence<Int>) -> String { places.sorted().map(instance.name).joined(separator: " ") }
    return "started [\(names(started))], preempted "
      + "\(preempted.sorted { $0.key < $1.key }.map { "\(instance.name($0.key)) for \(instance.name($0.value))" }), "
      + "nominees [\(names(nominees))], "
      + "reserved \(reserved.sorted { $0.key < $1.key }.map { "\(instance.name($0.key)) at \($0.value)" })"
  }
}

/// The real scheduler at such a moment.
struct AdmissionSubject {
  static let cluster = ClusterIdentity(organization: "o", name: "c")
  var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
  var now = Instant(nanoseconds: 1_000_000_000_000)
  let instance: AdmissionInstance

  /// A fleet with the running ones.
  init(_ instance: AdmissionInstance) {
    self.instance = instance
    let scheduling = SchedulingSpec(
      minimumRuntime: .seconds(Int64(AdmissionInstance.age)), maxBypass: instance.maxBypass)
    deliver([
      (.organization("o"), .organization(OrganizationSpec())),
      (.user("u"), .user(UserSpec(email: "u@x", organizations: ["o"]))),
      (
        .cluster(Self.cluster),
        .cluster(ClusterSpec(creator: "u", capacity: instance.capacity.resources, scheduling: scheduling))
      ),
    ])
    deliver(declarations { $0.isRunning })
    now = now + .seconds(Int64(AdmissionInstance.age))
    for effect in step(&fleet, .timer, now: now) { precondition(!effect.isCommit) }
  }

  private init(_ other: AdmissionSubject, _ instance: AdmissionInstance) {
    (fleet, now, self.instance) = (other.fleet, other.now, instance)
  }

  /// Returns a copy with the same running ones and other declarations.
  func with(_ instance: AdmissionInstance) -> AdmissionSubject { AdmissionSubject(self, instance) }

  private func declarations(where isWanted: (AdmissionInstance.Item) -> Bool) -> [(ObjectIdentity, ObjectSpec)] {
    instance.items.indices.filter { isWanted(instance.items[$0]) }.map { place in
      let item = instance.items[place]
      var traits = DeploymentTraits(resources: item.request.resources)
      traits.priority = Priority(rawValue: item.priority) ?? .low
      traits.mode = item.isService ? .service : .job
      traits.readyAfter = .zero
      traits.preemptible = item.isPreemptible
      if let runtime = item.runtime {
        if item.isBounded {
          traits.maxRuntime = .seconds(Int64(runtime))
        } else {
          traits.expectedRuntime = .seconds(Int64(runtime))
        }
      }
      var spec = DeploymentSpec(traits: traits, user: "u", image: "i")
      spec.dependsOn = item.needs.map {
        Dependency(on: identity($0.on), until: $0.isRunning ? .running : .completed)
      }.sorted()
      return (.deployment(identity(place)), .deployment(spec))
    }
  }

  func identity(_ place: Int) -> DeploymentIdentity {
    DeploymentIdentity(cluster: Self.cluster, name: instance.name(place))
  }

  private func declared(_ objects: [(ObjectIdentity, ObjectSpec)]) -> Event {
    let place = SourcePlace(file: "-", line: 1, column: 1)
    return .declared(
      Revision(
        source: "s", binding: nil,
        declarations: objects.map {
          DeclaredChange(
            Declaration(identity: $0.0, metadata: ObjectMetadata(), spec: $0.1, place: place), forcesNewRun: false)
        }))
  }

  /// Declares objects; all calls to engines succeed at once.
  private mutating func deliver(_ objects: [(ObjectIdentity, ObjectSpec)]) {
    var events = [declared(objects)]
    while !events.isEmpty {
      for effect in step(&fleet, events.removeFirst(), now: now) {
        switch effect {
        case .prepare(let order): events.append(.callFinished(order.run.name, .prepared(handle: "h")))
        case .launch(let order, _): events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .observe(let cluster):
          events.append(.clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]))
        case .commit, .stop, .remove, .wake: break
        }
      }
    }
  }

  /// Declares the waiting items. No call to an engine is answered.
  mutating func declareWaiting(late: Bool = false) -> AdmissionDecision {
    let effects = step(&fleet, declared(declarations { !$0.isRunning && $0.isLate == late }), now: now)
    return decision(effects)
  }

  /// Ends the runs that were asked to stop; `nil` if there are none.
  mutating func confirmStops() -> AdmissionDecision? {
    var ended: [RunName: RunObservation] = [:]
    for run in fleet.liveRuns where run.state == .stopping { ended[run.name] = .ended(.signaled(signal: 15), at: now) }
    guard let cluster = fleet.clusterID(of: Self.cluster), !ended.isEmpty else { return nil }
    let effects = step(&fleet, .runsObserved(cluster, ended), now: now)
    return decision(effects)
  }

  private func decision(_ effects: [Effect]) -> AdmissionDecision {
    var decision = AdmissionDecision()
    for case .commit(let commit) in effects {
      for action in commit.actions {
        guard case .deployment(let identity) = action.identity else { continue }
        switch action.kind {
        case .start: decision.started.insert(instance.place(identity.name))
        case .preempt(let other): decision.preempted[instance.place(identity.name)] = instance.place(other.name)
        default: break
        }
      }
    }
    decision.nominees = Set(fleet.gangClaimOwners(on: Self.cluster).map { instance.place($0.name) })
    for (identity, start, _) in fleet.reserved(on: Self.cluster) where fleet.liveRun(of: identity) == nil {
      decision.reserved[instance.place(identity.name)] =
        start.map { Int(($0.at - now).nanoseconds / 1_000_000_000) } ?? -1
    }
    return decision
  }
}

extension Effect {
  fileprivate var isCommit: Bool { if case .commit = self { true } else { false } }
}
