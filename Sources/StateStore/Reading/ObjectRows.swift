import FleetModel

/// Resources as the columns of the data model hold them, for display; the integers beside them are the truth.
public struct ResourceColumns: Sendable, Hashable {
  /// GiB.
  public var ram: Double
  /// Cores.
  public var cpu: Double
  /// Devices.
  public var gpu: Double
}

/// A row of `organizations` for commands that show it; without the invite code, which is never displayed.
public struct OrganizationRow: Sendable, Hashable {
  /// Number of the row.
  public var id: OrganizationID
  /// The name.
  public var name: String
  /// When it was first declared.
  public var createdAt: Instant
  /// Name of the source that owns it.
  public var source: String
  /// No manifest declares it any more; it goes once nothing names it.
  public var isWithdrawn: Bool
  /// Metadata and spec in the canonical text.
  public var specText: String
}

/// A row of `users` for commands that show it; without the password's hash, which is never displayed.
public struct UserRow: Sendable, Hashable {
  /// Number of the row.
  public var id: UserID
  /// The user's name.
  public var username: String
  /// The e-mail address.
  public var email: String
  /// Whether deployments of the user may be admitted.
  public var isActive: Bool
  /// When it was first declared.
  public var createdAt: Instant
  /// Names of the organizations that the user is a member of, sorted.
  public var organizations: [String]
  /// Name of the source that owns it.
  public var source: String
  /// No manifest declares it any more; it goes once nothing names it.
  public var isWithdrawn: Bool
  /// Metadata and spec in the canonical text.
  public var specText: String
}

/// A row of `clusters` for commands that show it.
public struct ClusterRow: Sendable, Hashable {
  /// Number of the row.
  public var id: ClusterID
  /// `organization/name`.
  public var identity: ClusterIdentity
  /// The columns `total_*`.
  public var total: ResourceColumns
  /// The columns `available_*`.
  public var available: ResourceColumns
  /// What `total` is made from.
  public var capacity: Resources
  /// What its live runs hold; more than the capacity where that was lowered below use.
  public var held: Resources
  /// Name of the creator.
  public var creator: String
  /// When it was first declared.
  public var createdAt: Instant
  /// The engine's word: `process`.
  public var engine: String
  /// Name of the source that owns it.
  public var source: String
  /// No manifest declares it any more; it goes once nothing names it.
  public var isWithdrawn: Bool
  /// Metadata and spec in the canonical text.
  public var specText: String

  /// Whether its runs hold more than it has, so that it admits nothing.
  public var isOvercommitted: Bool { Dimension.allCases.contains { held[$0] > capacity[$0] } }
}

/// A row of `deployments` for commands that show it.
public struct DeploymentRow: Sendable, Hashable {
  /// Number of the row.
  public var id: DeploymentID
  /// `organization/cluster/name`.
  public var identity: DeploymentIdentity
  /// The image.
  public var dockerImage: String
  /// Its status.
  public var status: DeploymentStatus
  /// Its declared priority.
  public var priority: Priority
  /// The columns `required_*`.
  public var required: ResourceColumns
  /// What `required` is made from.
  public var resources: Resources
  /// Name of the owner.
  public var user: String
  /// When it was first declared.
  public var createdAt: Instant
  /// When its last execution was confirmed; nil: it never ran.
  public var startedAt: Instant?
  /// Code of the reason why it does not run, or FAILED.
  public var reasonCode: String?
  /// Whether it ends by itself.
  public var mode: Mode
  /// Its generation, from 1.
  public var generation: Int
  /// Runs begun in this generation.
  public var attempts: Int
  /// Runs of this generation that failed.
  public var failures: Int
  /// It backs off until then.
  public var notBefore: Instant?
  /// Since when it waits in the queue.
  public var queuedAt: Instant
  /// Name of the source that owns it.
  public var source: String
  /// No manifest declares it any more; it goes once nothing names it.
  public var isWithdrawn: Bool
  /// Metadata and spec in the canonical text.
  public var specText: String
  /// State of its live run; nil: it has none.
  public var runState: RunState?
}

/// One end of an edge of the dependency graph, for commands that show it.
public struct DependencyRow: Sendable, Hashable {
  /// Number of the row.
  public var id: DeploymentID
  /// `organization/cluster/name`.
  public var identity: DeploymentIdentity
  /// What the dependency must have reached.
  public var until: DependencyCondition
  /// Its status.
  public var status: DeploymentStatus
  /// Code of the stored reason; nil: none.
  public var reasonCode: String?
}

/// Which objects a command asks for; what is nil or empty does not narrow.
public struct ObjectFilter: Sendable, Hashable {
  /// Name of the organization; for users, one that they are members of.
  public var organization: String?
  /// Name of the cluster; only deployments and clusters have one.
  public var cluster: String?
  /// The object's own name.
  public var name: String?
  /// Any of these statuses; only deployments have one.
  public var statuses: [DeploymentStatus]

  /// Makes a filter; without arguments it lets everything through.
  public init(
    organization: String? = nil, cluster: String? = nil, name: String? = nil, statuses: [DeploymentStatus] = []
  ) {
    self.organization = organization
    self.cluster = cluster
    self.name = name
    self.statuses = statuses
  }
}
