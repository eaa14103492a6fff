import Diagnostics
import FleetModel
import ManifestSources
import PlanModel

/// What a watch keeps between its passes.
struct WatchState {
  let request: WatchRequest
  let notifier: DirectoryNotifier
  var tree: ManifestTree
  /// What was told last, so that it is told once.
  var problem: WatchProblem?
  var held: Refusal?
  var warnings: [Diagnostic] = []
  var hasBegun = false
  /// Secrets are read from files, so that any file may matter.
  var hasFileSecrets = false
  var hasToldOfNotifications = false

  init(_ request: WatchRequest, notifier: DirectoryNotifier) {
    self.request = request
    self.notifier = notifier
    tree = ManifestTree(paths: request.paths, notifier: notifier)
  }
}
