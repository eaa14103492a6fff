import FleetModel

/// What came of a simulation.
public struct SimulationOutcome: Sendable {
  /// Jobs that were submitted.
  public internal(set) var submitted = 0
  /// Jobs that came to their end.
  public internal(set) var finished = 0
  /// Jobs that were still there when nothing more would happen, the first few by identity, each with the code of its reason.
  public internal(set) var stuck: [(identity: DeploymentIdentity, reason: String)] = []
  /// From the first submission to the last end.
  public internal(set) var makespan = TimeSpan.zero
  /// From submission to the start of the run that came to its end, in seconds: the mean.
  public internal(set) var meanWait = 0.0
  /// The wait that 99 of 100 jobs don't exceed, in seconds.
  public internal(set) var p99Wait = 0.0
  /// From submission to the end, in seconds: the mean.
  public internal(set) var meanCompletion = 0.0
  /// The mean of `max(1, (wait + run) / max(run, 10 s))`.
  public internal(set) var meanSlowdown = 0.0
  /// What runs held, as a share of capacity × makespan; nil for a dimension that the clusters have nothing of.
  public internal(set) var utilisation: [Dimension: Double] = [:]
  /// Runs that were stopped for others.
  public internal(set) var preemptions = 0
  /// What those runs had held until then: amount × seconds, in the dimensions' whole units.
  public internal(set) var lost: [Dimension: Double] = [:]
  /// How many events the scheduler decided on.
  public internal(set) var steps = 0
  /// How full the clusters were, and how many waited, over time.
  public internal(set) var usage: UsageSeries
}

/// Adds up what `SimulationOutcome` tells, a job at a time, so that nothing is kept of a job but its wait.
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

  /// A run is over. `preempted`: its work is lost, and its deployment waits again.
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
