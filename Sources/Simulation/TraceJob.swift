import FleetModel

/// One job of a trace.
public struct TraceJob: Sendable, Hashable {
  /// The submission time, relative to the trace's own origin.
  public var submit: TimeSpan
  /// The exact duration of its run.
  public var runtime: TimeSpan
  /// The duration that was estimated of it; `nil` if the trace does not tell.
  public var estimate: TimeSpan?
  /// The duration after which its run is stopped; `nil` if the trace does not tell.
  public var limit: TimeSpan?
  /// The user who submitted it, in the trace's words.
  public var user = "simulation"
  /// The program that it ran, in the trace's words.
  public var image = "trace"
  /// The resources that its run holds.
  public var request: Resources
  /// The declared priority.
  public var priority: Priority
  /// The line of the trace, from 1.
  public var line: Int
  /// Positions of the jobs that must complete before it starts, sorted.
  public var dependencies: [Int]

  /// Creates a job.
  public init(
    submit: TimeSpan, runtime: TimeSpan, request: Resources, priority: Priority = .medium, line: Int = 0,
    dependencies: [Int] = []
  ) {
    self.submit = submit
    self.runtime = runtime
    self.request = request
    self.priority = priority
    self.line = line
    self.dependencies = dependencies
  }
}

/// A recorded or made-up workload.
public struct Trace: Sendable {
  /// The jobs in order of submission, those submitted together in the order of the file.
  public internal(set) var jobs: [TraceJob]
  /// Number of jobs left out because the trace does not tell their runtime or their request.
  public internal(set) var leftOut = 0
  /// The machine's processors according to the trace's header (`MaxProcs`, or else `MaxNodes`); `nil` if it has
  /// neither.
  public internal(set) var processors: Int64?

  /// Whether any job says something of its runtime beforehand.
  public var saysRuntimes: Bool { jobs.contains { $0.estimate != nil || $0.limit != nil } }

  /// Creates a trace. Jobs without dependencies may be in any order; jobs with dependencies must be in order of
  /// submission.
  public init(jobs: [TraceJob]) {
    self.jobs = jobs
    if jobs.allSatisfy(\.dependencies.isEmpty) { self.sortBySubmission() }
  }

  /// Sorts the jobs by submission and adjusts their dependencies.
  mutating func sortBySubmission() {
    let isSorted = zip(jobs, jobs.dropFirst()).allSatisfy { $0.submit <= $1.submit }
    if isSorted { return }
    let order = jobs.indices.sorted { (jobs[$0].submit, $0) < (jobs[$1].submit, $1) }
    var positions = [Int](repeating: 0, count: jobs.count)
    for (position, former) in order.enumerated() { positions[former] = position }
    jobs = order.map { former in
      var job = jobs[former]
      job.dependencies = job.dependencies.map { positions[$0] }.sorted()
      return job
    }
  }
}

/// A problem in a trace.
public struct TraceProblem: Error, Sendable, Hashable {
  /// The line, from 1; 0 for the trace as a whole.
  public var line: Int
  /// The message for people; quoted parts of the trace are not escaped for a terminal.
  public var message: String

  /// Creates a problem.
  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }
}
