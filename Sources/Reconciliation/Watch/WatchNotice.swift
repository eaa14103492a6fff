import Diagnostics
import FleetModel
import ManifestSources
import PlanModel
import SystemCalls

/// Reason why the present manifests are not carried out.
public enum WatchProblem: Sendable, Hashable {
  /// The manifests are invalid; all diagnostics.
  case invalid([Diagnostic])
  /// The manifests can't be read.
  case unreadable(ManifestSourceError)
  /// The manifests are valid and can't be carried out as they are.
  case refused([Refusal])

  /// Whether nothing but sources that are in each other's way keeps the manifests from being carried out.
  var isOfOwnership: Bool {
    guard case .refused(let refusals) = self else { return false }
    return refusals.allSatisfy { refusal in
      switch refusal {
      case .ownedElsewhere, .boundElsewhere: true
      default: false
      }
    }
  }
}

/// Reports of a watch that an apply does not make.
public enum WatchNotice: Sendable {
  /// The watch has looked at everything for the first time; number of declared deployments.
  case began(declared: Int)
  /// Warnings of the manifests that are carried out now, if they differ from the last ones.
  case warnings([Diagnostic])
  /// The manifests are not carried out from now on; reported once for each problem. The fleet is kept as declared last.
  case broken(WatchProblem)
  /// The manifests are carried out again.
  case repaired
  /// Deletions are held until somebody confirms them, for these reasons; reported once for each number.
  case held([Refusal])
  /// No deletion is held any more.
  case released
  /// The system refuses notifications, so that changes are looked for every few seconds; the limit that is too low.
  case lacksNotifications(SystemLimit)
  /// The recorded state can't be used now, and is tried again; the reason.
  case stateTrouble(String)
}
