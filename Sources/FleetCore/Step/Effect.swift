import FleetModel
import PlanModel

/// Something to be done outside of the fleet after a step. A step's commit is its first effect, and the others may only be
/// carried out once it is durable.
public enum Effect: Sendable {
  /// Write one transaction.
  case commit(Commit)
  /// Prepare a run; answered by `callFinished`.
  case prepare(RunOrder)
  /// Execute a prepared run; answered by `callFinished`.
  case launch(RunOrder, handle: String)
  /// Ask a run to end; answered by `callFinished`, and later by an observation that it is gone.
  case stop(RunName, on: ClusterID, grace: TimeSpan)
  /// Look at a cluster's engine: it is new or its settings changed; answered by `clustersObserved`.
  case observe(ClusterID)
  /// Remove a prepared run that nobody wants; not answered.
  case remove(RunName, on: ClusterID)
  /// Send `timer` at that time.
  case wake(at: Instant)
}

/// Changes of one step, to be written in one transaction.
public struct Commit: Sendable {
  /// Writes in an order in which every object is written before those that name it.
  public var writes: [StateWrite]
  /// The counters after the step.
  public var counters: IDCounters
  /// Actions that were decided, in order. A plan shows them.
  public var actions: [Action]
}

/// Everything that an engine is told of a run.
public struct RunOrder: Sendable, Hashable {
  /// The run's row of the journal.
  public var run: RunRecord
  /// The deployment's canonical spec, of the run's generation.
  public var specText: String
  /// The name of the source that owns the deployment.
  public var source: String
  /// The directory that the source is bound to.
  public var sourceRoot: String?
}
