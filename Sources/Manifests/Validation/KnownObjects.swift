import FleetModel

/// Objects known besides the manifests that are being read: those of other sources, from the recorded state.
///
/// Must not contain objects of the same source: if its manifests no longer declare an object, nothing may refer to
/// it. A declared object hides a known one of the same identity.
public struct KnownObjects: Sendable {
  /// A known user.
  public struct User: Sendable, Hashable {
    /// The e-mail address, which must be unique.
    public var email: String
    /// Whether deployments of this user may be admitted.
    public var isActive: Bool
    /// The names of the organizations the user is a member of.
    public var organizations: Set<String>
    /// Creates a known user.
    public init(email: String, isActive: Bool, organizations: Set<String>) {
      self.email = email
      self.isActive = isActive
      self.organizations = organizations
    }
  }

  /// A known cluster.
  public struct Cluster: Sendable, Hashable {
    /// The total capacity.
    public var capacity: Resources
    /// The engine.
    public var engine: EngineSpec
    /// Creates a known cluster.
    public init(capacity: Resources, engine: EngineSpec) {
      self.capacity = capacity
      self.engine = engine
    }
  }

  /// A known deployment.
  public struct Deployment: Sendable, Hashable {
    /// Whether it is a job or a service.
    public var mode: Mode
    /// Its dependencies, for the search for cycles.
    public var dependsOn: [DeploymentIdentity]
    /// Creates a known deployment.
    public init(mode: Mode, dependsOn: [DeploymentIdentity]) {
      self.mode = mode
      self.dependsOn = dependsOn
    }
  }

  /// The names of organizations.
  public var organizations: Set<String>
  /// Recorded invite codes by the names of their organizations, those of the declared ones among them.
  public var inviteCodes: [String: SecretText] = [:]
  /// Users by name.
  public var users: [String: User]
  /// Clusters by identity.
  public var clusters: [ClusterIdentity: Cluster]
  /// Deployments by identity.
  public var deployments: [DeploymentIdentity: Deployment]
  /// Looks up further deployments, where there are too many to collect beforehand.
  public var moreDeployments: (@Sendable (DeploymentIdentity) -> Deployment?)?

  /// Tells whether a deployment is recorded as COMPLETED and would not run again if it was declared like this; `nil`:
  /// none has. The identities are those under which it may be recorded; the first that is recorded counts.
  public var hasCompleted: (@Sendable ([DeploymentIdentity], ObjectSpec) -> Bool)?

  /// Returns a deployment by identity.
  func deployment(_ identity: DeploymentIdentity) -> Deployment? {
    deployments[identity] ?? moreDeployments?(identity)
  }

  /// Creates a set of known objects, empty by default.
  public init(
    organizations: Set<String> = [], users: [String: User] = [:], clusters: [ClusterIdentity: Cluster] = [:],
    deployments: [DeploymentIdentity: Deployment] = [:]
  ) {
    self.organizations = organizations
    self.users = users
    self.clusters = clusters
    self.deployments = deployments
  }
}
