import Diagnostics
import FleetCore
import FleetModel
import PlanModel

/// A small fleet without manifests, database or engine: organization `vision`, user `ada`, and the clusters and
/// deployments that a test declares. The response to an event is text, one line for each action.
public struct Scenario {
  /// The fleet under test.
  public var fleet: Fleet
  /// The virtual time.
  public var now = Instant(nanoseconds: 1_800_000_000_000_000_000)
  /// The declared deployments by name: `train` is on the cluster `lab`, `b/train` on `b`.
  public var deployments: [String: DeploymentSpec] = [:]
  /// Former names, by name.
  public var renamedFrom: [String: String] = [:]
  /// Capacities of the clusters, by name.
  public var clusters: [String: Resources]
  /// The scheduling settings of all clusters.
  public var scheduling = SchedulingSpec()
  /// The owner of everything.
  public var user = UserSpec(email: "ada@example.org", organizations: ["vision"])
  /// Variables that can't be resolved.
  public var missingSecrets: Set<String> = []
  /// Digests of the secrets' values, by variable.
  public var secretDigests: [String: String] = [:]
  /// True if stopping runs go on until `confirmStops`.
  public var stopsSlowly = false
  /// True if launched runs wait inside their engine.
  public var queuesLaunches = false
  /// Runs that were asked to stop and have not ended.
  public var stopping: [RunName: ClusterID] = [:]
  /// Instants at which the fleet asked to be woken.
  public var wakes: Set<Instant> = []
  /// What the fleet has committed.
  var recorded = RecordedWrites()

  /// Clusters by name, each with memory in GiB, cores and GPUs.
  public init(_ clusters: [String: (Int64, Int64, Int64)] = ["lab": (16, 8, 2)]) {
    self.clusters = clusters.mapValues { Self.resources(ram: $0.0, cpu: $0.1, gpuMilli: $0.2 * 1000) }
    fleet = Fleet(installation: Installation(id: String(repeating: "0f", count: 16), key: [1, 2, 3]))
  }

  /// Resources in GiB, cores and thousandths of GPUs.
  public static func resources(ram: Int64 = 1, cpu: Int64 = 1, gpuMilli: Int64 = 0) -> Resources {
    Resources(ramBytes: ram << 30, cpuMilli: cpu * 1000, gpuMilli: gpuMilli)
  }

  /// Declares a job.
  public mutating func job(
    _ name: String, ram: Int64 = 1, cpu: Int64 = 1, gpuMilli: Int64 = 0, after: [String] = [], with: [String] = [],
    _ change: (inout DeploymentSpec) -> Void = { _ in }
  ) {
    var spec = DeploymentSpec(
      traits: DeploymentTraits(resources: Self.resources(ram: ram, cpu: cpu, gpuMilli: gpuMilli)), user: "ada",
      image: "\(name):1")
    spec.dependsOn =
      (after.map { Dependency(on: identity($0), until: .completed) }
      + with.map { Dependency(on: identity($0), until: .running) }).sorted()
    change(&spec)
    deployments[name] = spec
  }

  /// Declares a service, ready at once.
  public mutating func service(_ name: String, ram: Int64 = 1, cpu: Int64 = 1, with: [String] = []) {
    job(name, ram: ram, cpu: cpu, with: with) {
      $0.traits.mode = .service
      $0.traits.readyAfter = .zero
    }
  }

  /// The identity of a name.
  public func identity(_ name: String) -> DeploymentIdentity {
    let parts = name.split(separator: "/").map(String.init)
    let cluster = parts.count == 2 ? parts[0] : clusters.keys.contains("lab") ? "lab" : clusters.keys.sorted()[0]
    return DeploymentIdentity(
      cluster: ClusterIdentity(organization: "vision", name: cluster), name: parts.last ?? name)
  }

  /// The complete desired state.
  public var desired: DesiredState {
    let place = SourcePlace(file: "scenario", line: 1, column: 1)
    var declarations = [
      Declaration(
        identity: .organization("vision"), metadata: ObjectMetadata(), spec: .organization(OrganizationSpec()),
        place: place),
      Declaration(identity: .user("ada"), metadata: ObjectMetadata(), spec: .user(user), place: place),
    ]
    for (name, capacity) in clusters {
      declarations.append(
        Declaration(
          identity: .cluster(ClusterIdentity(organization: "vision", name: name)), metadata: ObjectMetadata(),
          spec: .cluster(ClusterSpec(creator: "ada", capacity: capacity, scheduling: scheduling)), place: place))
    }
    for (name, spec) in deployments {
      let former = renamedFrom[name].map { ObjectIdentity.deployment(identity($0)) }
      declarations.append(
        Declaration(
          identity: .deployment(identity(name)), metadata: ObjectMetadata(renamedFrom: former), spec: .deployment(spec),
          place: place))
    }
    return DesiredState(declarations: declarations.sorted { $0.identity < $1.identity })
  }

  /// The comparison of what is declared with the fleet.
  public func comparison(_ change: (inout ComparisonOptions) -> Void = { _ in }) throws -> Comparison {
    var options = ComparisonOptions(source: "default", binding: "/manifests", allowsEmpty: true)
    change(&options)
    var states: [SecretReference: SecretState] = [:]
    for spec in deployments.values {
      for case .secret(.fromEnv(let name)) in spec.env.values {
        states[.fromEnv(name)] =
          missingSecrets.contains(name)
          ? .unavailable("\(name) is not set") : .available(digest: secretDigests[name] ?? "0")
      }
    }
    return try fleet.compare(desired, secrets: ResolvedSecrets(states: states), options: options)
  }

  /// The plan's changes and actions, without registrations of other kinds than deployments.
  public func plan() throws -> String {
    let plan = try fleet.plan(comparison(), now: now)
    return (plan.refusals.map { "refused: \($0)" } + Self.lines(plan.actions)).joined(separator: "\n")
  }

  static func lines(_ actions: [Action]) -> [String] {
    actions.compactMap { action in
      guard case .deployment(let identity) = action.identity else { return nil }
      let name = identity.cluster.name == "lab" ? identity.name : "\(identity.cluster.name)/\(identity.name)"
      switch action.kind {
      case .register: return "register \(name)"
      case .update: return "update \(name)"
      case .start(let cause): return "start \(name) (\(cause.rawValue))"
      case .stop(let cause): return "stop \(name) (\(cause))"
      case .preempt(let other): return "preempt \(name) for \(other.name)"
      case .prune: return "prune \(name)"
      case .hold(let reason): return "hold \(name): \(reason.code)"
      }
    }
  }
}
