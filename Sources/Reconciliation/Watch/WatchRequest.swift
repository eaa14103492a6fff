import FleetCore
import FleetModel
import PlanModel

/// Request to watch manifests and engines.
public struct WatchRequest: Sendable {
  /// Directories and files of manifests.
  public var paths: [String]
  /// The source that owns the declared objects.
  public var source: String
  /// Whether objects that are no longer declared are deleted even if the input is not exactly one directory.
  public var prunes: Bool
  /// The objects of other sources that are taken over instead of refused.
  public var takeover = Takeover.nothing
  /// The name that follows from where the manifests come from; `nil`: not known.
  public var place: String?
  /// Whether the source's own directory has moved here.
  public var hasMoved = false
  /// Limits on the harm that a change of the manifests may do to running deployments.
  public var guards = PlanGuards()
  /// Goal at which the watch ends; `nil`: it has none.
  public var goal: ApplyGoal?
  /// Longest time to watch; `nil`: unlimited.
  public var timeout: TimeSpan?
  /// Time between two looks at everything that may change without a notification: stamps of files, secrets and engines.
  public var resync: TimeSpan

  /// Name of this build of the program. Files that another build has noted are read again.
  public var program: String

  /// Creates a request without a goal, with a look at everything every ten minutes.
  public init(paths: [String], source: String, program: String) {
    self.paths = paths
    self.program = program
    self.source = source
    prunes = false
    goal = nil
    timeout = nil
    resync = .seconds(600)
  }
}
