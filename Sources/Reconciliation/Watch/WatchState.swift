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
  /// Since when it is waited until the manifests are complete; nil: they were taken in as they were when they were looked at.
  var waitsSince: Instant?
  /// The secrets were to be looked up when it was put off.
  var owesSecrets = false

  init(_ request: WatchRequest, notifier: DirectoryNotifier) {
    self.request = request
    self.notifier = notifier
    tree = ManifestTree(paths: request.paths, notifier: notifier)
  }
}
