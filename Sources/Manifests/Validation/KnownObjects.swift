import FleetModel

/// What is known beside the manifests that are being read: objects of other sources, from the recorded state.
///
/// Leave out what the same source owns: if its manifests no longer declare an object, nothing may refer to it any more.
/// An object that the manifests declare hides one of the same identity in here.
public struct KnownObjects: Sendable {
  /// A user.
  public struct User: Sendable, Hashable {
    /// The e-mail address, for the check that it is unique.
    public var email: String
    /// Whether deployments of this user may be admitted.
    public var isActive: Bool
    /// The names of the organizations the user is a member of.
    public var organizations: Set<String>
    /// Makes a known user.
    public init(email: String, isActive: Bool, organizations: Set<String>) {
      self.email = email
      self.isActive = isActive
      self.organizations = organizations
    }
  }

  /// A cluster.
  public struct Cluster: Sendable, Hashable {
    /// What it has in all.
    public var capacity: Resources
    /// Its engine.
    public var engine: EngineSpec
    /// Makes a known cluster.
    public init(capacity: Resources, engine: EngineSpec) {
      self.capacity = capacity
      self.engine = engine
    }
  }

  /// A deployment.
  public struct Deployment: Sendable, Hashable {
    /// Whether it ends by itself.
    public var mode: Mode
    /// What it waits for, for the search for cycles.
    public var dependsOn: [DeploymentIdentity]
    /// Makes a known deployment.
    public init(mode: Mode, dependsOn: [DeploymentIdentity]) {
      self.mode = mode
      self.dependsOn = dependsOn
    }
  }

  /// The names of organizations.
  public var organizations: Set<String>
  /// Users by name.
  public var users: [String: User]
  /// Clusters by identity.
  public var clusters: [ClusterIdentity: Cluster]
  /// Deployments by identity.
  public var deployments: [DeploymentIdentity: Deployment]
  /// Finds further deployments, where there are too many to be gathered beforehand.
  public var moreDeployments: (@Sendable (DeploymentIdentity) -> Deployment?)?

  /// A deployment by identity.
  func deployment(_ identity: DeploymentIdentity) -> Deployment? {
    deployments[identity] ?? moreDeployments?(identity)
  }

  /// Makes a set of known objects; empty unless told otherwise.
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
