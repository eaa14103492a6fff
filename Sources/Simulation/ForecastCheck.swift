import FleetCore
import FleetModel
import PlanModel

/// Compares the starts that are predicted of some jobs at their submission, and the times that are promised to all, with when
/// they start.
struct ForecastCheck {
  /// Limits of each forecast: a queue of a year's work is followed to its end.
  private static let limits = ForecastLimits(horizon: .seconds(3650 * 86_400), steps: 1_000_000)

  /// Every so many jobs are predicted.
  private let every: Int
  private var submissions = 0
  private var predictions: [DeploymentID: (submittedAt: Instant, start: Instant?)] = [:]
  private var promises: [DeploymentID: Instant] = [:]
  private var broken: Set<DeploymentID> = []
  private var kept = 0
  /// The errors of the predictions of jobs that had to wait, in seconds, each with the wait.
  private var errors: [(error: Double, wait: Double)] = []
  private var unknown = 0

  init(every: Int) {
    precondition(every > 0, "no job would be predicted")
    self.every = every
  }

  /// Predicts jobs that were just submitted and wait.
  mutating func submitted(_ jobs: [(id: DeploymentID, identity: DeploymentIdentity)], _ fleet: Fleet, now: Instant) {
    for job in jobs {
      defer { submissions += 1 }
      guard submissions.isMultiple(of: every), fleet.waitsToBegin(job.identity) else { continue }
      predictions[job.id] = (now, fleet.expectedStart(of: job.identity, now: now, limits: Self.limits))
    }
  }

  /// Notes what is promised. A promise is broken if its time passes, or moves to a later time though nothing was submitted: what
  /// is submitted may go before those that wait already.
  mutating func note(_ promised: [(deployment: DeploymentID, by: Instant)], isSubmission: Bool) {
    for promise in promised {
      if let former = promises[promise.deployment], !isSubmission, promise.by > former {
        broken.insert(promise.deployment)
      }
      promises[promise.deployment] = promise.by
    }
  }

  /// Compares the start of a job.
  mutating func started(_ id: DeploymentID, at now: Instant) {
    if let promise = promises.removeValue(forKey: id) {
      if now > promise { broken.insert(id) }
      if !broken.contains(id) { kept += 1 }
    }
    guard let (submittedAt, start) = predictions.removeValue(forKey: id), now > submittedAt else { return }
    guard let start else {
      unknown += 1
      return
    }
    errors.append((Double((start - now).nanoseconds) / 1e9, Double((now - submittedAt).nanoseconds) / 1e9))
  }

  /// The results; predictions of jobs that have not started do not count.
  var accuracy: ForecastAccuracy {
    let relative = errors.map { abs($0.error) / $0.wait }.sorted()
    func quantile(_ percent: Int) -> Double {
      relative.isEmpty ? 0 : relative[(relative.count * percent + 99) / 100 - 1]
    }
    let waits = errors.reduce(0) { $0 + $1.wait }
    return ForecastAccuracy(
      compared: errors.count + unknown, unknown: unknown, p50: quantile(50), p90: quantile(90),
      bias: waits > 0 ? errors.reduce(0) { $0 + $1.error } / waits : 0, promises: kept + broken.count,
      broken: broken.count)
  }
}
