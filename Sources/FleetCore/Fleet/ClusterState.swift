import FleetModel
import Scheduling

/// A cluster in the fleet: its record, its room, its queue, its claims.
///
/// Room, holdings, holders, stopping runs, queue and claims change together or not at all. So they change through the methods
/// of this file alone.
struct ClusterState: Sendable {
  private(set) var record: ClusterRecord
  /// Room with everything that live runs and claims hold.
  private(set) var room: Room
  /// Room with only what services hold, which comes back only when somebody stops them.
  private(set) var serviceRoom: Room
  /// Deployments that could be admitted if there was room.
  private(set) var queue = ReadyQueue()
  /// Deployments that will be as those in the queue at a known time: they back off or cool down until then.
  private(set) var returning = ReadyQueue()
  /// Room that is somebody's already.
  private(set) var claims = ClaimStore()
  /// Live runs that were not asked to stop, by effective priority.
  private(set) var holders = HoldersByPriority()
  /// Live runs that were asked to stop.
  private(set) var stopping: Set<RunID> = []
  /// Runs in `stopping` that would not end by themselves.
  private(set) var stoppingServices: Set<RunID> = []
  /// Room of each live run, and the time until which it is held.
  private(set) var holdings = Holdings()
  /// All live runs.
  private(set) var runs: Set<RunID> = []

  /// Earliest time for which a timer is set to look at the queue again; `nil` if none is set.
  var admissionAt: Instant?
  /// The first deployment of the queue that did not fit as of the last pass, and the dimensions that are kept for it.
  var head: (slot: DeploymentSlot, kept: [Dimension])?
  /// Reservations of the last pass, in the order of the queue.
  var reservations: [Reservation] = []
  /// Deployments whose expected start may be recorded.
  var namedStarts: Set<DeploymentSlot> = []
  /// Time of the timer that looks at the cluster once a reservation should have come about; `nil` if none is set.
  var reservationTimer: Instant?
  /// Clusters in whose queues a gang waits for room here as well.
  var awaitedBy: Set<ClusterSlot> = []
  /// Number of its deployments.
  var deploymentCount = 0
  /// The reason why its engine is not known to answer; `nil` if it answers.
  var unknown: String? = "not observed yet"
  /// True once its engine has been looked at since the cluster was loaded or made, whether the engine answered or not.
  var isObserved = false
  /// Runs on its engine that no live record names. While there are any, nothing is admitted.
  var orphans = Orphans()
  /// `asOf` of the last whole look at its engine that was taken in.
  var lookedAsOf = 0
  /// True while it is in the worklist of the current step.
  var isDirty = false
  /// True once it is deleted.
  var isVacant = false

  init(record: ClusterRecord) {
    self.record = record
    room = Room(capacity: record.capacity)
    serviceRoom = room
  }

  // MARK: Record

  /// Replaces the record. What is held stays held, whatever the new capacity.
  mutating func declare(_ record: ClusterRecord) {
    self.record = record
    room.resize(to: record.capacity)
    serviceRoom.resize(to: record.capacity)
  }

  mutating func rename(to identity: ClusterIdentity) { record.identity = identity }

  mutating func withdraw() { record.isWithdrawn = true }

  // MARK: Runs

  /// Enters a live run, which holds its room from now on.
  ///
  /// - Parameter runtime: bound of the run's duration; without effect for a service.
  mutating func admit(_ live: LiveRun, runtime: RuntimeBound) {
    let run = live.record
    runs.insert(run.id)
    room.take(run.resources, run.gpus)
    if live.isService { serviceRoom.take(run.resources, run.gpus) }
    var holding = Holding(
      run: run.id, resources: run.resources, gpus: run.gpus, admittedAt: run.createdAt, startedAt: run.startedAt,
      runtime: live.isService ? .unknown : runtime, stopGrace: run.stopGrace)
    if run.state == .stopping {
      stopping.insert(run.id)
      if live.isService { stoppingServices.insert(run.id) }
      holding.grace = run.stopGrace
      holding.stoppingSince = run.stopRequestedAt
    } else {
      holders.add(run.id, live.priority, run.resources)
    }
    holdings[run.id] = holding
  }

