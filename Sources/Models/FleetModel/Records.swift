/// A named owner of manifests as recorded.
public struct SourceRecord: Sendable, Hashable {
  /// Its row.
  public var id: SourceID
  /// The name given with `--source`.
  public var name: String
  /// The absolute directory that it was bound to at its first apply; nil: files or standard input.
  public var binding: String?
  /// When it was first applied.
  public var createdAt: Instant
  /// When its manifests were last applied.
  public var appliedAt: Instant

  /// Makes a record.
  public init(id: SourceID, name: String, binding: String?, createdAt: Instant, appliedAt: Instant) {
    self.id = id
    self.name = name
    self.binding = binding
    self.createdAt = createdAt
    self.appliedAt = appliedAt
  }
}

/// An organization as recorded.
public struct OrganizationRecord: Sendable, Hashable {
  /// Its row.
  public var id: OrganizationID
  /// Its name, unique.
  public var name: String
  /// What the column holds; never displayed.
  public var inviteCode: SecretText
  /// The source that owns it.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// When it was first recorded.
  public var createdAt: Instant
  /// No manifest declares it any more; deleted once nothing names it.
  public var isWithdrawn = false

  /// Makes a record.
  public init(
    id: OrganizationID, name: String, inviteCode: SecretText, source: SourceID, specText: String, createdAt: Instant
  ) {
    self.id = id
    self.name = name
    self.inviteCode = inviteCode
    self.source = source
    self.specText = specText
    self.createdAt = createdAt
  }
}

/// A user as recorded.
public struct UserRecord: Sendable, Hashable {
  /// Its row.
  public var id: UserID
  /// The username, unique.
  public var name: String
  /// The e-mail address, unique.
  public var email: String
  /// What the column holds; never displayed. Empty: the user can't log in.
  public var hashedPassword: SecretText
  /// Whether deployments of the user may be admitted.
  public var isActive: Bool
  /// Sorted.
  public var organizations: [OrganizationID]
  /// The source that owns it.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// When it was first recorded.
  public var createdAt: Instant
  /// No manifest declares the user any more; deleted once nothing names it.
  public var isWithdrawn = false

  /// Makes a record.
  public init(
    id: UserID, name: String, email: String, hashedPassword: SecretText, isActive: Bool,
    organizations: [OrganizationID], source: SourceID, specText: String, createdAt: Instant
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.hashedPassword = hashedPassword
    self.isActive = isActive
    self.organizations = organizations
    self.source = source
    self.specText = specText
    self.createdAt = createdAt
  }
}

/// A cluster as recorded.
public struct ClusterRecord: Sendable, Hashable {
  /// Its row.
  public var id: ClusterID
  /// Organization and name.
  public var identity: ClusterIdentity
  /// The organization that it belongs to.
  public var organization: OrganizationID
  /// The user who created it.
  public var creator: UserID
  /// Berth's share of it.
  public var capacity: Resources
  /// What runs its deployments.
  public var engine: EngineSpec
  /// How it is scheduled.
  public var scheduling: SchedulingSpec
  /// The source that owns it.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// When it was first recorded.
  public var createdAt: Instant
  /// No manifest declares it any more; deleted once no deployment is left on it.
  public var isWithdrawn = false

  /// Makes a record.
  public init(
    id: ClusterID, identity: ClusterIdentity, organization: OrganizationID, creator: UserID, capacity: Resources,
    engine: EngineSpec, scheduling: SchedulingSpec, source: SourceID, specText: String, createdAt: Instant
  ) {
    self.id = id
    self.identity = identity
    self.organization = organization
    self.creator = creator
    self.capacity = capacity
    self.engine = engine
    self.scheduling = scheduling
    self.source = source
    self.specText = specText
    self.createdAt = createdAt
  }
}

/// An edge of the dependency graph as recorded.
public struct DependencyRecord: Sendable, Hashable {
  /// The deployment waited for.
  public var dependency: DeploymentID
  /// What it must have reached.
  public var until: DependencyCondition

  /// Makes a record.
  public init(dependency: DeploymentID, until: DependencyCondition) {
    self.dependency = dependency
    self.until = until
  }
}

