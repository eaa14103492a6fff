import FleetCore
import FleetModel
import PlanModel

extension Reconciler {
  /// Returns the recorded state as it is at this moment, with what the engines report. Takes no lock and writes nothing.
  public func present() async throws -> Present {
    _ = try load()
    var present = Present(fleet, beginningWith: try await presentEvents(), now: time.now())
    present.isWatched = try isWatched()
    return present
  }

  /// Looks at every engine and returns the events that tell the fleet, for a command that only reads.
  func presentEvents() async throws -> [Event] {
    let (observations, _) = await look()
    let missing = try presentMissingSecrets()
    return (missing.isEmpty ? [] : [.secretsMissing(missing)]) + [.clustersObserved(observations)]
  }

  /// Returns the deployments whose secrets are not available to whoever would start them: a watch that lives has looked for
  /// them itself, otherwise it would be an apply from here.
  private func presentMissingSecrets() throws -> [DeploymentID: String] {
    let missing = try missingSecrets(andHeld: true)
    if try !isWatched() { return missing }
    // Of those that wait, the watch knows better.
    let waiting = Set(fleet.waitingWithSecrets().map(\.record.id))
    return missing.filter { !waiting.contains($0.key) }.merging(fleet.recordedMissingSecrets) { $1 }
  }

  /// Whether a watch lives, which carries out what becomes possible.
  public func isWatched() throws -> Bool { try !store.watches(time.now()).isEmpty }
}
