import FleetModel

/// A defect in the recorded state.
public enum StateFinding: Sendable, Hashable {
  /// One line of `PRAGMA integrity_check`.
  case integrity(String)
  /// A row references a row that does not exist.
  case foreignKey(table: String, row: Int64, parent: String)
  /// A value that this program never writes.
  case unexpectedValue(UnexpectedValue)
  /// A cluster's `held_*` or `available_*` is not what its live runs account for.
  case availability(ClusterID, name: String)
  /// The recorded use of a GPU is not the sum over its live runs.
  case gpuHeld(ClusterID, slot: Int, recorded: Int, actual: Int)
  /// The live runs hold more than a whole GPU.
  case gpuOversubscribed(ClusterID, slot: Int, milli: Int)
  /// A live run whose deployment no longer exists.
  case runWithoutDeployment(RunID, name: RunName)
  /// A live run whose cluster no longer exists.
  case runWithoutCluster(RunID, name: RunName)
  /// An ended run without the time or the outcome of its end.
  case runWithoutEnd(RunID, name: RunName)
  /// A status that contradicts the deployment's live run, or that needs one; `run` is the live run's state.
  case status(DeploymentID, name: String, status: DeploymentStatus, run: RunState?)
  /// A counter that would give out a number a second time; `highest` is the highest in use.
  case counter(table: String, next: Int64, highest: Int64)

  /// Whether `repair` can mend it from other recorded facts, without a guess about what happened.
  public var isSafeToRepair: Bool {
    switch self {
    case .integrity, .foreignKey, .unexpectedValue, .gpuOversubscribed, .runWithoutDeployment, .runWithoutCluster: false
    case .availability, .gpuHeld, .runWithoutEnd, .counter: true
    case .status(_, _, let status, let run): StateFinding.repairedStatus(of: status, run: run) != nil
    }
  }

  /// The status that follows from a live run; `nil` if none does, because the records don't say what happened.
  static func repairedStatus(of status: DeploymentStatus, run: RunState?) -> DeploymentStatus? {
    switch (status, run) {
    case (.pending, .running): .running
    case (.running, .starting): .pending
    default: nil
    }
  }

  /// One sentence for people; not yet escaped for a terminal.
  public var text: String {
    switch self {
    case .integrity(let line): "integrity check: \(line)"
    case .foreignKey(let table, let row, let parent):
      "row \(row) of \(table) names a row of \(parent) that does not exist"
    case .unexpectedValue(let value): "\(StateError.unexpectedValue(value))"
    case .availability(_, let name): "cluster \(name): what is available is not what its runs leave"
    case .gpuHeld(let cluster, let slot, let recorded, let actual):
      "GPU \(slot) of cluster \(cluster.value): \(recorded) thousandths are recorded as held, its runs hold \(actual)"
    case .gpuOversubscribed(let cluster, let slot, let milli):
      "GPU \(slot) of cluster \(cluster.value): its runs hold \(milli) thousandths"
    case .runWithoutDeployment(_, let name): "run \(name.text) is live and its deployment is gone"
    case .runWithoutCluster(_, let name): "run \(name.text) is live and its cluster is gone"
    case .runWithoutEnd(_, let name): "run \(name.text) ended, and when or how is not recorded"
    case .status(_, let name, let status, let run):
      "deployment \(name) is \(status.rawValue) and \(run.map { "its run is \($0.rawValue)" } ?? "has no live run")"
    case .counter(let table, let next, let highest):
      "the next number of \(table) is \(next), and \(highest) is in use"
    }
  }
}
