import FleetModel

/// Why a deployment is not admitted: one dominant reason, as data. The cases stand in the order of precedence: where
/// several hold, the first is the reason.
public enum Reason: Hashable, Sendable {
  /// Its manifest says `suspend: true`.
  case suspended
  /// Its stop, replacement or deletion is held because its manifest says, or said, `protect: true`.
  case protected
  /// Its owner is not active.
  case ownerInactive(user: String)
  /// Its owner is no member of the cluster's organization.
  case ownerNotMember(user: String, organization: String)
  /// It asks for more than the cluster has.
  case neverFits([Shortfall])
  /// What it waits for has failed.
  case dependencyFailed(DeploymentIdentity)
  /// What it waits for has not come so far.
  case waitsForDependency(DeploymentIdentity, until: DependencyCondition)
  /// A secret that it names can't be resolved here, and why.
  case secretUnavailable(String)
  /// The cluster's engine does not answer, in its own words.
  case clusterUnknown(String)
  /// The cluster's capacity was lowered below what runs hold.
  case overcommitted([Shortfall])
  /// It failed and is run again, not before then.
  case backingOff(until: Instant)
  /// Only services hold what it lacks, and they never end.
  case heldByServices([Shortfall])
  /// Room is being freed for it: these runs are stopping.
  case runsStopping([DeploymentIdentity])
  /// It was preempted, and may come back only then; by whom, unless that deployment is gone.
  case coolingDown(until: Instant, preemptor: DeploymentIdentity?)
  /// What it lacks is kept for the head of the queue.
  case behindReservation(of: DeploymentIdentity, [Dimension])
  /// The cluster has not enough free.
  case insufficientCapacity([Shortfall])
  /// Its run waits inside its engine, in the engine's own words.
  case waitsOnEngine(String)
  /// It is withdrawn, and what depends on it is deleted first.
  case dependantsRemain([ObjectIdentity])
  /// It has failed, after how many runs of its present declaration.
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

/// What is short in one dimension, by how much, and who holds it.
public struct Shortfall: Hashable, Sendable {
  /// Which dimension.
  public var dimension: Dimension
  /// What is asked for, in the dimension's whole units (bytes or thousandths).
  public var requested: Int64
  /// What could be had: free now, or the capacity where it never fits.
  public var available: Int64
  /// All that the cluster has.
  public var total: Int64
  /// Deployments that hold of it, the largest share first, then by identity; at most eight.
  public var holders: [Holder]

  /// Makes a shortfall.
  public init(dimension: Dimension, requested: Int64, available: Int64, total: Int64, holders: [Holder] = []) {
    self.dimension = dimension
    self.requested = requested
    self.available = available
    self.total = total
    self.holders = holders
  }

  /// Who holds how much of a dimension.
  public struct Holder: Hashable, Sendable {
    /// The deployment whose run holds it.
    public var deployment: DeploymentIdentity
    /// In the dimension's whole units.
    public var amount: Int64
    /// Makes a holder.
    public init(deployment: DeploymentIdentity, amount: Int64) {
      self.deployment = deployment
      self.amount = amount
    }
  }
}
