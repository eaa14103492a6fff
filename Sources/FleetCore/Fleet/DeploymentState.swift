import FleetModel
import Scheduling

/// A deployment in the fleet: its record, its edges, and the facts derived from both.
struct DeploymentState: Sendable {
  var record: DeploymentRecord
  var cluster: ClusterSlot
  /// Edges to the deployments that it waits for, in the order of the record's dependencies.
  var dependencies: [Edge] = []
  /// Edges to the deployments that wait for it, in no order that may reach a result.
  var dependents: [Edge] = []
  /// Its live run.
  var run: RunID?
  /// Priorities conferred by those that wait for it, or run relying on it.
  var waiters = WaiterCounts()
  /// Sum of what its dependencies have published.
  var met = DependencyTally()
  /// Facts that its neighbors have been told.
  var published = PublishedFacts()
  /// The reason why a secret of it is not available here; `nil` if all are, as far as is known.
  var missingSecret: String?
  /// The time for which a timer was last set.
  var timerAt: Instant?
  /// Its place in its cluster's queue.
  var place = QueuePlace.none
  /// True while it is in the worklist of the current step.
  var isDirty = false
  /// True if its slot is free for another deployment.
  var isVacant = false

  init(record: DeploymentRecord, cluster: ClusterSlot) {
    self.record = record
    self.cluster = cluster
  }

  /// True while it is in its cluster's ready queue.
  var isQueued: Bool { place == .queued }

  /// True while it would be in its cluster's ready queue if the time until which it pauses had come.
  var isReturning: Bool { place == .returning }

  /// Its own priority or that of the highest that waits for it.
  var effectivePriority: Priority { max(record.traits.priority, waiters.highest ?? .low) }

  /// The time until which it pauses, if it waits for nothing else but room.
  var returnsAt: Instant? { isReturning ? record.progress.notBefore : nil }

  /// True if it may reserve room: it lacks nothing else, or only until a known time.
  var mayReserve: Bool { place != .none }

  /// Makes a deployment without a run PENDING or CANCELLED, which differ in whether it is suspended and ever ran.
  mutating func settleSuspension(now: Instant) {
    if run != nil { return }
    switch record.progress.status {
    case .pending where record.traits.suspend && record.progress.startedAt == nil: record.progress.status = .cancelled
    case .cancelled where !record.traits.suspend:
      record.progress.status = .pending
      record.progress.queuedAt = now
    default: break
    }
  }
}

/// The place of a deployment in its cluster's queue.
enum QueuePlace: Equatable {
  /// A deployment that does not wait for room, or not for room alone.
  case none
  /// A deployment that waits for room alone.
  case queued
  /// A deployment that will wait for room alone once a known time has come.
  case returning
}

/// One edge, seen from one of its ends.
struct Edge: Sendable, Hashable {
  /// Slot of the deployment at the other end.
  var slot: DeploymentSlot
  var until: DependencyCondition
}

/// Facts on which a deployment's neighbors build. Facts flow to dependants, conferred priority flows to dependencies; both
/// ways are acyclic, so publishing ends.
struct PublishedFacts: Sendable, Hashable {
  /// True for a job whose current generation has COMPLETED.
  var isCompleted = false
  /// True if the current generation runs: a job at all (or has completed), a service for its `readyAfter`.
  var isUp = false
  /// True if a run of the current generation is placed and not asked to stop.
  var isPlaced = false
  /// True if a run of the current generation is placed, or could be if there was room.
  var isPlaceable = false
  /// True if it will not come by itself: failed, suspended, withdrawn, its owner may not, impossible, or waiting for one that
  /// will not come either.
  var isHopeless = false
  /// True if it is FAILED.
  var isFailed = false
  /// Priority that it confers on those it waits for `until: completed`.
  var confersOnCompleted: Priority?
  /// Priority that it confers on those it waits for `until: running`.
  var confersOnRunning: Priority?

  /// Returns the priority that it confers along one kind of edge.
  func confers(along until: DependencyCondition) -> Priority? {
    until == .completed ? confersOnCompleted : confersOnRunning
  }
}

/// Counts over a deployment's dependencies.
struct DependencyTally: Sendable, Hashable {
  /// Number of dependencies `until: completed` that are not completed.
  var unmetCompleted: Int32 = 0
  /// Number of dependencies `until: running` that are not up.
  var unmetRunning: Int32 = 0
  /// Number of dependencies `until: running` that are neither up nor placed.
  var unplaced: Int32 = 0
  /// Number of dependencies `until: running` that are neither up nor even placeable.
  var unplaceable: Int32 = 0
  /// Number of unmet dependencies that will not come by themselves.
  var hopeless: Int32 = 0
  /// Number of unmet dependencies that are FAILED, on which the reason depends.
  var failed: Int32 = 0

  /// Counts one dependency in (`by` 1) or out (-1).
  mutating func count(_ facts: PublishedFacts, until: DependencyCondition, by amount: Int32) {
    switch until {
    case .completed:
      if facts.isCompleted { return }
      unmetCompleted += amount
    case .running:
      if facts.isUp { return }
      unmetRunning += amount
      if !facts.isPlaced { unplaced += amount }
      if !facts.isPlaceable { unplaceable += amount }
    }
    if facts.isHopeless { hopeless += amount }
    if facts.isFailed { failed += amount }
  }

  /// True if the dependencies allow a launch.
  var allowsLaunch: Bool { unmetCompleted == 0 && unmetRunning == 0 }
}
