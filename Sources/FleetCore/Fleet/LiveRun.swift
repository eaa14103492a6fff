import FleetModel
import Scheduling

/// A live run in the fleet.
struct LiveRun: Sendable {
  var record: RunRecord
  var deployment: DeploymentSlot
  /// The cluster on which it runs. After a move its deployment belongs to another.
  var cluster: ClusterSlot
  /// True if it may never end by itself, because its deployment is a service or it is of an older generation.
  var isService: Bool
  /// The effective priority under which it stands in `ClusterState.holders`.
  var priority: Priority
  /// A call that was asked for and has not come back.
  var call: Call?
  /// Number of failures of that call in a row.
  var callFailures = 0
  /// The last step at which a call was asked for or came back.
  var touchedAt: Int
  /// The reason why its engine cannot launch it.
  var launchFailure: String?
  /// The engine's words for why it waits there.
  var queuedBecause: String?
  /// The reason why its engine can't tell its state; `nil` if it can.
  var trouble: String?
}
