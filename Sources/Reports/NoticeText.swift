import FleetModel
import PlanModel

extension Notice {
  /// A sentence without its full stop. Not yet escaped for a terminal.
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
    }
  }

  /// The stable word for programs.
  public var code: String {
    switch self {
    case .looksRenamed: "looksRenamed"
    case .drift: "drift"
    case .clusterUnknown: "clusterUnknown"
    case .secretUnavailable: "secretUnavailable"
    case .orphanStopped: "orphanStopped"
    }
  }
}

extension Inheritance {
  /// `prepare (low) runs as high: serve (high) waits for it`.
  public func text(in scope: NameScope = .full) -> String {
    "\(scope.name(deployment)) (\(declared.text)) runs as \(effective.text): "
      + "\(scope.name(from)) (\(effective.text)) waits for it"
  }
}
