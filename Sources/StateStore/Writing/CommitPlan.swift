import FleetModel

/// The writes of one transaction, ordered so that SQLite can carry them out.
///
/// Of several writes of one row the last counts, because only the final state must be valid: two steps of one batch may
/// swap a name and swap it back. Runs that end come before runs that begin, which may need their room.
struct CommitPlan {
  /// All writes in their order. Deployments, of which there may be a hundred thousand, are kept as positions in this
  /// array and not copied.
  private let writes: [StateWrite]
  private(set) var sources = LatestWrites<SourceID, SourceRecord>()
  private(set) var organizations = LatestWrites<OrganizationID, OrganizationRecord>()
  private(set) var users = LatestWrites<UserID, UserRecord>()
  private(set) var clusters = LatestWrites<ClusterID, ClusterRecord>()
  /// Positions of the deployments' writes; see `forEachDeployment`.
  private(set) var deployments = LatestWrites<DeploymentID, Int>()
  private(set) var progress = LatestWrites<DeploymentID, DeploymentProgress>()
  private var allRuntimes = LatestWrites<RuntimeKey, RuntimeHistory>()
  /// Progress that was written after the whole record of the same deployment.
  private var laterProgress: [DeploymentID: DeploymentProgress] = [:]
  /// Number of events.
  private(set) var eventCount = 0
  private var allRuns = LatestWrites<RunID, RunRecord>()

  init(_ writes: [StateWrite]) {
    self.writes = writes
    deployments.reserveCapacity(
      writes.count { if case .deployment = $0 { true } else { false } })
    for (position, write) in writes.enumerated() {
      switch write {
      case .source(let record): sources.set(record.id, record)
      case .organization(let record): organizations.set(record.id, record)
      case .user(let record): users.set(record.id, record)
      case .cluster(let record): clusters.set(record.id, record)
      case .deployment(let record):
        deployments.set(record.id, position)
        // The whole record holds the progress too.
        if !progress.isEmpty { progress.remove(record.id) }
        if !laterProgress.isEmpty { laterProgress[record.id] = nil }
      case .progress(let id, let value):
        if deployments.contains(id) { laterProgress[id] = value } else { progress.set(id, value) }
      case .run(let record): allRuns.set(record.id, record)
      case .runtimes(let history): allRuntimes.set(history.key, history)
      case .runtimesForgotten(let key): allRuntimes.delete(key)
      case .event: eventCount += 1
      case .organizationDeleted(let id): organizations.delete(id)
      case .userDeleted(let id): users.delete(id)
      case .clusterDeleted(let id): clusters.delete(id)
      case .deploymentDeleted(let id):
        deployments.delete(id)
        progress.remove(id)
      }
    }
  }

  /// Calls a body with the last record of each deployment, in the order in which they were first written.
  func forEachDeployment(_ body: (DeploymentRecord) throws -> Void) rethrows {
    for position in deployments.values {
      guard case .deployment(var record) = writes[position] else { continue }
      if !laterProgress.isEmpty, let later = laterProgress[record.id] { record.progress = later }
      try body(record)
    }
  }

  /// Calls a body with every event, in order.
  func forEachEvent(_ body: (EventRecord) throws -> Void) rethrows {
    for case .event(let event) in writes { try body(event) }
  }

  /// Runs to write: ended ones, then live ones.
  var runs: [RunRecord] {
    let all = allRuns.values
    return all.filter { !$0.state.isLive } + all.filter { $0.state.isLive }
  }

  /// Runtime histories to write, without those of users that are deleted.
  var runtimes: [RuntimeHistory] {
    let deleted = Set(users.deleted.map(\.id))
    return deleted.isEmpty ? allRuntimes.values : allRuntimes.values.filter { !deleted.contains($0.key.user) }
  }

  /// Keys of runtime histories to delete first, though some may have been counted again since.
  var forgottenRuntimes: [RuntimeKey] { allRuntimes.deleted.map(\.id) }

  /// Whether rows that reference others, or are referenced, are written or deleted.
  var writesObjects: Bool {
    !(sources.isEmpty && organizations.isEmpty && users.isEmpty && clusters.isEmpty && deployments.isEmpty)
  }

  /// Clusters whose held resources or capacity may have changed, by number.
  var touchedClusters: [ClusterID] {
    Set(clusters.values.map(\.id) + allRuns.values.map(\.cluster)).subtracting(clusters.deleted.map(\.id)).sorted()
  }
}
