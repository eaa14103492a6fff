import FleetModel

/// One job of a trace: when it comes, what it asks for, and how long it runs.
public struct TraceJob: Sendable, Hashable {
  /// When it is submitted, since the trace's own beginning of time.
  public var submit: TimeSpan
  /// How long its run takes, which is known exactly beforehand.
  public var runtime: TimeSpan
  /// What a run holds.
  public var request: Resources
  /// Its declared priority.
  public var priority: Priority
  /// The line of the trace that it stands on, from 1.
  public var line: Int
  /// Positions in the trace of the jobs that it waits for until they have completed, sorted.
  public var dependencies: [Int]

  /// Makes a job.
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
  /// In the order of submission; of those submitted at once, in the order of the file.
  public internal(set) var jobs: [TraceJob]
  /// Jobs that are not in it because the trace does not say how long they ran or what they held.
  public internal(set) var leftOut = 0
  /// The processors of the machine as the trace's own header gives them (`MaxProcs`, or else `MaxNodes`); nil: it does not.
  public internal(set) var processors: Int64?

  /// Makes a trace. Jobs without dependencies may be given in any order; with them, in that of submission.
  public init(jobs: [TraceJob]) {
    self.jobs = jobs
    if jobs.allSatisfy(\.dependencies.isEmpty) { self.sortBySubmission() }
  }

  /// Brings the jobs into the order of submission, and what they name of each other with them.
  mutating func sortBySubmission() {
    let isSorted = zip(jobs, jobs.dropFirst()).allSatisfy { $0.submit <= $1.submit }
    if isSorted { return }
    let order = jobs.indices.sorted { (jobs[$0].submit, $0) < (jobs[$1].submit, $1) }
    var places = [Int](repeating: 0, count: jobs.count)
    for (place, former) in order.enumerated() { places[former] = place }
    jobs = order.map { former in
      var job = jobs[former]
      job.dependencies = job.dependencies.map { places[$0] }.sorted()
      return job
    }
  }
}

/// What is wrong with a trace, and where.
public struct TraceProblem: Error, Sendable, Hashable {
  /// From 1; 0: the trace as a whole.
  public var line: Int
  /// For people; what of the trace is quoted is not yet escaped for a terminal.
  public var message: String

  /// Makes a problem.
  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }
}
