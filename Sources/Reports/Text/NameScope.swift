import FleetModel

/// How deployments are named in a sentence: as a manifest beside would name them, or in full.
public struct NameScope: Sendable, Hashable {
  /// The cluster that the sentence is about; nil: every name is given in full.
  public var cluster: ClusterIdentity?

  /// Full names everywhere.
  public static let full = NameScope(cluster: nil)

  /// Names relative to a cluster, by the rule of `dependsOn`: `train` on it, `lab-b/train` in its organization, else all
  /// three parts.
  public init(cluster: ClusterIdentity?) { self.cluster = cluster }

  /// Names as a manifest of that deployment would give them; in full for everything else.
  init(of identity: ObjectIdentity) {
    if case .deployment(let deployment) = identity { self.init(cluster: deployment.cluster) } else { self = .full }
  }

  /// What a deployment is called.
  public func name(_ identity: DeploymentIdentity) -> String {
    guard let cluster, cluster.organization == identity.cluster.organization else { return identity.text }
    return cluster == identity.cluster ? identity.name : "\(identity.cluster.name)/\(identity.name)"
  }

  /// What any object is called.
  func name(_ identity: ObjectIdentity) -> String {
    if case .deployment(let deployment) = identity { name(deployment) } else { identity.text }
  }
}

/// Words in a row: `a`, `a and b`, `a, b and c`.
func enumeration(_ words: [String]) -> String {
  guard let last = words.last else { return "" }
  return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
}

/// `1 run`, `3 runs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
