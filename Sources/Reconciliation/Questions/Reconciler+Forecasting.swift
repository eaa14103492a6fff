import FleetCore
import FleetModel
import PlanModel

extension Reconciler {
  /// Returns the forecast for everything that is recorded, as observed now. Takes no lock and writes nothing.
  public func forecast(_ limits: ForecastLimits) async throws -> Forecast {
    _ = try load()
    let events = try await presentEvents()
    return fleet.forecast(beginningWith: events, now: time.now(), limits: limits)
  }
}
