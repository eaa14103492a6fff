import FleetModel
import PlanModel

/// What is to be done outside after a step. A step's commit is its first effect, and the others may only be carried out
/// once it is durable.
public enum Effect: Sendable {
  /// One transaction.
  case commit(Commit)
  /// Make a run ready; answered by `callFinished`.
  case prepare(RunOrder)
  /// Execute a prepared run; answered by `callFinished`.
  case launch(RunOrder, handle: String)
  /// Ask a run to end; answered by `callFinished`, and later by an observation that it is gone.
  case stop(RunName, on: ClusterID, grace: TimeSpan)
  /// Look at a cluster's engine: it is new or its settings changed; answered by `clustersObserved`.
  case observe(ClusterID)
  /// Remove what is left of a prepared run that nobody wants; not answered.
  case remove(RunName, on: ClusterID)
  /// Send `timer` at that time.
  case wake(at: Instant)
}

/// What one step changed, to be written in one transaction.
public struct Commit: Sendable {
  /// The writes, in an order in which what is named exists before what names it.
  public var writes: [StateWrite]
  /// The counters after it.
  public var counters: IDCounters
  /// The actions that were decided, in order: what a plan shows.
  public var actions: [Action]
}

/// All that an engine is told of a run.
public struct RunOrder: Sendable, Hashable {
  /// Its row of the journal.
  public var run: RunRecord
  /// The deployment's canonical spec, of the run's generation.
  public var specText: String
  /// The name of the source that owns the deployment.
  public var source: String
  /// The directory that the source is bound to.
  public var sourceRoot: String?
}
