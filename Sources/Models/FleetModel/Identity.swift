/// The kinds of objects that manifests declare, in the order of their creation.
public enum ObjectKind: String, Sendable, Hashable, CaseIterable, Comparable {
  /// An organization: has users as members and owns clusters.
  case organization = "Organization"
  /// A user: owns deployments.
  case user = "User"
  /// A cluster: has capacity and an engine.
  case cluster = "Cluster"
  /// A deployment: runs on a cluster.
  case deployment = "Deployment"

  /// Orders kinds by creation: organizations, users, clusters, deployments.
  public static func < (left: ObjectKind, right: ObjectKind) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .organization: 0
    case .user: 1
    case .cluster: 2
    case .deployment: 3
    }
  }
}

/// A cluster's identity: `organization/name`.
public struct ClusterIdentity: Hashable, Sendable, Comparable {
  /// The organization's name.
  public var organization: String
  /// The cluster's name.
  public var name: String

  /// Makes an identity.
  public init(organization: String, name: String) {
    self.organization = organization
    self.name = name
  }
  /// `organization/name`, with the former name of a displaced object. History is kept under it.
  public var text: String { DisplacedName.shown(recordedText) }
  /// `organization/name` as it is recorded, which no two clusters share.
  public var recordedText: String { "\(organization)/\(name)" }
  /// The name alone, that of before if the object is displaced.
  public var shortText: String { DisplacedName.shown(name) }
  /// Orders clusters by organization, then name.
  public static func < (left: ClusterIdentity, right: ClusterIdentity) -> Bool {
    (left.organization, left.name) < (right.organization, right.name)
  }
}

/// A deployment's identity: `organization/cluster/name`.
public struct DeploymentIdentity: Hashable, Sendable, Comparable {
  /// The cluster of the deployment.
  public var cluster: ClusterIdentity
  /// The deployment's name.
  public var name: String

  /// Makes an identity.
  public init(cluster: ClusterIdentity, name: String) {
    self.cluster = cluster
    self.name = name
  }
  /// `organization/cluster/name`, with the former name of a displaced object. History is kept under it.
  public var text: String { DisplacedName.shown(recordedText) }
  /// `organization/cluster/name` as it is recorded, which no two deployments share.
  public var recordedText: String { "\(cluster.organization)/\(cluster.name)/\(name)" }
  /// The name alone, that of before if the object is displaced.
  public var shortText: String { DisplacedName.shown(name) }
  /// Orders deployments by cluster, then name.
  public static func < (left: DeploymentIdentity, right: DeploymentIdentity) -> Bool {
    left.cluster == right.cluster ? left.name < right.name : left.cluster < right.cluster
  }
}

/// The identity of any object.
public enum ObjectIdentity: Hashable, Sendable, Comparable {
  /// An organization, by name.
  case organization(String)
  /// A user, by username.
  case user(String)
  /// A cluster, by organization and name.
  case cluster(ClusterIdentity)
  /// A deployment, by cluster and name.
  case deployment(DeploymentIdentity)

  /// The object's kind.
  public var kind: ObjectKind {
    switch self {
    case .organization: .organization
    case .user: .user
    case .cluster: .cluster
    case .deployment: .deployment
    }
  }
  /// The identity alone, `vision`, `vision/lab`, `vision/lab/train`, with the former name of a displaced object. History is kept
  /// under it.
  public var path: String { DisplacedName.shown(recordedPath) }
  /// The identity alone as it is recorded, which no two objects of a kind share.
  public var recordedPath: String {
    switch self {
    case .organization(let name), .user(let name): name
    case .cluster(let identity): identity.recordedText
    case .deployment(let identity): identity.recordedText
    }
  }
  /// Kind and identity: `cluster vision/lab`.
  public var text: String { "\(kind.rawValue.lowercased()) \(path)" }
  /// Kind and identity as one word, which commands take and `-o name` writes: `cluster/vision/lab`.
  public var reference: String { "\(kind.rawValue.lowercased())/\(path)" }
  /// Orders objects by kind in the order of creation, then by identity.
  public static func < (left: ObjectIdentity, right: ObjectIdentity) -> Bool {
    switch (left, right) {
    case (.organization(let left), .organization(let right)), (.user(let left), .user(let right)): left < right
    case (.cluster(let left), .cluster(let right)): left < right
    case (.deployment(let left), .deployment(let right)): left < right
    default: left.kind < right.kind
    }
  }

  /// Parses the `path` or the `recordedPath` of an object of a kind; nil if it does not have the kind's number of parts, or has an empty one.
  public init?(kind: ObjectKind, path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { return nil }
    switch (kind, parts.count) {
    case (.organization, 1): self = .organization(path)
    case (.user, 1): self = .user(path)
    case (.cluster, 2): self = .cluster(ClusterIdentity(organization: parts[0], name: parts[1]))
    case (.deployment, 3):
      let cluster = ClusterIdentity(organization: parts[0], name: parts[1])
      self = .deployment(DeploymentIdentity(cluster: cluster, name: parts[2]))
    default: return nil
    }
  }
}
