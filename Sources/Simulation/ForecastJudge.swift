import FleetCore
import FleetModel
import PlanModel

/// Forecasts of the starts of waiting jobs, held against the starts.
struct ForecastJudge {
  /// A forecast that was made at a job's submission.
  private struct Forecast {
    var submittedAt: Instant
    /// The expected start; `nil`: unknown.
    var start: Instant?
    /// The time by which it was to start for certain; `nil`: nothing was promised.
    var promise: Instant?
  }

  /// Of so many submissions one is judged; `nil`: none is.
  private let period: Int?
  private var submissions = 0
  private var forecasts: [DeploymentID: Forecast] = [:]
  /// Differences as shares of the wait, each positive if the job started earlier than was forecast.
  private var errors: [Double] = []
  private var accuracy = SimulationOutcome.ForecastAccuracy()

  init(every period: Int?) { self.period = period }

  /// Counts a submission, and returns whether it is to be judged.
  mutating func isDue() -> Bool {
    guard let period else { return false }
    submissions += 1
    return submissions % period == 0
  }

  /// Notes when jobs that have just been submitted, and wait, are expected to start.
  mutating func note(_ jobs: [(id: DeploymentID, identity: DeploymentIdentity)], _ fleet: Fleet, now: Instant) {
    let waiting = jobs.filter { fleet.liveRun(of: $0.identity) == nil }
    if waiting.isEmpty { return }
    let forecast = fleet.forecast(now: now, limits: ForecastLimits())
    var starts: [DeploymentIdentity: Instant] = [:]
    for entry in forecast.deployments {
      if case .at(let start)? = entry.start { starts[entry.deployment] = start }
    }
    for job in waiting {
      let promise = fleet.reserved(on: job.identity.cluster).first { $0.deployment == job.identity }?.promise
      forecasts[job.id] = Forecast(submittedAt: now, start: starts[job.identity], promise: promise)
    }
  }

  /// Holds forecasts against starts.
  mutating func judge(_ started: [(id: DeploymentID, at: Instant)]) {
    for (id, start) in started {
      guard let forecast = forecasts.removeValue(forKey: id) else { continue }
      accuracy.judged += 1
      if let promise = forecast.promise {
        accuracy.promised += 1
        if start > promise { accuracy.broken += 1 }
      }
      guard let expected = forecast.start else {
        accuracy.unknown += 1
        continue
      }
      let wait = Double((start - forecast.submittedAt).nanoseconds)
      if wait > 0 { errors.append(Double((expected - start).nanoseconds) / wait) }
    }
  }

  /// The results; `nil` if nothing was to be judged.
  var outcome: SimulationOutcome.ForecastAccuracy? {
    guard period != nil else { return nil }
    var result = accuracy
    if errors.isEmpty { return result }
    let sizes = errors.map(abs).sorted()
    func quantile(_ percent: Int) -> Double { sizes[(sizes.count * percent + 99) / 100 - 1] }
    result.p50 = quantile(50)
    result.p90 = quantile(90)
    result.bias = errors.reduce(0, +) / Double(errors.count)
    return result
  }
}
