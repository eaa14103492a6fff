import FleetCore
import FleetModel
import PlanModel
import StateStore

extension Reconciler {
  /// Why a deployment is where it is and what would start it, as it is recorded and observed now, or as it would be with
  /// manifests that have not been applied. Takes no lock and writes nothing.
  ///
  /// - Parameter request: manifests to be taken in first; nil: what is recorded stands.
  /// - Returns: nil: there is no such deployment.
  public func explain(_ identity: DeploymentIdentity, with request: ApplyRequest? = nil) async throws -> Explanation? {
    _ = try load()
    if let request {
      let beginning = try await beginning(of: request)
      let silence = beginning.silence
      return try fleet.explanation(
        of: identity, beginningWith: beginning.events, engines: { silence[$0] }, now: time.now())
    }
    var events: [Event] = []
    let missing = try missingSecrets()
    if !missing.isEmpty { events.append(.secretsMissing(missing)) }
    let (observations, _) = await look()
    events.append(.clustersObserved(observations))
    return try fleet.explanation(of: identity, beginningWith: events, now: time.now())
  }

  /// What is recorded of a source; nil: there is none of that name.
  public func source(named name: String) throws -> SourceRecord? {
    _ = try load()
    return fleet.source(named: name)
  }
}
