import FleetModel

/// What applying would do, as a value: every output is a renderer over it.
public struct Plan: Hashable, Sendable {
  /// The version of its JSON form.
  public static let formatVersion = 1

  /// The source's name.
  public var source: String
  /// The state that it was planned against was made up, because none is at hand.
  public var isOffline: Bool
  /// The differences, creations and updates in the order of creation, then deletions in the reverse.
  public var changes: [Change]
  /// How many declared objects do not differ.
  public var unchanged: Int
  /// What is done, in order; the holds are last, in the order of the queues.
  public var actions: [Action]
  /// Deployments whose effective priority is above their own, and for whom.
  public var inheritances: [Inheritance]
  /// What each preemption costs, in the order of the actions.
  public var bills: [PreemptionBill]
  /// When what waits is expected to start; nil: nobody has looked ahead.
  public var forecast: Forecast?
  /// Things to know that stop nothing.
  public var notices: [Notice]
  /// Why it may not be applied as it is; empty: it may.
  public var refusals: [Refusal]

  /// An empty plan.
  public init(source: String) {
    self.source = source
    isOffline = false
    changes = []
    unchanged = 0
    actions = []
    inheritances = []
    bills = []
    forecast = nil
    notices = []
    refusals = []
  }

  /// The counts of the one summary line.
  public var summary: PlanSummary { PlanSummary(self) }

  /// Whether applying would do anything but wait.
  public var hasChanges: Bool { !changes.isEmpty || actions.contains { !$0.isHold } }
}

/// A priority inversion that inheritance resolves.
public struct Inheritance: Hashable, Sendable {
  /// The deployment that runs with more than its own priority.
  public var deployment: DeploymentIdentity
  /// Its own.
  public var declared: Priority
  /// What it runs as.
  public var effective: Priority
  /// The deployment that confers it, directly or through others.
  public var from: DeploymentIdentity
  /// Makes one.
  public init(deployment: DeploymentIdentity, declared: Priority, effective: Priority, from: DeploymentIdentity) {
    self.deployment = deployment
    self.declared = declared
    self.effective = effective
    self.from = from
  }
}

/// Something to know that stops nothing.
public enum Notice: Hashable, Sendable {
  /// A delete and a create that look like a rename or a move, and how to say so.
  case looksRenamed(from: ObjectIdentity, to: ObjectIdentity)
  /// A run that the recorded state had as live was found gone, or otherwise than recorded.
  case drift(DeploymentIdentity, String)
  /// A cluster's engine does not answer, and why.
  case clusterUnknown(ClusterIdentity, String)
  /// A user's `hashedPassword` or an organization's `inviteCode` names a secret that can't be resolved here: what the column
  /// holds stays.
  case secretUnavailable(ObjectIdentity, String)
  /// A run of this installation that no record names is alive on a cluster's engine, and is stopped.
  case orphanStopped(ClusterIdentity, RunName)
  /// These must run together, or beside each other for ever, and a cluster has too little of a dimension for their sum; no
  /// fewer of them show it. By identity, in the dimension's whole units.
  case cannotRunTogether([DeploymentIdentity], Dimension, needed: Int64, total: Int64, on: ClusterIdentity)
  /// It never fits its cluster, and the largest other one of the organization that it would fit; nil: none.
  case fitsOn(DeploymentIdentity, ClusterIdentity?)
  /// Only that one can release these, and it has FAILED, or is suspended. By identity.
  case onlyReleasedBy(DeploymentIdentity, isSuspended: Bool, [DeploymentIdentity])
}

/// What a plan may cost those that run.
public struct PlanGuards: Hashable, Sendable {
  /// Nothing may be preempted.
  public var forbidsPreemption = false
  /// How many GPU-hours of work may be lost by stopping runs, for whatever reason; nil: any.
  public var maxGPUHoursLost: Double?
  /// How many runs may be stopped, for whatever reason; nil: any.
  public var maxStopped: Int?

  /// No limits.
  public init() {}
}

/// Why a plan may not be applied as it is.
public enum Refusal: Hashable, Sendable {
  /// More than a fifth of the source's objects, and more than three, would be deleted.
  case deletesTooMuch(count: Int, of: Int)
  /// The source declares nothing, and owns something.
  case emptySource(owned: Int)
  /// Another source owns the object.
  case ownedElsewhere(ObjectIdentity, owner: String)
  /// The source's name is bound to another directory.
  case boundElsewhere(directory: String)
  /// Something that stays still names what would be deleted.
  case stillNamed(ObjectIdentity, by: ObjectIdentity)
  /// What would be stopped or deleted is protected.
  case protected(DeploymentIdentity)
  /// These would be preempted, and nothing is to be.
  case preempts([DeploymentIdentity])
  /// The runs of these would be stopped, and so many GPU-hours of work lost, beyond the limit.
  case losesTooMuch(gpuHours: Double, limit: Double, [DeploymentIdentity])
  /// The runs of these would be stopped, beyond so many.
  case stopsTooMany([DeploymentIdentity], limit: Int)
}

/// The counts of a plan.
public struct PlanSummary: Hashable, Sendable {
  /// Objects that are new.
  public var create = 0
  /// Objects that change in place.
  public var update = 0
  /// Deployments that need a new run.
  public var replace = 0
  /// Objects that no manifest declares any more.
  public var delete = 0
  /// Runs that begin now.
  public var start = 0
  /// Deployments that wait.
  public var wait = 0
  /// Runs that are stopped for others.
  public var preempt = 0

  /// Counts a plan.
  public init(_ plan: Plan) {
    for change in plan.changes {
      switch change.kind {
      case .create: create += 1
      case .update: update += 1
      case .replace: replace += 1
      case .delete: delete += 1
      }
    }
    // What is admitted with its gang and goes on waiting for it to be up waits, and begins later.
    let held = Set(plan.actions.lazy.filter(\.isHold).map(\.identity))
    for action in plan.actions {
      switch action.kind {
      case .start: if !held.contains(action.identity) { start += 1 }
      // What has FAILED is held, and waits for nothing.
      case .hold(.failed): break
      case .hold: wait += 1
      case .preempt: preempt += 1
      case .register, .update, .stop, .prune: break
      }
    }
  }

  /// The one summary line. Its wording is frozen, whatever the numbers are, so that scripts can rely on it.
  public var text: String {
    "Plan: \(create) to create, \(update) to update, \(replace) to replace, \(delete) to delete; \(start) start now, "
      + "\(wait) waits, \(preempt) preempted."
  }
}
