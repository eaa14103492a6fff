import Diagnostics
import FleetModel
import ManifestSources
import PlanModel

/// Why the manifests that are there now are not what is healed.
public enum WatchProblem: Sendable, Hashable {
  /// They are wrong.
  case invalid([Diagnostic])
  /// They can't be read.
  case unreadable(ManifestSourceError)
  /// They can't be carried out as they are.
  case refused([Refusal])
}

/// What a watch tells beside what the fleet does.
public enum WatchNotice: Sendable {
  /// It has looked at everything for the first time, and goes on from here: so many objects are declared.
  case began(declared: Int)
  /// Warnings of the manifests that are carried out now, where they differ from those that were told last.
  case warnings([Diagnostic])
  /// The manifests are not carried out from now on, and why; told once for each why. What they declared last is healed.
  case broken(WatchProblem)
  /// The manifests are carried out again.
  case repaired
  /// These deletions are held: nobody has confirmed them. Told once for each number.
  case held(Refusal)
  /// No deletion is held any more.
  case released
  /// The system refuses notifications, so that changes are looked for every few seconds.
  case lacksNotifications
  /// The recorded state can't be worked with now; it is tried again.
  case stateTrouble(String)
}
