/// Condition that a dependency must meet before the dependent may start.
public enum DependencyCondition: String, Sendable, Hashable, CaseIterable {
  /// The dependency's job ran to its end with success.
  case completed
  /// The dependency runs: a service for its `readyAfter`, a job since its start was confirmed (or it has completed).
  case running
}

/// One edge of `dependsOn`, with its name made absolute and its default condition filled in.
public struct Dependency: Hashable, Sendable, Comparable {
  /// The deployment that is waited for.
  public var on: DeploymentIdentity
  /// The condition that the dependency must meet.
  public var until: DependencyCondition
  /// Makes an edge.
  public init(on: DeploymentIdentity, until: DependencyCondition) {
    self.on = on
    self.until = until
  }
  /// Orders edges by the dependency's identity.
  public static func < (left: Dependency, right: Dependency) -> Bool { left.on < right.on }
}

/// Retries of a job that fails.
public struct RetryPolicy: Hashable, Sendable {
  /// Number of times that a failed generation is run again. Default 0.
  public var limit: Int
  /// Delay before the first retry, doubled at each further one up to an hour. Default 10s.
  public var backoff: TimeSpan
  /// Makes a policy.
  public init(limit: Int = 0, backoff: TimeSpan = .seconds(10)) {
    self.limit = limit
    self.backoff = backoff
  }
}

/// The part of a deployment's spec that planning and scheduling read at every step; kept decoded in the fleet.
public struct DeploymentTraits: Hashable, Sendable {
  /// Whether the deployment ends by itself. Default job.
  public var mode: Mode = .job
  /// The declared priority. Default medium.
  public var priority: Priority = .medium
  /// The resources that a run holds.
  public var resources: Resources
  /// Retries after a failure. Default: none.
  public var retry = RetryPolicy()
  /// Expected duration of a run; nil: unknown.
  public var expectedRuntime: TimeSpan?
  /// Longest duration of a run, after which it is stopped and FAILED; nil: unlimited.
  public var maxRuntime: TimeSpan?
  /// Time between the request to end and the kill. Default 10s.
  public var stopGrace: TimeSpan = .seconds(10)
  /// Time that a service must be up to count as running for its dependents. Default 5s.
  public var readyAfter: TimeSpan = .seconds(5)
  /// Whether a run may be preempted. Default true.
  public var preemptible = true
  /// Whether the deployment is kept from running. Default false.
  public var suspend = false
  /// Whether the deployment is never preempted, and its stop or deletion held. Default false.
  public var protect = false

  /// Makes traits with the schema's defaults.
  public init(resources: Resources) { self.resources = resources }
}

/// The spec of a deployment, as a manifest declares it.
public struct DeploymentSpec: Hashable, Sendable {
  /// The fields that planning and scheduling read.
  public var traits: DeploymentTraits
  /// The owner's name.
  public var user: String
  /// The container image, or a label of what runs, on the process engine.
  public var image: String
  /// The argument vector; empty: the image's own.
  public var command: [String]
  /// The environment, by name.
  public var env: [String: TextOrSecret]
  /// The dependencies, sorted by identity, without duplicates.
  public var dependsOn: [Dependency]
  /// Any text; a finished job runs again whenever it changes.
  public var rerun: String?
  /// The response to a changed value of a secret; nil: `rerun` for a service, `ignore` for a job.
  public var onSecretChange: SecretChangeResponse?

  /// Whether a changed value of a secret needs a new run.
  public var rerunsOnSecretChange: Bool {
    switch onSecretChange {
    case .rerun: true
    case .ignore: false
    case nil: traits.mode == .service
    }
  }

  /// Makes a spec.
  public init(
    traits: DeploymentTraits, user: String, image: String, command: [String] = [], env: [String: TextOrSecret] = [:],
    dependsOn: [Dependency] = [], rerun: String? = nil, onSecretChange: SecretChangeResponse? = nil
  ) {
    self.traits = traits
    self.user = user
    self.image = image
    self.command = command
    self.env = env
    self.dependsOn = dependsOn
    self.rerun = rerun
    self.onSecretChange = onSecretChange
  }

  /// The secrets that the environment refers to, sorted, without duplicates.
  public var secretReferences: [SecretReference] {
    if env.isEmpty { return [] }
    var references: Set<SecretReference> = []
    for case .secret(let reference) in env.values { references.insert(reference) }
    return references.sorted()
  }
}
