import FleetModel

/// The sum of a world's commits, kept beside the database to check both it and the fleet.
struct WorldJournal: Sendable {
  var users: [UserID: UserRecord] = [:]
  var clusters: [ClusterID: ClusterRecord] = [:]
  var deployments: [DeploymentID: DeploymentRecord] = [:]
  /// The live runs.
  var runs: [RunID: RunRecord] = [:]
  /// Runtimes of ended runs.
  var runtimes: [RuntimeKey: RuntimeHistory] = [:]
  var liveByName: [RunName: RunID] = [:]
  var byIdentity: [DeploymentIdentity: DeploymentID] {
    Dictionary(uniqueKeysWithValues: deployments.values.map { ($0.identity, $0.id) })
  }

  mutating func apply(_ writes: [StateWrite]) {
    for write in writes {
      switch write {
      case .user(let record): users[record.id] = record
      case .userDeleted(let id):
        users[id] = nil
        runtimes = runtimes.filter { $0.key.user != id }
      case .cluster(let record): clusters[record.id] = record
      case .clusterDeleted(let id): clusters[id] = nil
      case .deployment(let record): deployments[record.id] = record
      case .deploymentDeleted(let id): deployments[id] = nil
      case .progress(let id, let progress): deployments[id]?.progress = progress
      case .run(let record):
        runs[record.id] = record.state.isLive ? record : nil
        liveByName[record.name] = record.state.isLive ? record.id : nil
      case .runtimes(let history): runtimes[history.key] = history
      case .runtimesForgotten(let key): runtimes[key] = nil
      case .source, .organization, .organizationDeleted, .event: break
      }
    }
  }

  /// Room and GPU slots of a cluster that live runs hold.
  func held(on cluster: ClusterID) -> (resources: Resources, slots: [Int: Int]) {
    var resources = Resources.zero
    var slots: [Int: Int] = [:]
    for run in runs.values where run.cluster == cluster {
      resources += run.resources
      for share in run.gpus { slots[share.slot, default: 0] += share.milli }
    }
    return (resources, slots)
  }

  func run(of deployment: DeploymentID) -> RunRecord? { runs.values.first { $0.deployment == deployment } }

  /// True if a dependency has reached the edge's condition, by the records alone.
  func isMet(_ edge: DependencyRecord, now: Instant) -> Bool {
    guard let other = deployments[edge.dependency] else { return false }
    let isCompleted = other.progress.status == .completed
    if edge.until == .completed { return isCompleted }
    if isCompleted, other.traits.mode == .job { return true }
    guard let run = run(of: edge.dependency), run.state == .running, run.generation == other.progress.generation,
      let startedAt = run.startedAt
    else { return false }
    return other.traits.mode == .job || startedAt + other.traits.readyAfter <= now
  }

  /// True if the owner may start runs.
  func ownerMay(_ deployment: DeploymentRecord) -> Bool {
    guard let user = users[deployment.user], let cluster = clusters[deployment.cluster] else { return false }
    return user.isActive && !user.isWithdrawn && user.organizations.contains(cluster.organization)
  }
}
