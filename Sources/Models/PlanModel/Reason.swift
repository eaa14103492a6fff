import FleetModel

/// Reason why a deployment is not admitted: the dominant one, as data. The cases are in the order of precedence: if several
/// apply, the first is the reason.
public enum Reason: Hashable, Sendable {
  /// The manifest says `suspend: true`.
  case suspended
  /// The stop, replacement or deletion is held because the manifest says, or said, `protect: true`.
  case protected
  /// The owner is not active.
  case ownerInactive(user: String)
  /// The owner is no member of the cluster's organization.
  case ownerNotMember(user: String, organization: String)
  /// The request exceeds the cluster's capacity.
  case neverFits([Shortfall])
  /// A dependency has failed.
  case dependencyFailed(DeploymentIdentity)
  /// A dependency has not met its condition.
  case waitsForDependency(DeploymentIdentity, until: DependencyCondition)
  /// A secret that the deployment needs can't be resolved here, with the reason.
  case secretUnavailable(String)
  /// The cluster's engine does not answer, in its own words.
  case clusterUnknown(String)
  /// The cluster's capacity was lowered below what runs hold.
  case overcommitted([Shortfall])
  /// The deployment failed and is retried, not before a time.
  case backingOff(until: Instant)
  /// Services, which never end, hold the room that the deployment lacks.
  case heldByServices([Shortfall])
  /// Room is being freed for the deployment: these runs are stopping.
  case runsStopping([DeploymentIdentity])
  /// The deployment was preempted, and may start again only at a time; `preemptor` is nil if that deployment is gone.
  case coolingDown(until: Instant, preemptor: DeploymentIdentity?)
  /// The room that the deployment lacks is reserved for the head of the queue.
  case behindReservation(of: DeploymentIdentity, [Dimension])
  /// The cluster has too little room.
  case insufficientCapacity([Shortfall])
  /// The run waits inside its engine, in the engine's own words.
  case waitsOnEngine(String)
  /// The deployment is withdrawn, and its dependants are deleted first.
  case dependantsRemain([ObjectIdentity])
  /// The deployment has failed, after a number of runs of its present declaration.
  case failed(runs: Int)

  /// The stable word that the `reason` column and `-o json` show.
  public var code: String {
    switch self {
    case .suspended: "suspended"
    case .protected: "protected"
    case .ownerInactive: "ownerInactive"
    case .ownerNotMember: "ownerNotMember"
    case .neverFits: "neverFits"
    case .dependencyFailed: "dependencyFailed"
    case .waitsForDependency: "waitsForDependency"
    case .secretUnavailable: "secretUnavailable"
    case .clusterUnknown: "clusterUnknown"
    case .overcommitted: "overcommitted"
    case .backingOff: "backingOff"
    case .heldByServices: "heldByServices"
    case .runsStopping: "runsStopping"
    case .coolingDown: "coolingDown"
    case .behindReservation: "behindReservation"
    case .insufficientCapacity: "insufficientCapacity"
    case .waitsOnEngine: "waitsOnEngine"
    case .dependantsRemain: "dependantsRemain"
    case .failed: "failed"
    }
  }
}

/// Missing amount of one dimension, and the runs that hold it.
public struct Shortfall: Hashable, Sendable {
  /// The dimension.
  public var dimension: Dimension
  /// The requested amount, in the dimension's whole units (bytes or thousandths).
  public var requested: Int64
  /// The available amount: free now, or the capacity if the request never fits.
  public var available: Int64
  /// The cluster's capacity.
  public var total: Int64
  /// Deployments that hold some of it, the largest share first, then by identity; at most eight.
  public var holders: [Holder]

  /// Makes a shortfall.
  public init(dimension: Dimension, requested: Int64, available: Int64, total: Int64, holders: [Holder] = []) {
    self.dimension = dimension
    self.requested = requested
    self.available = available
    self.total = total
    self.holders = holders
  }

  /// A deployment's share of a dimension.
  public struct Holder: Hashable, Sendable {
    /// The deployment whose run holds it.
    public var deployment: DeploymentIdentity
    /// The held amount, in the dimension's whole units.
    public var amount: Int64
    /// Makes a holder.
    public init(deployment: DeploymentIdentity, amount: Int64) {
      self.deployment = deployment
      self.amount = amount
    }
  }
}
