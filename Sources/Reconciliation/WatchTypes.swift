import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import PlanModel

/// What is to be watched.
public struct WatchRequest: Sendable {
  /// Directories and files of manifests.
  public var paths: [String]
  /// The source that owns what they declare.
  public var source: String
  /// What is no longer declared is deleted also where one directory is not the whole input.
  public var prunes: Bool
  /// What another source owns is taken over instead of refused.
  public var takesOwnership: Bool
  /// What taking in a change of the manifests may cost those that run.
  public var guards = PlanGuards()
  /// When to end; nil: never.
  public var goal: ApplyGoal?
  /// How long to go on at most.
  public var timeout: TimeSpan?
  /// How often everything is looked at again that may change without anybody's saying so: the files' stamps, the secrets, the
  /// engines.
  public var resync: TimeSpan

  /// Names the program, so that files which another one has read are read again.
  public var program: String

  /// Makes a request: for ever, all looked at again every ten minutes.
  public init(paths: [String], source: String = "default", program: String) {
    self.paths = paths
    self.program = program
    self.source = source
    prunes = false
    takesOwnership = false
    goal = nil
    timeout = nil
    resync = .seconds(600)
  }
}

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
