/// What a dependency must have reached before the dependent may start.
public enum DependencyCondition: String, Sendable, Hashable, CaseIterable {
  /// Its job ran to its end with success.
  case completed
  /// It runs: a service for its `readyAfter`, a job since its start was confirmed (or it has completed).
  case running
}

/// One edge of `dependsOn`, with its name made absolute and its default condition filled in.
public struct Dependency: Hashable, Sendable, Comparable {
  /// The deployment waited for.
  public var on: DeploymentIdentity
  /// What it must have reached.
  public var until: DependencyCondition
  /// Makes an edge.
  public init(on: DeploymentIdentity, until: DependencyCondition) {
    self.on = on
    self.until = until
  }
  /// By identity.
  public static func < (left: Dependency, right: Dependency) -> Bool { left.on < right.on }
}

/// Retries of a job that fails.
public struct RetryPolicy: Hashable, Sendable {
  /// How many times a failed generation is run again. Default 0.
  public var limit: Int
  /// The wait before the first retry, doubled at each further one up to an hour. Default 10s.
  public var backoff: TimeSpan
  /// Makes a policy.
  public init(limit: Int = 0, backoff: TimeSpan = .seconds(10)) {
    self.limit = limit
    self.backoff = backoff
  }
}

/// The part of a deployment's spec that planning and scheduling read at every step; kept decoded in the fleet.
public struct DeploymentTraits: Hashable, Sendable {
  /// Whether it ends by itself. Default job.
  public var mode: Mode = .job
  /// Its declared priority. Default medium.
  public var priority: Priority = .medium
  /// What a run holds.
  public var resources: Resources
  /// What happens when it fails. Default: no retry.
  public var retry = RetryPolicy()
  /// How long a run is expected to take; nil: unknown.
  public var expectedRuntime: TimeSpan?
  /// A run is stopped and FAILED after it; nil: no bound.
  public var maxRuntime: TimeSpan?
  /// Between the request to end and the kill. Default 10s.
  public var stopGrace: TimeSpan = .seconds(10)
  /// How long a service must be up to count as running for its dependents. Default 5s.
  public var readyAfter: TimeSpan = .seconds(5)
  /// Whether a run may be a victim. Default true.
  public var preemptible = true
  /// Whether it is kept from running. Default false.
  public var suspend = false
  /// Never a victim; its stop or delete is held. Default false.
  public var protect = false

  /// Makes traits with the schema's defaults.
  public init(resources: Resources) { self.resources = resources }
}

/// What a manifest says about a deployment.
public struct DeploymentSpec: Hashable, Sendable {
  /// What planning and scheduling read.
  public var traits: DeploymentTraits
  /// The owner's name.
  public var user: String
  /// The container image, or a label of what runs, on the process engine.
  public var image: String
  /// The argument vector; empty: the image's own.
  public var command: [String]
  /// The environment, by name.
  public var env: [String: TextOrSecret]
  /// Sorted by identity, without duplicates.
  public var dependsOn: [Dependency]
  /// Any change of it runs a finished job again.
  public var rerun: String?

  /// Makes a spec.
  public init(
    traits: DeploymentTraits, user: String, image: String, command: [String] = [], env: [String: TextOrSecret] = [:],
    dependsOn: [Dependency] = [], rerun: String? = nil
  ) {
    self.traits = traits
    self.user = user
    self.image = image
    self.command = command
    self.env = env
    self.dependsOn = dependsOn
    self.rerun = rerun
  }

  /// The secrets that its environment names, sorted, without duplicates.
  public var secretReferences: [SecretReference] {
    if env.isEmpty { return [] }
    var references: Set<SecretReference> = []
    for case .secret(let reference) in env.values { references.insert(reference) }
    return references.sorted()
  }
}
