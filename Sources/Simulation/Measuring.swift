import FleetModel

/// The results of a simulation.
public struct SimulationOutcome: Sendable {
  /// Number of jobs submitted.
  public internal(set) var submitted = 0
  /// Number of jobs that ended.
  public internal(set) var finished = 0
  /// The first few jobs, by identity, that had not ended when nothing more happened, each with its reason code.
  public internal(set) var stuck: [(identity: DeploymentIdentity, reason: String)] = []
  /// The time from the first submission to the last end.
  public internal(set) var makespan = TimeSpan.zero
  /// The mean time from submission to the start of the run that ended, in seconds.
  public internal(set) var meanWait = 0.0
  /// The waiting time that 99 of 100 jobs do not exceed, in seconds.
  public internal(set) var p99Wait = 0.0
  /// The mean time from submission to end, in seconds.
  public internal(set) var meanCompletion = 0.0
  /// The mean bounded slowdown: `max(1, (wait + run) / max(run, 10 s))`.
  public internal(set) var meanSlowdown = 0.0
  /// The share of capacity × makespan that runs held; `nil` for a dimension in which the clusters have no capacity.
  public internal(set) var utilisation: [Dimension: Double] = [:]
  /// Number of preempted runs.
  public internal(set) var preemptions = 0
  /// The work that preempted runs lost: amount × seconds, in the dimensions' whole units.
  public internal(set) var lost: [Dimension: Double] = [:]
  /// Number of events that the scheduler processed.
  public internal(set) var steps = 0
  /// Use of the clusters and number of waiting jobs over time.
  public internal(set) var usage: UsageSeries
}

/// Accumulates a `SimulationOutcome` job by job; of each job only its waiting time is kept.
struct Measuring {
  private(set) var outcome: SimulationOutcome
  private let capacity: Resources
  private var waits: [Double] = []
  private var completions = 0.0
  private var slowdowns = 0.0
  private var work: [Dimension: Double] = [:]
  private let beginning: Instant
  private var lastEnd: Instant
  private var held = Resources.zero
  private var waiting = 0

  init(capacity: Resources, beginning: Instant) {
    self.capacity = capacity
    self.beginning = beginning
    lastEnd = beginning
    outcome = SimulationOutcome(usage: UsageSeries(beginning: beginning))
  }

  mutating func submitted(_ count: Int, at now: Instant) {
    outcome.submitted += count
    waiting += count
    note(now)
  }

  mutating func started(_ request: Resources, isJob: Bool, at now: Instant) {
    held += request
    if isJob { waiting -= 1 }
    note(now)
  }

  /// Records the end of a run.
  ///
  /// - Parameters:
  ///   - waitsAgain: whether its deployment waits again.
  ///   - preempted: whether its work is lost.
  mutating func stopped(
    _ request: Resources, since: Instant, isJob: Bool, waitsAgain: Bool, preempted: Bool, at now: Instant
  ) {
    held -= request
    if isJob, waitsAgain { waiting += 1 }
    let seconds = Self.seconds(now - since)
    for dimension in Dimension.allCases {
      work[dimension, default: 0] += Double(request[dimension]) * seconds
      if preempted { outcome.lost[dimension, default: 0] += Double(request[dimension]) * seconds }
    }
    if preempted { outcome.preemptions += 1 }
    note(now)
  }

  mutating func finished(submittedAt: Instant, startedAt: Instant, at now: Instant) {
    outcome.finished += 1
    let (wait, run) = (Self.seconds(startedAt - submittedAt), Self.seconds(now - startedAt))
    waits.append(wait)
    completions += wait + run
    slowdowns += max(1, (wait + run) / max(run, 10))
    lastEnd = max(lastEnd, now)
  }

  mutating func stepped() { outcome.steps += 1 }

  mutating func summed(stuck: [(identity: DeploymentIdentity, reason: String)]) -> SimulationOutcome {
    outcome.stuck = stuck
    outcome.makespan = lastEnd - beginning
    outcome.usage.end(at: lastEnd)
    guard !waits.isEmpty else { return outcome }
    let count = Double(waits.count)
    outcome.meanWait = waits.reduce(0, +) / count
    waits.sort()
    outcome.p99Wait = waits[min(waits.count - 1, (waits.count * 99 + 99) / 100 - 1)]
    outcome.meanCompletion = completions / count
    outcome.meanSlowdown = slowdowns / count
    let seconds = Self.seconds(outcome.makespan)
    for dimension in Dimension.allCases where capacity[dimension] > 0 && seconds > 0 {
      outcome.utilisation[dimension] = work[dimension, default: 0] / (Double(capacity[dimension]) * seconds)
    }
    return outcome
  }

  private mutating func note(_ now: Instant) {
    outcome.usage.note(at: now, held: held, capacity: capacity, waiting: waiting)
  }

  private static func seconds(_ span: TimeSpan) -> Double { Double(span.nanoseconds) / 1e9 }
}
