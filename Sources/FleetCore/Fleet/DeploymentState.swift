import FleetModel
import Scheduling

/// A deployment in the fleet: its record, its edges, and what is derived from both.
struct DeploymentState: Sendable {
  var record: DeploymentRecord
  /// Slot of its cluster.
  var cluster: ClusterSlot
  /// Slots of what it waits for, in the order of the record's dependencies.
  var dependencies: [Edge] = []
  /// Slots of what waits for it; in no order that may reach a result.
  var dependents: [Edge] = []
  /// Its live run.
  var run: RunID?
  /// The priorities of those that wait for it, or run relying on it.
  var waiters = WaiterCounts()
  /// What its dependencies' published facts add up to.
  var met = DependencyTally()
  /// What its neighbours have been told.
  var published = PublishedFacts()
  /// Why a secret of it is not available here; nil: all are, as far as is known.
  var missingSecret: String?
  /// The time for which a timer was last set.
  var timerAt: Instant?
  /// In the cluster's ready queue.
  var isQueued = false
  /// In the worklist of the current step.
  var isDirty = false
  /// The slot is free for another deployment.
  var isVacant = false

  init(record: DeploymentRecord, cluster: ClusterSlot) {
    self.record = record
    self.cluster = cluster
  }

  /// Its own priority or that of the highest that waits for it.
  var effectivePriority: Priority { max(record.traits.priority, waiters.highest ?? .low) }
}

/// One edge, seen from one of its ends.
struct Edge: Sendable, Hashable {
  /// The slot at the other end.
  var slot: DeploymentSlot
  var until: DependencyCondition
}

/// What a deployment's neighbours build on. Facts flow to dependants, conferred priority flows to dependencies; both ways
/// are acyclic, so that telling them ends.
struct PublishedFacts: Sendable, Hashable {
  /// A job's current generation has COMPLETED.
  var isCompleted = false
  /// Its current generation runs: a job at all (or has completed), a service for its `readyAfter`.
  var isUp = false
  /// A run of its current generation is placed and not asked to stop.
  var isPlaced = false
  /// A run of its current generation is placed, or could be if there was room.
  var isPlaceable = false
  /// It will not come by itself: failed, suspended, withdrawn, its owner may not, impossible, or waits for such a one.
  var isHopeless = false
  /// It is FAILED.
  var isFailed = false
  /// What it confers on those it waits for `until: completed`.
  var confersOnCompleted: Priority?
  /// What it confers on those it waits for `until: running`.
  var confersOnRunning: Priority?

  /// What it confers along one kind of edge.
  func confers(along until: DependencyCondition) -> Priority? {
    until == .completed ? confersOnCompleted : confersOnRunning
  }
}

/// Counts over a deployment's dependencies.
struct DependencyTally: Sendable, Hashable {
  /// `until: completed` and not completed.
  var unmetCompleted: Int32 = 0
  /// `until: running` and not up.
  var unmetRunning: Int32 = 0
  /// `until: running`, not up, and not placed.
  var unplaced: Int32 = 0
  /// `until: running`, not up, and not even placeable.
  var unplaceable: Int32 = 0
  /// Not met, and will not be by itself.
  var hopeless: Int32 = 0
  /// Not met, and FAILED: what the reason depends on.
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

  /// Whether the dependencies allow a launch.
  var allowsLaunch: Bool { unmetCompleted == 0 && unmetRunning == 0 }
}