/// The part of a deployment's record that changes as it runs.
public struct DeploymentProgress: Sendable, Hashable {
  /// What the `status` column holds.
  public var status: DeploymentStatus = .pending
  /// How many times in a row it was preempted; the next cool-down follows from it.
  public var preemptions: Int32 = 0
  /// Code of the reason why it does not run, or FAILED; nil: none. The reason in full is computed when asked for.
  public var reasonCode: String?
  /// Rises when a change needs a new run; from 1.
  public var generation = 1
  /// Runs begun in this generation; the last run's attempt.
  public var attempts = 0
  /// Runs of this generation that failed: the retries spent, plus one when FAILED. For a service, restarts since it was last up for 10m.
  public var failures = 0
  /// Backing off until then, or cooling down if `preemptedBy` is set.
  public var notBefore: Instant?
  /// By whom it was preempted; nil once it has started again, or if its last run ended otherwise.
  public var preemptedBy: DeploymentID?
  /// Room is being freed for it, or was, and belongs to it until it starts, at most until then.
  public var nominatedUntil: Instant?
  /// Since when it waits in the queue: its age. Kept when it is preempted, lost or retried; set anew by a new generation
  /// and by a rerun.
  public var queuedAt: Instant
  /// When the last execution was confirmed; nil until it runs for the first time.
  public var startedAt: Instant?
  /// No manifest declares it any more; deleted once its run and its dependants are gone.
  public var isWithdrawn = false
  /// Admissions that have passed it at its risk while it was first in its queue, since it last started.
  public var bypasses: Int32 = 0
  /// While room is reserved for it: the earliest start that was ever expected.
  public var expectedStart: Instant?

  /// The progress of a new deployment.
  public init(queuedAt: Instant) { self.queuedAt = queuedAt }
}

/// A deployment as recorded.
public struct DeploymentRecord: Sendable, Hashable {
  /// Its row: its uid.
  public var id: DeploymentID
  /// Organization, cluster and name.
  public var identity: DeploymentIdentity
  /// Where it runs.
  public var cluster: ClusterID
  /// Its owner.
  public var user: UserID
  /// The source that owns it.
  public var source: SourceID
  /// What it runs.
  public var image: String
  /// What planning and scheduling read at every step.
  public var traits: DeploymentTraits
  /// Sorted by id.
  public var dependencies: [DependencyRecord]
  /// Metadata and spec in the canonical text; decoded with `SpecCoding` where the rest of it is needed.
  public var specText: String
  /// Keyed digests of the secrets that the current generation was made with, by the reference's text.
  public var secretDigests: [String: String]
  /// When it was first recorded.
  public var createdAt: Instant
  /// What changes as it runs.
  public var progress: DeploymentProgress

  /// Makes a record.
  public init(
    id: DeploymentID, identity: DeploymentIdentity, cluster: ClusterID, user: UserID, source: SourceID, image: String,
    traits: DeploymentTraits, dependencies: [DependencyRecord], specText: String, secretDigests: [String: String],
    createdAt: Instant, progress: DeploymentProgress
  ) {
    self.id = id
    self.identity = identity
    self.cluster = cluster
    self.user = user
    self.source = source
    self.image = image
    self.traits = traits
    self.dependencies = dependencies
    self.specText = specText
    self.secretDigests = secretDigests
    self.createdAt = createdAt
    self.progress = progress
  }
}

extension DeploymentRecord {
  /// What stands where a record was moved away: it holds nothing.
  public static var nothing: DeploymentRecord {
    DeploymentRecord(
      id: DeploymentID(0), identity: DeploymentIdentity(cluster: ClusterIdentity(organization: "", name: ""), name: ""),
      cluster: ClusterID(0), user: UserID(0), source: SourceID(0), image: "",
      traits: DeploymentTraits(resources: .zero),
      dependencies: [], specText: "", secretDigests: [:], createdAt: Instant(nanoseconds: 0),
      progress: DeploymentProgress(queuedAt: Instant(nanoseconds: 0)))
  }
}
