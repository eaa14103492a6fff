import EngineInterface
import FleetModel
import StateStore

extension Reconciler {
  /// Number of ended runs that are kept for each deployment.
  static let runsKept = 10
  /// Time for which events are kept: 90 days.
  static let eventsKept = TimeSpan.seconds(90 * 86_400)

  /// Removes expired runs and events: first on the engines, then in the journal, so that a crash in between leaves no
  /// unrecorded run behind. Needs the lock. Runs that an engine can't remove now stay for the next time.
  func forgetExpired(of deployments: Set<DeploymentID>) async throws {
    let expired = try store.expiredRuns(of: deployments.sorted(), keep: Self.runsKept)
    var removed: [ExpiredRun] = []
    for run in expired {
      guard let spec = fleet.cluster(run.cluster)?.engine else {
        removed.append(run)
        continue
      }
      do throws(EngineError) {
        let engine = engines.engine(for: spec)
        try await limit.call("remove") { () throws(EngineError) in try await engine.remove(run.name) }
        removed.append(run)
      } catch {
        continue
      }
    }
    try store.forget(removed, eventsBefore: time.now() + TimeSpan(nanoseconds: -Self.eventsKept.nanoseconds))
  }
}
