/// What the process engine must be told; it reads nothing of its own surroundings.
public struct ProcessEngineSettings: Sendable {
  /// How a run's processes are kept together.
  public enum Containment: String, Sendable {
    /// A cgroup a run where one can be made, else the tree of processes.
    case automatic
    /// The tree of processes, always.
    case tree
  }

  /// The absolute path of the directory that holds a directory a run. Made, for its owner only, if it is missing.
  public var runs: String
  /// The absolute path below which each cluster has a directory, `ORGANIZATION/CLUSTER`, in which its runs begin, so
  /// that the deployments of a pipeline can hand files to each other.
  public var work: String
  /// The absolute path of `berth-shim`.
  public var shim: String
  /// The variables that every run is given, beside those of its spec and of Berth.
  public var environment: [String: String]
  /// How much of a run's log is kept, in bytes: its beginning and its end. 0: all of it.
  public var logBytes: Int64
  /// How a run's processes are kept together.
  public var containment: Containment

  /// The names of the variables of Berth's own surroundings that are worth handing on.
  public static let inheritedVariables = ["HOME", "LANG", "PATH", "TMPDIR", "USER"]

  /// Makes settings; a log keeps 100 MiB unless said otherwise.
  public init(
    runs: String, work: String, shim: String, environment: [String: String], logBytes: Int64 = 100 << 20,
    containment: Containment = .automatic
  ) {
    self.runs = runs
    self.work = work
    self.shim = shim
    self.environment = environment
    self.logBytes = logBytes
    self.containment = containment
  }
}
