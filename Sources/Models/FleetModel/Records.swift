/// A named owner of manifests as recorded.
public struct SourceRecord: Sendable, Hashable {
  /// The record's row.
  public var id: SourceID
  /// The name given with `--source`, or the one that follows from where its manifests come from.
  public var name: String
  /// The absolute directory from which the source was applied last; nil: files or standard input.
  public var binding: String?
  /// The name that follows from where the manifests in that directory come from; nil: not recorded.
  public var place: String?
  /// Time of the first apply.
  public var createdAt: Instant
  /// Time of the last apply.
  public var appliedAt: Instant

  /// Makes a record.
  public init(
    id: SourceID, name: String, binding: String?, place: String? = nil, createdAt: Instant, appliedAt: Instant
  ) {
    self.id = id
    self.name = name
    self.binding = binding
    self.place = place
    self.createdAt = createdAt
    self.appliedAt = appliedAt
  }
}

/// An organization as recorded.
public struct OrganizationRecord: Sendable, Hashable {
  /// The record's row.
  public var id: OrganizationID
  /// The organization's name, unique.
  public var name: String
  /// The code in the column; never displayed.
  public var inviteCode: SecretText
  /// The source that owns the organization.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// Time of the first record.
  public var createdAt: Instant
  /// Whether no manifest declares the organization any more; deleted once nothing refers to it.
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
  /// The record's row.
  public var id: UserID
  /// The username, unique.
  public var name: String
  /// The e-mail address, unique.
  public var email: String
  /// The hash in the column; never displayed. Empty: the user can't log in.
  public var hashedPassword: SecretText
  /// Whether deployments of the user may be admitted.
  public var isActive: Bool
  /// The organizations of which the user is a member, sorted.
  public var organizations: [OrganizationID]
  /// The source that owns the user.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// Time of the first record.
  public var createdAt: Instant
  /// Whether no manifest declares the user any more; deleted once nothing refers to it.
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
  /// The record's row.
  public var id: ClusterID
  /// The cluster's organization and name.
  public var identity: ClusterIdentity
  /// The organization that owns the cluster.
  public var organization: OrganizationID
  /// The user who created the cluster.
  public var creator: UserID
  /// Berth's share of the cluster.
  public var capacity: Resources
  /// The engine that runs the deployments.
  public var engine: EngineSpec
  /// The scheduling settings.
  public var scheduling: SchedulingSpec
  /// The source that owns the cluster.
  public var source: SourceID
  /// Metadata and spec in the canonical text of `SpecCoding`.
  public var specText: String
  /// Time of the first record.
  public var createdAt: Instant
  /// Whether no manifest declares the cluster any more; deleted once no deployment is left on it.
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
  /// The deployment that is waited for.
  public var dependency: DeploymentID
  /// The condition that the dependency must meet.
  public var until: DependencyCondition

  /// Makes a record.
  public init(dependency: DeploymentID, until: DependencyCondition) {
    self.dependency = dependency
    self.until = until
  }
}

/// The part of a deployment's record that changes as it runs.
public struct DeploymentProgress: Sendable, Hashable {
  /// The value of the `status` column.
  public var status: DeploymentStatus = .pending
  /// Number of preemptions in a row; determines the next cool-down.
  public var preemptions: Int32 = 0
  /// Number of runs in a row that were lost although their machine did not restart; determines the next pause.
  public var losses: Int32 = 0
  /// Code of the reason why the deployment does not run, or of its failure; nil: none. The full reason is computed on
  /// request.
  public var reasonCode: String?
  /// Number of the generation, from 1; a change that needs a new run increments it.
  public var generation = 1
  /// Number of runs begun in this generation; the last run's attempt.
  public var attempts = 0
  /// Number of failed runs of this generation: the retries spent, plus one when FAILED. For a service, restarts since it
  /// was last up for 10m.
  public var failures = 0
  /// End of the backoff, or of the cool-down if `preemptedBy` is set.
  public var notBefore: Instant?
  /// The preemptor; nil once the deployment has started again, or if its last run ended otherwise.
  public var preemptedBy: DeploymentID?
  /// Deadline of the nomination: room is being freed for the deployment, or was, and is reserved for it until it starts, at
  /// most until then.
  public var nominatedUntil: Instant?
  /// Start of the waiting time, which is its age in the queue. Kept when the deployment is preempted, lost or retried;
  /// reset by a new generation and by a rerun.
  public var queuedAt: Instant
  /// Time when the last execution was confirmed; nil until the deployment runs for the first time.
  public var startedAt: Instant?
  /// Whether no manifest declares the deployment any more; deleted once its run and its dependants are gone.
  public var isWithdrawn = false
  /// Number of admissions that have passed the deployment at its risk while it was first in its queue, since it last
  /// started.
  public var bypasses: Int32 = 0
  /// The earliest start that was ever expected, while room is reserved for the deployment.
  public var expectedStart: Instant?

  /// Makes the progress of a new deployment.
  public init(queuedAt: Instant) { self.queuedAt = queuedAt }
}

/// A deployment as recorded.
public struct DeploymentRecord: Sendable, Hashable {
  /// The record's row: the deployment's uid.
  public var id: DeploymentID
  /// The deployment's organization, cluster and name.
  public var identity: DeploymentIdentity
  /// The cluster that the deployment runs on.
  public var cluster: ClusterID
  /// The owner.
  public var user: UserID
  /// The source that owns the deployment.
  public var source: SourceID
  /// The image.
  public var image: String
  /// The fields that planning and scheduling read at every step.
  public var traits: DeploymentTraits
  /// The dependencies, sorted by id.
  public var dependencies: [DependencyRecord]
  /// Metadata and spec in the canonical text; decoded with `SpecCoding` where the other fields are needed.
  public var specText: String
  /// Keyed digests of the secrets that the current generation was made with, by the reference's text.
  public var secretDigests: [String: String]
  /// Time of the first record.
  public var createdAt: Instant
  /// The part of the record that changes as the deployment runs.
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
  /// An empty record, in place of one that was moved away.
  public static var placeholder: DeploymentRecord {
    DeploymentRecord(
      id: DeploymentID(0), identity: DeploymentIdentity(cluster: ClusterIdentity(organization: "", name: ""), name: ""),
      cluster: ClusterID(0), user: UserID(0), source: SourceID(0), image: "",
      traits: DeploymentTraits(resources: .zero),
      dependencies: [], specText: "", secretDigests: [:], createdAt: Instant(nanoseconds: 0),
      progress: DeploymentProgress(queuedAt: Instant(nanoseconds: 0)))
  }
}
