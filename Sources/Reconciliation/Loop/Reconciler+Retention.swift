import EngineInterface
import FleetModel
import StateStore

extension Reconciler {
  /// How many runs of a deployment are kept, and for how long its events.
  static let runsKept = 10
  static let eventsKept = TimeSpan.seconds(90 * 86_400)

  /// Removes what is over by the rules of retention: first on the engines, then in the journal, so that a crash between the
  /// two forgets nothing that is still there. Needs the lock. What an engine can't remove now stays for the next time.
  func forgetWhatIsOver(of deployments: Set<DeploymentID>) async throws {
    let expired = try store.expiredRuns(of: deployments.sorted(), keep: Self.runsKept)
    var removed: [ExpiredRun] = []
    for run in expired {
      guard let spec = fleet.cluster(run.cluster)?.engine else {
        removed.append(run)
        continue
      }
      do throws(EngineError) {
        try await engines.engine(for: spec).remove(run.name)
        removed.append(run)
      } catch {
        continue
      }
    }
    try store.forget(removed, eventsBefore: time.now() + TimeSpan(nanoseconds: -Self.eventsKept.nanoseconds))
  }
}
