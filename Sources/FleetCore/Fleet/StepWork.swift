import FleetModel
import PlanModel
import Scheduling

/// Work that one step gathers while it runs: what is to be looked at, and what is to be written and done.
struct StepWork {
  let now: Instant
  /// Whether something may be decided; false where only facts are taken in.
  var decides = true
  /// Deployments to be evaluated, each once (`DeploymentState.isDirty`).
  var dirtyDeployments: [DeploymentSlot] = []
  /// Deployments that were evaluated, some more than once: their reasons may have changed.
  var evaluated: [DeploymentSlot] = []
  /// Deployments whose run may have to be launched or stopped once no deployment is left to be evaluated.
  var toAct: [DeploymentSlot] = []
  /// Clusters to be admitted to, each once (`ClusterState.isDirty`).
  var dirtyClusters: [ClusterSlot] = []
  /// True if every deployment is evaluated anyway.
  var isWhole = false
  /// True once the gang claims of a loaded fleet have their room.
  var hasRestoredGangClaims = false
  /// True if withdrawn organizations, users and clusters may have become free to be deleted.
  var mayDelete = false
  /// Number of looks at queues since the last start, stop or deletion.
  var idlePasses = 0
  /// Number of actions at the last look at a queue.
  var actionsAtPass = 0

  // What is to be written, by row; the values are read when the step finishes.
  var changedSources: Set<SourceID> = []
  var changedOrganizations: Set<OrganizationID> = []
  var changedUsers: Set<UserID> = []
  var changedClusters: Set<ClusterSlot> = []
  /// Deployments in the order in which their rows are to be written.
  var changedDeployments: [DeploymentSlot] = []
  var changedProgress: Set<DeploymentSlot> = []
  var changedRuns: [RunID: RunRecord] = [:]
  var changedRuntimes: Set<RuntimeKey> = []
  /// Deletions in their order, dependants first.
  var deletions: [StateWrite] = []

  var effects: [Effect] = []
  var actions: [Action] = []
  var events: [EventRecord] = []

  init(now: Instant) { self.now = now }
}

// The marks by which any part of a step says what is to be looked at. They call nothing, so everything may call them.

extension Fleet {
  /// Marks a deployment to be evaluated in this step.
  mutating func markDirty(_ slot: DeploymentSlot, _ work: inout StepWork) {
    if deployments[slot].isDirty || deployments[slot].isVacant { return }
    deployments[slot].isDirty = true
    work.dirtyDeployments.append(slot)
  }

  /// Marks a cluster's queue to be looked at in this step.
  mutating func markClusterDirty(_ cluster: ClusterSlot, _ work: inout StepWork) {
    if clusters[cluster].isDirty || clusters[cluster].isVacant { return }
    clusters[cluster].isDirty = true
    work.dirtyClusters.append(cluster)
  }

  /// Marks the queue of a cluster to which room came back, and those of clusters whose gangs lacked room there.
  mutating func roomCameBack(_ cluster: ClusterSlot, _ work: inout StepWork) {
    markClusterDirty(cluster, &work)
    for other in clusters[cluster].awaitedBy.sorted() { markClusterDirty(other, &work) }
    clusters[cluster].awaitedBy.removeAll()
  }

  /// Has an event recorded with the step.
  mutating func log(
    _ code: EventCode, _ message: String, _ subject: ObjectIdentity, run: RunName? = nil, _ work: inout StepWork
  ) {
    work.events.append(EventRecord(at: work.now, subject: subject, run: run, code: code, message: message))
  }

  /// Notes that an object was created or updated, for the plan and the log.
  mutating func note(_ isNew: Bool, _ identity: ObjectIdentity, _ work: inout StepWork) {
    work.actions.append(Action(isNew ? .register : .update, identity))
    log(isNew ? .created : .updated, isNew ? "declared" : "its manifest changed", identity, &work)
  }

  mutating func setTimer(at: Instant, _ subject: FleetTimer.Subject) {
    timers.insert(FleetTimer(at: at, subject: subject))
  }

  /// Sets a timer to look at a cluster's queue again.
  mutating func scheduleAdmission(to cluster: ClusterSlot, at: Instant) {
    if let planned = clusters[cluster].admissionAt, planned <= at { return }
    clusters[cluster].admissionAt = at
    setTimer(at: at, .admission(clusters[cluster].record.id))
  }
}
