import FleetModel

/// Resources as the data model's columns hold them, for display; the integers beside them are the truth.
public struct ResourceColumns: Sendable, Hashable {
  /// Memory in GiB.
  public var ram: Double
  /// CPU in cores.
  public var cpu: Double
  /// Number of GPUs.
  public var gpu: Double
}

/// A row of `organizations` for commands that show it; without the invite code, which is never displayed.
public struct OrganizationRow: Sendable, Hashable {
  /// Number of the row.
  public var id: OrganizationID
  /// Name of the organization.
  public var name: String
  /// Time at which it was first declared.
  public var createdAt: Instant
  /// Name of the source that owns it.
  public var source: String
  /// True if no manifest declares it any more; it is deleted once nothing references it.
  public var isWithdrawn: Bool
  /// Metadata and spec as canonical text.
  public var specText: String
}

/// A row of `users` for commands that show it; without the password's hash, which is never displayed.
public struct UserRow: Sendable, Hashable {
  /// Number of the row.
  public var id: UserID
  /// Name of the user.
  public var username: String
  /// The e-mail address.
  public var email: String
  /// Whether deployments of the user may be admitted.
  public var isActive: Bool
  /// Time at which it was first declared.
  public var createdAt: Instant
  /// Names of the organizations that the user is a member of, sorted.
  public var organizations: [String]
  /// Name of the source that owns it.
  public var source: String
  /// True if no manifest declares it any more; it is deleted once nothing references it.
  public var isWithdrawn: Bool
  /// Metadata and spec as canonical text.
  public var specText: String
}

/// A row of `clusters` for commands that show it.
public struct ClusterRow: Sendable, Hashable {
  /// Number of the row.
  public var id: ClusterID
  /// Identity of the cluster: `organization/name`.
  public var identity: ClusterIdentity
  /// Capacity, from the columns `total_*`.
  public var total: ResourceColumns
  /// Free resources, from the columns `available_*`.
  public var available: ResourceColumns
  /// Capacity in the units from which `total` is computed.
  public var capacity: Resources
  /// Resources that its live runs hold; more than the capacity if that was lowered below use.
  public var held: Resources
  /// Name of the creator.
  public var creator: String
  /// Time at which it was first declared.
  public var createdAt: Instant
  /// Word of its engine: `process`.
  public var engine: String
  /// Name of the source that owns it.
  public var source: String
  /// True if no manifest declares it any more; it is deleted once nothing references it.
  public var isWithdrawn: Bool
  /// Metadata and spec as canonical text.
  public var specText: String

  /// Whether its runs hold more than its capacity, so that it admits nothing.
  public var isOvercommitted: Bool { Dimension.allCases.contains { held[$0] > capacity[$0] } }

  /// Sets what its live runs hold at present, where that is not what is recorded.
  public mutating func hold(_ held: Resources) {
    self.held = held
    let free = capacity - held
    available = ResourceColumns(
      ram: Double(max(0, free.ramBytes)) / Double(1 << 30), cpu: Double(max(0, free.cpuMilli)) / 1000,
      gpu: Double(max(0, free.gpuMilli)) / 1000)
  }
}

/// A row of `deployments` for commands that show it.
public struct DeploymentRow: Sendable, Hashable {
  /// Number of the row.
  public var id: DeploymentID
  /// Identity of the deployment: `organization/cluster/name`.
  public var identity: DeploymentIdentity
  /// Name of the image.
  public var dockerImage: String
  /// Status of the deployment.
  public var status: DeploymentStatus
  /// Declared priority.
  public var priority: Priority
  /// Requested resources, from the columns `required_*`.
  public var required: ResourceColumns
  /// Requested resources in the units from which `required` is computed.
  public var resources: Resources
  /// Name of the owner.
  public var user: String
  /// Time at which it was first declared.
  public var createdAt: Instant
  /// Time at which its last execution was confirmed; `nil` if it never ran.
  public var startedAt: Instant?
  /// Code of the reason why it does not run or has failed; `nil` if it has none.
  public var reasonCode: String?
  /// Whether it ends by itself.
  public var mode: Mode
  /// Generation of its spec, from 1.
  public var generation: Int
  /// Number of runs begun in this generation.
  public var attempts: Int
  /// Number of this generation's runs that failed.
  public var failures: Int
  /// End of its backoff; `nil` if it is not backing off.
  public var notBefore: Instant?
  /// Time since which it waits in the queue.
  public var queuedAt: Instant
  /// Name of the source that owns it.
  public var source: String
  /// True if no manifest declares it any more; it is deleted once nothing references it.
  public var isWithdrawn: Bool
  /// Metadata and spec as canonical text.
  public var specText: String
  /// State of its live run; `nil` if it has none.
  public var runState: RunState?
}

/// One end of an edge of the dependency graph, for commands that show it.
public struct DependencyRow: Sendable, Hashable {
  /// Number of the row.
  public var id: DeploymentID
  /// Identity of the deployment: `organization/cluster/name`.
  public var identity: DeploymentIdentity
  /// Condition that the dependency must reach.
  public var until: DependencyCondition
  /// Status of the deployment.
  public var status: DeploymentStatus
  /// Code of the stored reason; `nil` if there is none.
  public var reasonCode: String?
}

/// Objects for which a command asks; a field that is `nil` or empty does not narrow.
public struct ObjectFilter: Sendable, Hashable {
  /// Name of the organization; for users, one of which they are members.
  public var organization: String?
  /// Name of the cluster; only deployments and clusters have one.
  public var cluster: String?
  /// Name of the object itself.
  public var name: String?

  /// Makes a filter; without arguments it passes everything.
  public init(
    organization: String? = nil, cluster: String? = nil, name: String? = nil
  ) {
    self.organization = organization
    self.cluster = cluster
    self.name = name
  }
}
