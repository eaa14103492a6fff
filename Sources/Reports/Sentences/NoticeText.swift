import FleetModel
import PlanModel

extension Notice {
  /// The notice as a sentence without a full stop. Not yet escaped for a terminal.
  public var text: String {
    switch self {
    case .looksRenamed(let from, let to):
      "\(from.text) is deleted and \(to.text) is created with the same spec; "
        + "add metadata.renamedFrom: \(from.path) to keep its history"
    case .drift(let identity, let what): "\(identity.text) has drifted: \(what)"
    case .secretUnavailable(let identity, let words):
      "a secret of \(identity.text) is not available: \(words); its recorded value is kept"
    case .orphanStopped(let cluster, let run):
      "run \(run.text) on cluster \(cluster.text) has no record and is stopped"
    case .clusterUnknown(let identity, let words): "the engine of cluster \(identity.text) is unavailable: \(words)"
    case .cannotRunTogether(let members, let dimension, let needed, let total, let cluster):
      "\(Notice.list(members, on: cluster)) can't run together on \(cluster.text): they need "
        + "\(dimension.amount(needed)), it has \(dimension.spelled(total))"
    case .fitsOn(let identity, let cluster?):
      "\(identity.text) never fits on its cluster; it would fit on \(cluster.text)"
    case .fitsOn(let identity, nil):
      "\(identity.text) never fits on its cluster, nor on any other cluster of its organization"
    case .onlyReleasedBy(let other, let isSuspended, let held):
      "only \(other.text), which \(isSuspended ? "is suspended" : "has FAILED"), can unblock "
        + Notice.list(held, on: other.cluster)
    }
  }

  /// Stable code for programs.
  public var code: String {
    switch self {
    case .looksRenamed: "looksRenamed"
    case .drift: "drift"
    case .clusterUnknown: "clusterUnknown"
    case .secretUnavailable: "secretUnavailable"
    case .orphanStopped: "orphanStopped"
    case .cannotRunTogether: "cannotRunTogether"
    case .fitsOn: "fitsOn"
    case .onlyReleasedBy: "onlyReleasedBy"
    }
  }

  /// The first few names.
  private static func list(_ identities: [DeploymentIdentity], on cluster: ClusterIdentity) -> String {
    let names = identities.prefix(6).map(NameScope(cluster: cluster).name)
    return enumeration(names + (identities.count > 6 ? ["\(identities.count - 6) more"] : []))
  }
}

extension Inheritance {
  /// The inherited priority: `prepare (low) inherits high priority from serve, which waits for it`.
  public func text(in scope: NameScope = .full) -> String {
    "\(scope.name(deployment)) (\(declared.text)) inherits \(effective.text) priority from \(scope.name(from)), "
      + "which waits for it"
  }
}
