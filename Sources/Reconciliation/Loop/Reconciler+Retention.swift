import EngineInterface
import FleetModel
import StateStore

extension Reconciler {
  /// Number of ended runs that are kept for each deployment.
  static let runsKept = 10
  /// Time for which events are kept: 90 days.
  static let eventsKept = TimeSpan.seconds(90 * 86_400)
  /// Number of deployments whose expired runs are removed before others may have the lock.
  static let forgottenAtOnce = 50

  /// Removes all expired runs and events. Needs the lock, and leaves it to others that wait for it in between.
  func forgetAllExpired() async throws {
    while !overfull.isEmpty {
      try await forgetSomeExpired()
      guard !overfull.isEmpty, lock.isAwaited else { continue }
      lock.release()
      // Who is cancelled or out of time leaves the rest for the next time.
      do { try await time.sleep(until: time.now() + Self.lockYield) } catch { return }
      guard try await acquireLock() else { return }
    }
  }

  /// Removes expired runs of some deployments, and with the last of them expired events. Needs the lock. Runs that an engine
  /// can't remove now stay for the next time.
  func forgetSomeExpired() async throws {
    let deployments = overfull.sorted().prefix(Self.forgottenAtOnce)
    overfull.subtract(deployments)
    try await forgetExpired(of: Array(deployments))
  }

  /// Removes expired runs first on the engines, then in the journal, so that a crash in between leaves no unrecorded run
  /// behind.
  private func forgetExpired(of deployments: [DeploymentID]) async throws {
    let expired = try store.expiredRuns(of: deployments, keep: Self.runsKept)
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
    let oldest = overfull.isEmpty ? time.now() + TimeSpan(nanoseconds: -Self.eventsKept.nanoseconds) : nil
    if removed.isEmpty, oldest == nil { return }
    try store.forget(removed, eventsBefore: oldest)
  }
}
