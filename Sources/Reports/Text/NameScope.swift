import FleetModel

/// Rule for naming deployments in a sentence: relative to a cluster, or in full.
public struct NameScope: Sendable, Hashable {
  /// The cluster that the sentence is about; nil: names are full.
  public var cluster: ClusterIdentity?

  /// Scope in which all names are full.
  public static let full = NameScope(cluster: nil)

  /// Creates a scope for names relative to a cluster, by the rule of `dependsOn`: `train` on it, `lab-b/train` in its
  /// organization, otherwise all three parts.
  public init(cluster: ClusterIdentity?) { self.cluster = cluster }

  /// Creates the scope of a deployment's own manifest; names are full for other kinds.
  init(of identity: ObjectIdentity) {
    if case .deployment(let deployment) = identity { self.init(cluster: deployment.cluster) } else { self = .full }
  }

  /// Name of a deployment.
  public func name(_ identity: DeploymentIdentity) -> String {
    guard let cluster, cluster.organization == identity.cluster.organization else { return identity.text }
    return cluster == identity.cluster ? identity.shortText : "\(identity.cluster.shortText)/\(identity.shortText)"
  }

  /// Name of any object.
  func name(_ identity: ObjectIdentity) -> String {
    if case .deployment(let deployment) = identity { name(deployment) } else { identity.text }
  }
}

/// Words joined for a sentence: `a`, `a and b`, `a, b and c`; of many, the first and the last ten.
func enumeration(_ all: [String]) -> String {
  let words = Abridgement(all, ends: 10).words
  guard let last = words.last else { return "" }
  return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
}

/// Number with its noun: `1 run`, `3 runs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
