import Diagnostics
import FleetModel
import ManifestSources
import PlanModel
import StateStore

/// State of a watch between its passes.
struct WatchState {
  let request: WatchRequest
  let notifier: DirectoryNotifier
  let tree: ManifestTree
  /// The problem reported last; `nil` if the manifests can be carried out.
  var problem: WatchProblem?
  /// The reasons for holding deletions that were reported last; none if no deletion is held.
  var held: [Refusal] = []
  /// The warnings reported last.
  var warnings: [Diagnostic] = []
  /// Whether the first look at everything is over.
  var hasBegun = false
  /// Whether secrets are read from files, so that a change of any file matters.
  var hasFileSecrets = false
  var hasReportedNotifications = false
  /// The last sign of life; `nil` before the first.
  var heartbeat: WatchRecord?
  /// Whether a file of the last look has no bytes and is not known to have declared nothing before.
  var hasEmptied = false
  /// Start of the wait for complete manifests; `nil` if the last look at them counted.
  var postponedSince: Instant?
  /// Whether the postponed look was to look secrets up.
  var owesSecrets = false

  init(_ request: WatchRequest, notifier: DirectoryNotifier) {
    self.request = request
    self.notifier = notifier
    tree = ManifestTree(paths: request.paths, notifier: notifier)
  }
}
