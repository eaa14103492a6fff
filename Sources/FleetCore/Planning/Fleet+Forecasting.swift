import FleetModel
import PlanModel
import Scheduling

/// Limits of a forecast's look-ahead. They bound its cost whatever the fleet is.
public struct ForecastLimits: Sendable, Hashable {
  /// The span from now that the forecast covers.
  public var horizon: TimeSpan
  /// The maximum number of events; each costs as much as one step of the fleet.
  public var steps: Int
  /// Whether every run is reported from start to end, including deployments that do not wait.
  public var includesRuns: Bool

  /// Creates limits; the defaults are those of a plan.
  public init(horizon: TimeSpan = .seconds(30 * 86_400), steps: Int = 20_000, includesRuns: Bool = false) {
    self.horizon = horizon
    self.steps = steps
    self.includesRuns = includesRuns
  }
}

extension Fleet {
  /// Returns a forecast from now on, beginning with the given events.
  public func forecast(
    beginningWith events: [Event] = [], engines: @escaping (EngineSpec) -> String? = { _ in nil }, now: Instant,
    limits: ForecastLimits = ForecastLimits(includesRuns: true)
  ) -> Forecast {
    var rehearsal = Rehearsal(self, now: now, engines: engines)
    rehearsal.deliver(events)
    return ForecastBuilder(&rehearsal, limits, startingNow: rehearsal.takeActions()).forecast
  }

  /// Whether a deployment's next execution is still to begin: it waits for its turn, or its run has room and waits for what
  /// it needs to be up.
  func waitsToBegin(_ slot: DeploymentSlot) -> Bool {
    if waitsForItsTurn(slot) { return true }
    if deployments[slot].record.progress.isWithdrawn || deployments[slot].record.traits.suspend { return false }
    guard let run = deployments[slot].run.flatMap({ runs[$0]?.record }) else { return false }
    return run.state == .starting && !run.isLaunched
  }

  /// Whether a deployment should run but has no run of its current generation, or is due to run again.
  func waitsForItsTurn(_ slot: DeploymentSlot) -> Bool {
    // Field by field: a copy of the record retains all that it holds.
    if deployments[slot].record.progress.isWithdrawn || deployments[slot].record.traits.suspend { return false }
    let status = deployments[slot].record.progress.status
    guard status == .pending || status == .running else { return false }
    let run = deployments[slot].run.flatMap { runs[$0]?.record }
    if run?.generation != deployments[slot].record.progress.generation { return true }
    return status == .pending && run?.state == .stopping
  }
}