  /// Notes when the execution of a run was confirmed.
  mutating func confirmStart(of run: RunID, at start: Instant) { holdings[run]?.startedAt = start }

  /// Notes that a run was asked to stop. It holds its room until it is released.
  mutating func beginStopping(_ live: LiveRun, at now: Instant) {
    let run = live.record
    holdings[run.id]?.grace = run.stopGrace
    holdings[run.id]?.stoppingSince = now
    holders.remove(run.id, live.priority, run.resources)
    stopping.insert(run.id)
    if live.isService { stoppingServices.insert(run.id) }
  }

  /// Removes a run that is gone, with the room that it held.
  mutating func release(_ live: LiveRun) {
    let run = live.record
    runs.remove(run.id)
    holdings[run.id] = nil
    holders.remove(run.id, live.priority, run.resources)
    stopping.remove(run.id)
    stoppingServices.remove(run.id)
    room.give(run.resources, run.gpus)
    if live.isService { serviceRoom.give(run.resources, run.gpus) }
  }

  /// Moves a run that was not asked to stop to another effective priority.
  mutating func changePriority(of live: LiveRun, to priority: Priority) {
    holders.remove(live.record.id, live.priority, live.record.resources)
    holders.add(live.record.id, priority, live.record.resources)
  }

  /// Counts a run among those that never end, or no longer, and sets the bound of its duration.
  ///
  /// - Parameter live: the run as it was counted until now.
  mutating func changeRuntime(of live: LiveRun, isService: Bool, runtime: RuntimeBound) {
    let run = live.record
    holdings[run.id]?.runtime = isService ? .unknown : runtime
    if live.isService == isService { return }
    if isService, stopping.contains(run.id) { stoppingServices.insert(run.id) } else { stoppingServices.remove(run.id) }
    if isService { serviceRoom.take(run.resources, run.gpus) } else { serviceRoom.give(run.resources, run.gpus) }
  }

  // MARK: Queue

  /// Puts a deployment into the queue, or moves it there.
  mutating func enqueue(
    _ slot: DeploymentSlot, key: QueueKey, shape: ReadyQueue.Shape, runtime: RuntimeBound
  ) { queue.put(slot: slot.index, key: key, shape: shape, runtime: runtime) }

  /// Takes a deployment out of the queue, if it is in.
  mutating func dequeue(_ slot: DeploymentSlot) { queue.remove(slot: slot.index) }

  /// Returns the first entries of the queue that a pass may look at: all, or those behind one.
  mutating func candidates(behind entry: ReadyQueue.Entry? = nil) -> ReadyQueue.Candidates {
    entry.map { queue.candidates(behind: $0) } ?? queue.candidates()
  }

  /// Puts a deployment among those that return at a known time.
  mutating func enqueueReturning(_ slot: DeploymentSlot, key: QueueKey, shape: ReadyQueue.Shape) {
    returning.put(slot: slot.index, key: key, shape: shape)
  }

  /// Takes a deployment out of those that return at a known time, if it is among them.
  mutating func dequeueReturning(_ slot: DeploymentSlot) { returning.remove(slot: slot.index) }

  /// Returns those that return at a known time, in the order of the queue.
  mutating func returningCandidates() -> ReadyQueue.Candidates { returning.candidates() }

  // MARK: Claims

  /// Keeps room under a claim, in the place of the same claim as it was before, if there was one.
  mutating func claim(_ claim: Claim) {
    if let former = claims.update(claim) { room.give(former.resources, former.gpus) }
    room.take(claim.resources, claim.gpus)
  }

  /// Gives up a claim as it stands here, with its room. Without effect if there is none.
  mutating func release(_ claim: Claim) {
    guard let present = claims.remove(claim) else { return }
    room.give(present.resources, present.gpus)
  }
}

// The queue knows deployments by number alone.

extension ReadyQueue.Entry {
  /// Slot of the deployment that waits.
  var deployment: DeploymentSlot { DeploymentSlot(slot) }
}

extension ReadyQueue {
  /// Slots of the deployments whose own run gives back what it holds, in no order.
  var waitingReplacements: [DeploymentSlot] { replacements.map { DeploymentSlot($0) } }
}
