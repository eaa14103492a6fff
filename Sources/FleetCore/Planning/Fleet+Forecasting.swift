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
    beginningWith events: [Event] = [], engines: @escaping FirstLook = { _ in nil }, now: Instant,
    limits: ForecastLimits = ForecastLimits(includesRuns: true)
  ) -> Forecast {
    var rehearsal = Rehearsal(self, now: now, engines: engines)
    rehearsal.deliver(events)
    return ForecastBuilder(&rehearsal, limits, startingNow: rehearsal.takeActions()).forecast
  }

  /// Returns the expected start of one deployment that waits; `nil` if it can't be known within the limits, or if it does not
  /// wait.
  public func expectedStart(of identity: DeploymentIdentity, now: Instant, limits: ForecastLimits) -> Instant? {
    guard let slot = deploymentsByIdentity[identity], waitsToBegin(slot) else { return nil }
    var rehearsal = Rehearsal(self, now: now, engines: { _ in nil })
    rehearsal.expectEnds()
    let lastStep = rehearsal.steps + limits.steps
    while let next = rehearsal.nextEvent, next <= now + limits.horizon, rehearsal.steps < lastStep {
      rehearsal.advance(to: next)
      _ = rehearsal.takeActions()
      if rehearsal.launched.contains(slot) { return rehearsal.now }
    }
    return nil
  }

  /// Whether a deployment's next execution is still to begin. False if there is no such deployment.
  public func waitsToBegin(_ identity: DeploymentIdentity) -> Bool {
    deploymentsByIdentity[identity].map { waitsToBegin($0) } ?? false
  }

  /// Deployments for which room is reserved by a time that `maxRuntime` bounds, each with that time; in no order.
  public var promisedStarts: [(deployment: DeploymentID, by: Instant)] {
    clusters.flatMap { cluster in
      cluster.reservations.compactMap { reservation in
        reservation.promise.map { (deployments[reservation.slot].record.id, $0) }
      }
    }
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
