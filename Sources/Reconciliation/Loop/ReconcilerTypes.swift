import Diagnostics
import EngineInterface
import FleetCore
import FleetModel
import PlanModel

/// Engines by their settings. Clusters with equal settings share one engine.
public protocol EngineDirectory: Sendable {
  /// Returns the engine for settings.
  func engine(for spec: EngineSpec) -> any Engine
}

/// A clock, replaceable in tests.
public protocol TimeSource: Sendable {
  /// Returns the time. It may jump back; the fleet ignores such jumps.
  func now() -> Instant
  /// Returns at an instant or a little later.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(until instant: Instant) async throws
}

/// Receives a reconciler's notices, in order and in the reconciler's own task.
public protocol ReconcilerObserver: Sendable {
  /// Receives a notice.
  func reconciler(did notice: ReconcilerNotice)
}

/// A report of a reconciler about its work.
public enum ReconcilerNotice: Sendable {
  /// The plan that was made under the lock and is carried out now, with the warnings about its manifests.
  case planned(Plan, warnings: [Diagnostic])
  /// A transaction was committed, with the actions that were decided and the events that were recorded.
  case committed(actions: [Action], events: [EventRecord])
  /// The lock was released; the deployments that are waited for.
  case waiting(Convergence)
  /// A source that was recorded under another name has the one of its place from now on.
  case renamedSource(former: String, name: String)
  /// An engine answered, or did not with the reason.
  case engine(EngineSpec, unknown: String?)
  /// An engine answers, and has something to say that concerns no run.
  case remark(EngineSpec, String)
  /// A report that only a watch makes.
  case watch(WatchNotice)
}
