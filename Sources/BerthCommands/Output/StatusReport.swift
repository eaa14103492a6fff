import FleetCore
import FleetModel
import Reports
import StateStore

/// Contents of `berth status`: the state as a whole at present, with the ends of runs that engines report.
struct StatusReport {
  /// Something that somebody should look at.
  struct Concern {
    /// Stable word for programs.
    var code: String
    var text: String
    var advice: String
    /// The objects that it is about, all of them.
    var objects: [String]
  }

  let path: String
  let watches: [WatchRecord]
  let lock: LockState
  let sources: [SourceRecord]
  let clusters: [ClusterRow]
  /// Number of deployments with each status, in the order of the statuses.
  let counts: [(status: DeploymentStatus, count: Int)]
  /// Numbers of deployments that run on each cluster, and that wait for it.
  let onCluster: [ClusterIdentity: (running: Int, waiting: Int)]
  let lastChange: Instant?
  let now: Instant
  private(set) var concerns: [Concern] = []

  init(_ store: StateStore, host: String, _ present: Present) throws {
    now = present.now
    path = store.path
    watches = try store.watches(now)
    lock = try store.lockState(seenFrom: host)
    let lines = ObjectLines(store: store, present: present)
    sources = try store.load().sources.sorted { $0.name < $1.name }
    clusters = try store.clusters().map { lines.cluster($0).row }
    let deployments = try store.deployments().map { try lines.deployment($0, withHolders: false) }
    counts = DeploymentStatus.allCases.map { status in (status, deployments.count { $0.row.status == status }) }
    onCluster = deployments.reduce(into: [:]) { counts, line in
      switch line.row.status {
      case .running: counts[line.row.identity.cluster, default: (0, 0)].running += 1
      case .pending: counts[line.row.identity.cluster, default: (0, 0)].waiting += 1
      case .completed, .failed, .cancelled: break
      }
    }
    lastChange = try store.events(EventFilter(limit: 1)).last?.event.at
    addConcerns(deployments)
  }

  private mutating func addConcerns(_ deployments: [ObjectLines.Deployment]) {
    func names(_ isMeant: (ObjectLines.Deployment) -> Bool) -> [String] {
      deployments.filter(isMeant).map(\.row.identity).sorted().map(\.text)
    }
    func add(_ code: String, _ objects: [String], _ one: String, _ many: String, advice: String) {
      if objects.isEmpty { return }
      concerns.append(Concern(code: code, text: objects.count == 1 ? one : many, advice: advice, objects: objects))
    }
    let failed = names { $0.row.status == .failed && !$0.row.isWithdrawn }
    add(
      "failed", failed, "1 deployment FAILED", "\(failed.count) deployments FAILED",
      advice: "see: berth logs NAME, berth why NAME")
    let overcommitted = clusters.filter(\.isOvercommitted).map(\.identity.text)
    add(
      "overcommitted", overcommitted, "1 cluster holds more than its capacity, and starts nothing",
      "\(overcommitted.count) clusters hold more than their capacity, and start nothing",
      advice: "this resolves as runs end; see: berth describe cluster NAME")
    let never = names { $0.row.status == .pending && $0.row.reasonCode == "neverFits" }
    add(
      "neverFits", never, "1 deployment needs more than its cluster has",
      "\(never.count) deployments need more than their clusters have", advice: "see: berth why NAME")
    let leaving = names { $0.row.isWithdrawn }
    add(
      "withdrawn", leaving, "1 deployment is no longer declared and not gone yet",
      "\(leaving.count) deployments are no longer declared and not gone yet", advice: "see: berth why NAME")
    guard watches.isEmpty else { return }
    let waiting = names {
      $0.row.status == .pending && !$0.row.isWithdrawn && $0.record?.traits.suspend != true
    }
    add(
      "unwatched", waiting, "1 deployment waits, and nobody watches",
      "\(waiting.count) deployments wait, and nobody watches",
      advice: "berth watch starts what fits; so does the next berth apply")
  }
}
