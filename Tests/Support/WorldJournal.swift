import FleetModel

/// What the commits of a world add up to, kept beside the database, so that both and the fleet can be held against it.
struct WorldJournal: Sendable {
  var users: [UserID: UserRecord] = [:]
  var clusters: [ClusterID: ClusterRecord] = [:]
  var deployments: [DeploymentID: DeploymentRecord] = [:]
  /// The live runs.
  var runs: [RunID: RunRecord] = [:]
  /// What ended runs took.
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

  /// What of a cluster live runs hold.
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

  /// Whether a dependency has reached what an edge asks for, by the records alone.
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

  /// Whether the owner may have anything started.
  func ownerMay(_ deployment: DeploymentRecord) -> Bool {
    guard let user = users[deployment.user], let cluster = clusters[deployment.cluster] else { return false }
    return user.isActive && !user.isWithdrawn && user.organizations.contains(cluster.organization)
  }
}
