import FleetCore
import FleetModel
import PlanModel

extension Reconciler {
  /// Explains why a deployment waits and which changes would start it, in the recorded and observed state, or as it would be
  /// with manifests that have not been applied. Takes no lock and writes nothing.
  ///
  /// - Parameter request: manifests that are assumed to be applied; `nil`: none.
  /// - Returns: `nil` if there is no such deployment.
  public func explain(_ identity: DeploymentIdentity, with request: ApplyRequest? = nil) async throws -> Explanation? {
    _ = try load()
    let lastOutcome = try store.runs(of: identity, limit: 1).first?.outcome
    guard let request else {
      let events = try await presentEvents()
      var explanation = try fleet.explanation(
        of: identity, beginningWith: events, lastOutcome: lastOutcome, now: time.now())
      explanation?.isWatched = try isWatched()
      return explanation
    }
    try adoptSource(of: request, records: false)
    let review = try compare(request.input, request.options, try table(for: request)).review
    let beginning = try await beginning(of: request, review)
    let firstLooks = beginning.firstLooks
    return try fleet.explanation(
      of: identity, beginningWith: beginning.events, engines: { firstLooks[$0] }, lastOutcome: lastOutcome,
      now: time.now())
  }

  /// Returns the record of a source; `nil` if there is none of that name.
  public func source(named name: String) throws -> SourceRecord? {
    _ = try load()
    return fleet.source(named: name)
  }
}
