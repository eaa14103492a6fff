import FleetCore
import FleetModel

/// The state that the commits of a fleet add up to, without a database.
public struct RecordedWrites {
  private var sources: [SourceID: SourceRecord] = [:]
  private var organizations: [OrganizationID: OrganizationRecord] = [:]
  private var users: [UserID: UserRecord] = [:]
  private var clusters: [ClusterID: ClusterRecord] = [:]
  private var deployments: [DeploymentID: DeploymentRecord] = [:]
  private var runs: [RunID: RunRecord] = [:]
  private var runtimes: [RuntimeKey: RuntimeHistory] = [:]

  /// Creates an empty state.
  public init() {}

  /// Adds what a commit writes.
  public mutating func apply(_ writes: [StateWrite]) {
    for write in writes {
      switch write {
      case .source(let record): sources[record.id] = record
      case .organization(let record): organizations[record.id] = record
      case .user(let record): users[record.id] = record
      case .cluster(let record): clusters[record.id] = record
      case .deployment(let record): deployments[record.id] = record
      case .progress(let id, let progress): deployments[id]?.progress = progress
      case .run(let record): runs[record.id] = record.state.isLive ? record : nil
      case .organizationDeleted(let id): organizations[id] = nil
      case .userDeleted(let id): users[id] = nil
      case .clusterDeleted(let id): clusters[id] = nil
      case .deploymentDeleted(let id): deployments[id] = nil
      case .runtimes(let history): runtimes[history.key] = history
      case .runtimesForgotten(let key): runtimes[key] = nil
      case .event: break
      }
    }
  }

  /// Returns the state that a new process would load.
  public func state(_ fleet: Fleet) -> RecordedState {
    var state = RecordedState(installation: fleet.installation)
    state.counters = fleet.nextNumbers
    state.sources = sources.values.sorted { $0.id < $1.id }
    state.organizations = organizations.values.sorted { $0.id < $1.id }
    state.users = users.values.sorted { $0.id < $1.id }
    state.clusters = clusters.values.sorted { $0.id < $1.id }
    state.deployments = deployments.values.sorted { $0.id < $1.id }
    state.runs = runs.values.sorted { $0.id < $1.id }
    state.runtimes = runtimes.values.sorted { $0.key < $1.key }
    return state
  }
}
