import FleetModel
import Scheduling

/// A cluster in the fleet: its record, its room, its queue.
struct ClusterState: Sendable {
  var record: ClusterRecord
  /// What its live runs and its nominations hold.
  var room: Room
  /// What services hold of it, as if nothing else ran: it comes back only when somebody stops them.
  var serviceRoom: Room
  /// What could be admitted if there was room.
  var queue = ReadyQueue()
  /// Room that already belongs to a deployment whose old run is stopping, by the deployment's slot.
  var nominations: [DeploymentSlot: Nomination] = [:]
  /// Replacements that stop together because they fit only in each other's room.
  var exchanges: [Exchange] = []
  /// Room that is being freed here for deployments with what must be admitted together with them, by the deployment's slot.
  var gangNominations: [DeploymentSlot: GangNomination] = [:] { didSet { nominationsVersion &+= 1 } }
  /// Rises whenever `gangNominations` may have changed.
  private(set) var nominationsVersion = 0
  /// Its live runs that were not asked to stop.
  var holders = HoldersByPriority()
  /// Its live runs that were.
  var stopping: Set<RunID> = []
  /// The earliest time for which it set a timer to be admitted to again.
  var admissionAt: Instant?
  /// The first of the queue that did not fit, as of the last pass, and the dimensions that are kept for it.
  var head: (slot: DeploymentSlot, kept: [Dimension])?
  /// What is kept for the first that did not fit, as of the last pass, in the order of the queue.
  var reservations: [Reservation] = []
  /// Slots of those whose expected start may have been named.
  var namedStarts: Set<DeploymentSlot> = []
  /// When it is looked at again because a reservation should have come about.
  var reservationTimer: Instant?
  /// What its live runs hold, and for how long.
  var holdings = Holdings()
  /// Clusters (slots) in whose queues something waits for room here as well.
  var awaitedBy: Set<ClusterSlot> = []
  /// Its live runs.
  var runs: Set<RunID> = []
  /// How many deployments it has.
  var deploymentCount = 0
  /// Why its engine is not known to answer; nil: it answers.
  var unknown: String? = "not observed yet"
  /// Its engine has been looked at since it was loaded or made, whether it answered or not.
  var isObserved = false
  /// Labelled runs on its engine without a live record: while there are any it admits nothing.
  var orphans: Set<RunName> = []
  /// `asOf` of the last whole look that was taken in.
  var lookedAsOf = 0
  /// In the worklist of the current step.
  var isDirty = false
  var isVacant = false

  init(record: ClusterRecord) {
    self.record = record
    room = Room(capacity: record.capacity)
    serviceRoom = room
  }
}

/// Room kept for one deployment beyond what its own stopping run still holds.
struct Nomination: Sendable, Hashable {
  /// What the deployment asked for when it was made.
  var request: Resources
  var resources: Resources
  var gpus: [GPUShare]
  /// The GPUs that it is to get: those that are kept, and of those that its old run holds.
  var shares: [GPUShare]
}

/// Replacements on one cluster that fit only in each other's room: they stop together, and what they need is kept for them until
/// the old runs of all are gone.
struct Exchange: Sendable, Hashable {
  /// One that is to run again.
  struct Member: Sendable, Hashable {
    var slot: DeploymentSlot
    /// What it asked for when it was decided.
    var request: Resources
    /// The GPUs that are kept for it, or will be.
    var shares: [GPUShare]
  }
  /// In the order of their identities.
  var members: [Member]
  /// The old runs that are still there, also of those that do not take part any more.
  var awaited: [RunID]
  /// What is kept now, beyond what the old runs still hold.
  var resources = Resources.zero
  var gpus: [GPUShare] = []
  /// The members' `nominatedUntil`, by which they are known to belong together after a reload.
  var until: Instant
}

/// Room of one cluster kept for a deployment and what must be admitted together with it, beyond what those that are stopping
/// for it still hold.
struct GangNomination: Sendable, Hashable {
  /// The slots of those of the gang that are of this cluster.
  var members: [DeploymentSlot] = []
  /// The GPUs that each of them would get.
  var shares: [[GPUShare]] = []
  var resources = Resources.zero
  var gpus: [GPUShare] = []
  /// The runs whose room it counts on, sorted.
  var awaited: [RunID] = []
}

/// A live run in the fleet.
struct LiveRun: Sendable {
  var record: RunRecord
  /// Slot of its deployment.
  var deployment: DeploymentSlot
  /// Slot of its cluster.
  var cluster: ClusterSlot
  /// It may never end by itself: its deployment is a service, or it is of an older generation.
  var isService: Bool
  /// Under which it stands in `ClusterState.holders`.
  var priority: Priority
  /// A call that was asked for and has not come back.
  var call: Call?
  /// Failures of that call in a row.
  var callFailures = 0
  /// The last step at which a call was asked for or came back.
  var touchedAt: Int
  /// Why its engine can't launch it.
  var launchFailure: String?
  /// The engine's words for why it waits there.
  var queuedBecause: String?
}

// The queue knows deployments by number alone.

extension ReadyQueue.Entry {
  /// The slot of the deployment that waits.
  var deployment: DeploymentSlot { DeploymentSlot(slot) }
}

extension ReadyQueue {
  /// Slots of the deployments whose own run gives back what it holds, in no order.
  var waitingReplacements: [DeploymentSlot] { replacements.map { DeploymentSlot($0) } }

  mutating func put(_ slot: DeploymentSlot, key: QueueKey, shape: Shape, runtime: RuntimeBound) {
    put(slot: slot.index, key: key, shape: shape, runtime: runtime)
  }

  mutating func remove(_ slot: DeploymentSlot) { remove(slot: slot.index) }
}
