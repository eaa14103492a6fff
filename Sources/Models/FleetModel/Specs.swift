/// The spec of an organization, as a manifest declares it.
public struct OrganizationSpec: Hashable, Sendable {
  /// The invite code; generated once if left out.
  public var inviteCode: SensitiveValue?
  /// Makes a spec.
  public init(inviteCode: SensitiveValue? = nil) { self.inviteCode = inviteCode }
}

/// The spec of a user, as a manifest declares it.
public struct UserSpec: Hashable, Sendable {
  /// The e-mail address, unique among all users.
  public var email: String
  /// A crypt(3) hash of an accepted kind; nil: the user can own deployments and never log in.
  public var hashedPassword: SensitiveValue?
  /// Whether deployments of this user may be admitted. Default true.
  public var active: Bool
  /// Names of the organizations the user is a member of, sorted, without duplicates.
  public var organizations: [String]
  /// Makes a spec.
  public init(email: String, hashedPassword: SensitiveValue? = nil, active: Bool = true, organizations: [String] = []) {
    self.email = email
    self.hashedPassword = hashedPassword
    self.active = active
    self.organizations = organizations
  }
}

/// The engine of a cluster with its settings.
public enum EngineSpec: Hashable, Sendable {
  /// Local processes; no settings.
  case process

  /// The word in the manifest: `process`.
  public var type: String {
    switch self {
    case .process: "process"
    }
  }
}

/// Scheduling settings of a cluster.
public struct SchedulingSpec: Hashable, Sendable {
  /// Whether runs of lower effective priority may be stopped for a higher one.
  public enum Preemption: String, Sendable, Hashable, CaseIterable {
    /// Runs may be stopped for a higher effective priority.
    case lowerPriority
    /// Runs are never stopped for others.
    case never
  }
  /// The preemption mode. Default lowerPriority.
  public var preemption: Preemption
  /// Time for which a run is safe from preemption. Default 5m.
  public var minimumRuntime: TimeSpan
  /// Number of heads of the queue that may reserve; nil: all of them. Default 1. At most the first 64 reserve at a time,
  /// which bounds the cost of a decision; deployments behind them may not delay them, and may be delayed.
  public var reservations: Int?
  /// Number of admissions that may pass a head whose start is unknown. Default 16.
  public var maxBypass: Int
  /// Waiting time after which a deployment is promoted in the order. Default 1d.
  public var agingAfter: TimeSpan
  /// Makes settings; the defaults are the schema's.
  public init(
    preemption: Preemption = .lowerPriority, minimumRuntime: TimeSpan = .seconds(300), reservations: Int? = 1,
    maxBypass: Int = 16, agingAfter: TimeSpan = .seconds(86_400)
  ) {
    self.preemption = preemption
    self.minimumRuntime = minimumRuntime
    self.reservations = reservations
    self.maxBypass = maxBypass
    self.agingAfter = agingAfter
  }
}

/// The spec of a cluster, as a manifest declares it.
public struct ClusterSpec: Hashable, Sendable {
  /// Name of a member of the cluster's organization.
  public var creator: String
  /// Berth's share of the cluster; GPUs are whole.
  public var capacity: Resources
  /// The engine. Default process.
  public var engine: EngineSpec
  /// The scheduling settings.
  public var scheduling: SchedulingSpec
  /// Makes a spec.
  public init(
    creator: String, capacity: Resources, engine: EngineSpec = .process, scheduling: SchedulingSpec = SchedulingSpec()
  ) {
    self.creator = creator
    self.capacity = capacity
    self.engine = engine
    self.scheduling = scheduling
  }
}
