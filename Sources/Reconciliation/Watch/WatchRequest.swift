import FleetModel
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
