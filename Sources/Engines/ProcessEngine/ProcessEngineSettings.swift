/// Settings of the process engine, which reads nothing from its own environment.
public struct ProcessEngineSettings: Sendable {
  /// The way in which a run's processes are kept together.
  public enum Containment: String, Sendable {
    /// One cgroup for each run if it can be made, else the process tree.
    case automatic
    /// The process tree, always.
    case tree
  }

  /// The recorded state that starts runs.
  public struct Owner: Sendable, Hashable {
    /// Identity of its installation.
    public var installation: String
    /// Device and inode of its file, which tell it from a backup that took its place.
    public var state: String
    /// Makes an owner.
    public init(installation: String, state: String) {
      self.installation = installation
      self.state = state
    }
  }

  /// Absolute path of the directory that holds one directory for each run. Made, for its owner only, if it is missing.
  public var runs: String
  /// Absolute path below which each cluster has a directory, `ORGANIZATION/CLUSTER`, in which its runs begin, so that
  /// the deployments of a pipeline can pass files to each other.
  public var work: String
  /// Absolute path of `berth-shim`.
  public var shim: String
  /// Variables of every run's environment, in addition to those of its spec and of Berth.
  public var environment: [String: String]
  /// Number of bytes of a run's log that are kept: its beginning and its end. 0: all of it.
  public var logBytes: Int64
  /// The way in which a run's processes are kept together.
  public var containment: Containment
  /// The state whose runs these are. `nil`: all runs in the directory count as its own.
  public var owner: Owner?
  /// Soft limit of open files of a run; `nil`: that of this process.
  public var openFiles: Int?
  /// The way in which runs take the machine's GPUs, so that no two installations give away the same; `nil`: they take none.
  public var gpuLeases: GPULeases?

  /// Names of variables of Berth's own environment that are worth passing on.
  public static let inheritedVariables = ["HOME", "LANG", "PATH", "TMPDIR", "USER"]

  /// Makes settings; a log keeps 100 MiB by default.
  public init(
    runs: String, work: String, shim: String, environment: [String: String], logBytes: Int64 = 100 << 20,
    containment: Containment = .automatic, owner: Owner? = nil,
    openFiles: Int? = nil, gpuLeases: GPULeases? = nil
  ) {
    self.runs = runs
    self.work = work
    self.shim = shim
    self.environment = environment
    self.logBytes = logBytes
    self.containment = containment
    self.owner = owner
    self.openFiles = openFiles
    self.gpuLeases = gpuLeases
  }
}
