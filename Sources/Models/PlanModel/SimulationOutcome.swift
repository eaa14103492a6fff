import FleetModel

/// The results of a simulation.
public struct SimulationOutcome: Sendable {
  /// Means over one interval of time.
  public struct UsageInterval: Sendable, Hashable {
    /// The share of the capacity that was held; 0 in a dimension without capacity.
    public var held: [Dimension: Double]
    /// The number of jobs that were submitted and not running.
    public var waiting: Double

    /// Creates the means of an interval.
    public init(held: [Dimension: Double], waiting: Double) {
      self.held = held
      self.waiting = waiting
    }
  }

  /// The total capacity of the clusters.
  public var capacity: Resources
  /// Number of jobs submitted.
  public var submitted = 0
  /// Number of jobs that ended.
  public var finished = 0
  /// The first few jobs, by identity, that had not ended when nothing more happened, each with its reason code.
  public var stuck: [(identity: DeploymentIdentity, reason: String)] = []
  /// The time from the first submission to the last end.
  public var makespan = TimeSpan.zero
  /// The mean time from submission to the start of the run that ended, in seconds.
  public var meanWait = 0.0
  /// The waiting time that 99 of 100 jobs do not exceed, in seconds.
  public var p99Wait = 0.0
  /// The mean time from submission to end, in seconds.
  public var meanCompletion = 0.0
  /// The mean bounded slowdown: `max(1, (wait + run) / max(run, 10 s))`.
  public var meanSlowdown = 0.0
  /// The share of capacity × makespan that runs held; `nil` for a dimension in which the clusters have no capacity.
  public var utilisation: [Dimension: Double] = [:]
  /// Number of preempted runs.
  public var preemptions = 0
  /// The work that preempted runs lost: amount × seconds, in bytes and thousandths.
  public var lost: [Dimension: Double] = [:]
  /// Comparison of predicted starts with real ones; `nil`: not asked for.
  public var accuracy: ForecastAccuracy?
  /// Number of events that the scheduler processed.
  public var steps = 0
  /// Use of the clusters and number of waiting jobs over time, in equal intervals.
  public var usage: [UsageInterval] = []
  /// The duration of each interval of `usage`; the last may be cut short by the end.
  public var usageInterval = TimeSpan.seconds(1)

  /// Creates the outcome of a simulation in which nothing has happened yet.
  public init(capacity: Resources) { self.capacity = capacity }
}
