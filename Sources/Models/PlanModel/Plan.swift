import FleetModel

/// The steps that an apply would take, as a value; every output is a rendering of it.
public struct Plan: Hashable, Sendable {
  /// Version of the JSON form.
  public static let formatVersion = 1

  /// The source's name.
  public var source: String
  /// Whether the state that it was planned against was made up, because no recorded state is available.
  public var isOffline: Bool
  /// The time as of which it was made; `nil`: it was not planned against a fleet. A plan of another time may differ in
  /// the times that it names although nothing has changed.
  public var asOf: Instant?
  /// The differences, creations and updates in the order of creation, then deletions in the reverse.
  public var changes: [Change]
  /// Number of declared objects that do not differ.
  public var unchanged: Int
  /// The steps in order; the holds are last, in the order of the queues.
  public var actions: [Action]
  /// Deployments whose effective priority is above their declared one.
  public var inheritances: [Inheritance]
  /// The cost of each preemption, in the order of the actions.
  public var bills: [PreemptionBill]
  /// The expected starts of what waits; nil: not computed.
  public var forecast: Forecast?
  /// Expectations on which the actions rest: runs, then times, each by identity.
  public var assumptions: [Assumption]
  /// Notices, which stop nothing.
  public var notices: [Notice]
  /// Reasons why the plan may not be applied as it is; empty: it may.
  public var refusals: [Refusal]

  /// Makes an empty plan.
  public init(source: String) {
    self.source = source
    isOffline = false
    changes = []
    unchanged = 0
    actions = []
    inheritances = []
    bills = []
    forecast = nil
    assumptions = []
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
  /// The deployment that inherits a priority.
  public var deployment: DeploymentIdentity
  /// The declared priority.
  public var declared: Priority
  /// The effective priority.
  public var effective: Priority
  /// The deployment that confers the priority, directly or through others.
  public var from: DeploymentIdentity
  /// Makes an inheritance.
  public init(deployment: DeploymentIdentity, declared: Priority, effective: Priority, from: DeploymentIdentity) {
    self.deployment = deployment
    self.declared = declared
    self.effective = effective
    self.from = from
  }
}

/// Notice of a plan, which stops nothing.
public enum Notice: Hashable, Sendable {
  /// A delete and a create that look like a rename or a move.
  case looksRenamed(from: ObjectIdentity, to: ObjectIdentity)
  /// A run that is recorded as live and was found gone, or in another state.
  case drift(DeploymentIdentity, String)
  /// A cluster whose engine does not answer, with the reason.
  case clusterUnknown(ClusterIdentity, String)
  /// A user's `hashedPassword` or an organization's `inviteCode` that refers to a secret that can't be resolved here: the
  /// recorded value stays.
  case secretUnavailable(ObjectIdentity, String)
  /// A live run of this installation on a cluster's engine that has no record, and is stopped.
  case orphanStopped(ClusterIdentity, RunName)
  /// A minimal set of deployments that must run together, or are services that never end, and whose sum exceeds a cluster's
  /// capacity in a dimension. By identity, in the dimension's whole units.
  case cannotRunTogether([DeploymentIdentity], Dimension, needed: Int64, total: Int64, on: ClusterIdentity)
  /// A deployment that never fits its cluster, with the largest other cluster of the organization that it would fit; nil:
  /// none.
  case fitsOn(DeploymentIdentity, ClusterIdentity?)
  /// A FAILED or suspended deployment that alone can release others. By identity.
  case onlyReleasedBy(DeploymentIdentity, isSuspended: Bool, [DeploymentIdentity])
}

/// Limits on what a plan may cost live runs.
public struct PlanGuards: Hashable, Sendable {
  /// Whether no run may be preempted.
  public var forbidsPreemption = false
  /// Limit on the GPU-hours of work lost by stopping runs, for whatever reason; nil: unlimited.
  public var maxGPUHoursLost: Double?
  /// Limit on the number of runs that are stopped, for whatever reason; nil: unlimited.
  public var maxStopped: Int?

  /// Makes guards without limits.
  public init() {}
}

/// Reason why a plan may not be applied as it is.
public enum Refusal: Hashable, Sendable {
  /// More than a fifth of the source's objects, and more than three, would be deleted.
  case deletesTooMuch(count: Int, of: Int)
  /// The source declares nothing, and owns something.
  case emptySource(owned: Int)
  /// Another source owns the object.
  case ownedElsewhere(ObjectIdentity, owner: String)
  /// The source's name is bound to another directory.
  case boundElsewhere(directory: String)
  /// An object that stays still refers to an object that would be deleted.
  case stillNamed(ObjectIdentity, by: ObjectIdentity)
  /// A rename can't be carried out: `by` is declared and keeps the former object, or is recorded under the new identity
  /// and is not deleted.
  case renameBlocked(ObjectIdentity, from: ObjectIdentity, by: ObjectIdentity)
  /// A deployment that would be stopped or deleted is protected.
  case protected(DeploymentIdentity)
  /// Deployments would be preempted, which the guards forbid.
  case preempts([DeploymentIdentity])
  /// The stopped runs would lose more GPU-hours of work than the limit.
  case losesTooMuch(gpuHours: Double, limit: Double, [DeploymentIdentity])
  /// More runs would be stopped than the limit.
  case stopsTooMany([DeploymentIdentity], limit: Int)
}

/// The counts of a plan.
public struct PlanSummary: Hashable, Sendable {
  /// Number of new objects.
  public var create = 0
  /// Number of objects that change in place.
  public var update = 0
  /// Number of deployments that need a new run.
  public var replace = 0
  /// Number of objects that no manifest declares any more and that are deleted.
  public var delete = 0
  /// Number of runs that begin now.
  public var start = 0
  /// Number of deployments that wait, and of objects that can't be deleted yet.
  public var wait = 0
  /// Number of runs that are preempted.
  public var preempt = 0

  /// Counts the changes and steps of a plan.
  public init(_ plan: Plan) {
    // What is admitted with its gang and goes on waiting for it to be up waits, and begins later. What is withdrawn and
    // held is not deleted yet.
    let held = Set(plan.actions.lazy.filter(\.isHold).map(\.identity))
    for change in plan.changes {
      switch change.kind {
      case .create: create += 1
      case .update: update += 1
      case .replace: replace += 1
      case .delete: if !held.contains(change.identity) { delete += 1 }
      }
    }
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

  /// The summary line. Its wording is frozen, whatever the numbers are, so that scripts can rely on it.
  public var text: String {
    "Plan: \(create) to create, \(update) to update, \(replace) to replace, \(delete) to delete; \(start) starting, "
      + "\(wait) waiting, \(preempt) preempted."
  }
}
