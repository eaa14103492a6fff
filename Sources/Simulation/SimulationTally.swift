import FleetModel
import PlanModel

/// Accumulates a `SimulationOutcome` job by job; of each job only its waiting time is kept.
struct SimulationTally {
  private(set) var outcome: SimulationOutcome
  private var usage: UsageSeries
  private var waits: [Double] = []
  private var completions = 0.0
  private var slowdowns = 0.0
  private var work: [Dimension: Double] = [:]
  private let beginning: Instant
  private var lastEnd: Instant
  private var held = Resources.zero
  private var unended: [(request: Resources, since: Instant)] = []
  private var waiting = 0

  init(capacity: Resources, beginning: Instant) {
    self.beginning = beginning
    lastEnd = beginning
    outcome = SimulationOutcome(capacity: capacity)
    usage = UsageSeries(beginning: beginning)
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

  /// Records a run that has not ended when the last job has: it counts for utilization until then.
  mutating func goesOn(_ request: Resources, since: Instant) { unended.append((request, since)) }

  mutating func stepped() { outcome.steps += 1 }

  mutating func finish(stuck: [(identity: DeploymentIdentity, reason: String)]) -> SimulationOutcome {
    outcome.stuck = stuck
    outcome.makespan = lastEnd - beginning
    usage.end(at: lastEnd)
    outcome.usage = usage.intervals
    outcome.usageInterval = usage.width
    guard !waits.isEmpty else { return outcome }
    let count = Double(waits.count)
    outcome.meanWait = waits.reduce(0, +) / count
    waits.sort()
    outcome.p99Wait = waits[min(waits.count - 1, (waits.count * 99 + 99) / 100 - 1)]
    outcome.meanCompletion = completions / count
    outcome.meanSlowdown = slowdowns / count
    for run in unended where run.since < lastEnd {
      for dimension in Dimension.allCases {
        work[dimension, default: 0] += Double(run.request[dimension]) * Self.seconds(lastEnd - run.since)
      }
    }
    let seconds = Self.seconds(outcome.makespan)
    for dimension in Dimension.allCases where outcome.capacity[dimension] > 0 && seconds > 0 {
      outcome.utilisation[dimension] = work[dimension, default: 0] / (Double(outcome.capacity[dimension]) * seconds)
    }
    return outcome
  }

  private mutating func note(_ now: Instant) {
    usage.note(at: now, held: held, capacity: outcome.capacity, waiting: waiting)
  }

  private static func seconds(_ span: TimeSpan) -> Double { Double(span.nanoseconds) / 1e9 }
}
