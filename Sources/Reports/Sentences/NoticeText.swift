import FleetModel
import PlanModel

extension Notice {
  /// The notice as a sentence without a full stop. Not yet escaped for a terminal.
  public var text: String {
    switch self {
    case .looksRenamed(let from, let to):
      "\(from.text) is deleted and \(to.text) is created just like it; "
        + "metadata.renamedFrom: \(from.path) would keep its history"
    case .drift(let identity, let what): "\(identity.text) is not as recorded: \(what)"
    case .secretUnavailable(let identity, let words):
      "a secret of \(identity.text) is not available here: \(words); what is recorded stays"
    case .orphanStopped(let cluster, let run):
      "run \(run.text) on cluster \(cluster.text) has no record, and is stopped"
    case .clusterUnknown(let identity, let words): "the engine of cluster \(identity.text) is unknown: \(words)"
    case .cannotRunTogether(let members, let dimension, let needed, let total, let cluster):
      "\(Notice.list(members, on: cluster)) can't run together on \(cluster.text): they need \(dimension.rawValue) "
        + "\(dimension.spelled(needed)), it has \(dimension.spelled(total))"
    case .fitsOn(let identity, let cluster?): "\(identity.text) never fits where it is; it would fit on \(cluster.text)"
    case .fitsOn(let identity, nil): "\(identity.text) never fits where it is, nor on any cluster of its organization"
    case .onlyReleasedBy(let other, let isSuspended, let held):
      "only \(other.text), which \(isSuspended ? "is suspended" : "has FAILED"), can release "
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
  /// `prepare (low) runs as high: serve (high) waits for it`.
  public func text(in scope: NameScope = .full) -> String {
    "\(scope.name(deployment)) (\(declared.text)) runs as \(effective.text): "
      + "\(scope.name(from)) (\(effective.text)) waits for it"
  }
}
