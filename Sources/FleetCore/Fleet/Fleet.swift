import FleetModel
import HeapModule
import Scheduling

/// Everything known of organizations, users, clusters, deployments and runs, indexed. A value: a copy is a fork, and costs
/// nothing until one of the two is stepped.
public struct Fleet: Sendable {
  /// The identity that tells this state from every other.
  public let installation: Installation
  /// Number of steps taken; see `ClusterObservation.answered`.
  public internal(set) var stepCount = 0
  /// The latest time that it was given. Time never goes back.
  public internal(set) var lastNow = Instant(nanoseconds: 0)

  /// Number of steps that gave up looking at queues from which nothing came. Only a mistake of ours makes it rise. For tests.
  package internal(set) var abandonedSettlings = 0

  /// `stepCount` when it was loaded. Observations that began before say nothing of it.
  var loadedAt = 0
  /// Names of runs that ended, with the cluster and the step. A look that began before that step may still show them.
  var endedNames: [RunName: (cluster: ClusterSlot, step: Int)] = [:]
  /// True from a load until the next step, which looks at every deployment.
  var isUnevaluated = false
  var counters: IDCounters
  var sources: [SourceID: SourceRecord] = [:]
  var sourcesByName: [String: SourceID] = [:]
  var organizations: [OrganizationID: OrganizationRecord] = [:]
  var organizationsByName: [String: OrganizationID] = [:]
  var users: [UserID: UserRecord] = [:]
  var usersByName: [String: UserID] = [:]
  var clusters = SlotTable<ClusterSlot, ClusterState>()
  var clustersByID: [ClusterID: ClusterSlot] = [:]
  var clustersByIdentity: [ClusterIdentity: ClusterSlot] = [:]
  var deployments = SlotTable<DeploymentSlot, DeploymentState>()
  var deploymentsByID: [DeploymentID: DeploymentSlot] = [:]
  var deploymentsByIdentity: [DeploymentIdentity: DeploymentSlot] = [:]
  /// Slots that are free for new deployments.
  var vacantSlots: [DeploymentSlot] = []
  /// Deployments of which a secret was not available. Some may be gone or have theirs since.
  var slotsWithMissingSecrets: Set<DeploymentSlot> = []
  /// Number of deployments that each user owns.
  var ownedCounts: [UserID: Int] = [:]
  /// The live runs.
  var runs: [RunID: LiveRun] = [:]
  var runsByName: [RunName: RunID] = [:]
  /// Durations of ended runs.
  var runtimes: [RuntimeKey: RuntimeHistory] = [:]
  /// True if runs that end are counted for what later ones are expected to take; false where their ends are made up.
  package var learnsRuntimes = true
  /// The clusters on which each owner of a gang claim has one, sorted.
  var gangClaims: [DeploymentSlot: [ClusterSlot]] = [:]
  /// The clusters on which there are swaps.
  var clustersWithSwaps: Set<ClusterSlot> = []
  /// True if a deployment needs one of another cluster running, or did once.
  var hasGangsAcrossClusters = false
  /// Number of groups of queues, and of parts of their trees, that passes have looked at: the cost of finding candidates
  package internal(set) var visitedGroups = 0
  /// Number of evaluations of deployments: the cost of telling what an event changes.
  package internal(set) var evaluations = 0
  /// Withdrawn organizations, users and clusters that could not be deleted yet.
  var withdrawn: Set<ObjectIdentity> = []
  var timers = Heap<FleetTimer>()
  /// The earliest time for which `wake` was sent and has not come; `nil` if there is none.
  var wakeAt: Instant?

  /// Creates an empty fleet.
  public init(installation: Installation) {
    self.installation = installation
    counters = IDCounters()
  }
}

/// A subject that is to be looked at again at a time. Looking too often does no harm.
struct FleetTimer: Comparable, Sendable {
  enum Subject: Hashable, Sendable {
    case deployment(DeploymentID)
    case call(RunID)
    case cluster(ClusterID)
    /// A reservation of the cluster should have come about.
    case reservation(ClusterID)
    /// The queue of the cluster is to be looked at again.
    case admission(ClusterID)
  }
  var at: Instant
  var subject: Subject

  static func < (left: FleetTimer, right: FleetTimer) -> Bool { left.at < right.at }
}
