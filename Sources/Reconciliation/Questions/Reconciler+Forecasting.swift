import FleetCore
import FleetModel
import PlanModel

extension Reconciler {
  /// What is expected of all that is recorded, as it is observed now. Takes no lock and writes nothing.
  public func forecast(_ limits: ForecastLimits) async throws -> Forecast {
    _ = try load()
    let (observations, _) = await look()
    let missing = try missingSecrets()
    var events: [Event] = missing.isEmpty ? [] : [.secretsMissing(missing)]
    if !observations.isEmpty { events.append(.clustersObserved(observations)) }
    return fleet.forecast(beginningWith: events, now: time.now(), limits: limits)
  }
}
