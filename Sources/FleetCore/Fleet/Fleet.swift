import FleetModel
import HeapModule
import Scheduling

/// Everything known of organizations, users, clusters, deployments and runs, indexed. A value: a copy is a fork, and
/// costs nothing until one of the two is stepped.
public struct Fleet: Sendable {
  /// What makes this state different from every other.
  public let installation: Installation
  /// How many steps it has taken; see `ClusterObservation.answered`.
  public internal(set) var stepCount = 0
  /// The latest time it was given; time never goes back.
  public internal(set) var lastNow = Instant(nanoseconds: 0)

  /// How often a step gave up looking at queues from which nothing came; only a mistake of ours makes it rise. For tests.
  package internal(set) var abandonedSettlings = 0

  /// `stepCount` when it was loaded: what was seen before says nothing of it.
  var loadedAt = 0
  /// Names of runs that ended, with the cluster's slot and the step: a look that began before may still show them.
  var endedNames: [RunName: (cluster: ClusterSlot, step: Int)] = [:]
  /// Just loaded: the next step looks at every deployment.
  var isUnevaluated = false
  var counters: IDCounters
  var sources: [SourceID: SourceRecord] = [:]
  var sourcesByName: [String: SourceID] = [:]
  var organizations: [OrganizationID: OrganizationRecord] = [:]
  var organizationsByName: [String: OrganizationID] = [:]
  var users: [UserID: UserRecord] = [:]
  var usersByName: [String: UserID] = [:]
  /// By slot.
  var clusters = SlotTable<ClusterSlot, ClusterState>()
  var clustersByID: [ClusterID: ClusterSlot] = [:]
  var clustersByIdentity: [ClusterIdentity: ClusterSlot] = [:]
  /// By slot.
  var deployments = SlotTable<DeploymentSlot, DeploymentState>()
  var deploymentsByID: [DeploymentID: DeploymentSlot] = [:]
  var deploymentsByIdentity: [DeploymentIdentity: DeploymentSlot] = [:]
  var vacantSlots: [DeploymentSlot] = []
  /// Deployments (slots) of which a secret was not available; some may be gone or have theirs since.
  var slotsWithMissingSecrets: Set<DeploymentSlot> = []
  /// How many deployments each user owns.
  var ownedCounts: [UserID: Int] = [:]
  /// The live runs.
  var runs: [RunID: LiveRun] = [:]
  var runsByName: [RunName: RunID] = [:]
  /// What ended runs took.
  var runtimes: [RuntimeKey: RuntimeHistory] = [:]
  /// Whether runs that end are counted for what later ones are expected to take; false where their ends are made up.
  package var learnsRuntimes = true
  /// Slots of the deployments to which room is nominated that is being freed for them.
  var nominees: Set<DeploymentSlot> = []
  /// The clusters (slots) on which room is nominated to each of them, sorted.
  var nominationPlaces: [DeploymentSlot: [ClusterSlot]] = [:]
  /// The clusters (slots) on which replacements take each other's room.
  var exchangePlaces: Set<ClusterSlot> = []
  /// Something needs a deployment of another cluster running, or did once.
  var hasGangsAcrossClusters = false
  /// How many groups of queues, and parts of their trees, passes have looked at: what finding those to be admitted costs.
  package internal(set) var visitedGroups = 0
  /// Withdrawn objects that could not be deleted yet, beside deployments.
  var withdrawn: Set<ObjectIdentity> = []
  var timers = Heap<FleetTimer>()
  /// The earliest time for which `wake` was sent and has not come.
  var wakeAt: Instant?

  /// An empty fleet.
  public init(installation: Installation) {
    self.installation = installation
    counters = IDCounters()
  }
}

/// Something to be looked at again at a time; looking too often does no harm.
struct FleetTimer: Comparable, Sendable {
  enum Subject: Hashable, Sendable {
    case deployment(DeploymentID)
    case call(RunID)
    case cluster(ClusterID)
    /// What a cluster reserves should have come about.
    case reservation(ClusterID)
    /// A cluster's queue is to be looked at again.
    case admission(ClusterID)
  }
  var at: Instant
  var subject: Subject

  static func < (left: FleetTimer, right: FleetTimer) -> Bool { left.at < right.at }
}
