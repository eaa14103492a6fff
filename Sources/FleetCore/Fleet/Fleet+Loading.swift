import FleetModel
import Scheduling

extension Fleet {
  /// Creates the fleet of a recorded state. Every engine is unknown until it has been observed; nothing is admitted before.
  ///
  /// - Parameter predecessor: the fleet that it replaces after another process has written.
  public init(_ recorded: consuming RecordedState, following predecessor: Fleet? = nil) {
    self.init(installation: recorded.installation)
    stepCount = (predecessor?.stepCount ?? 0) + 1
    loadedAt = stepCount
    lastNow = predecessor?.lastNow ?? lastNow
    counters = recorded.counters
    for record in recorded.sources {
      sources[record.id] = record
      sourcesByName[record.name] = record.id
    }
    for record in recorded.organizations {
      organizations[record.id] = record
      organizationsByName[record.name] = record.id
      if record.isWithdrawn { withdrawn.insert(.organization(record.name)) }
    }
    for record in recorded.users {
      users[record.id] = record
      usersByName[record.name] = record.id
      if record.isWithdrawn { withdrawn.insert(.user(record.name)) }
    }
    for record in recorded.clusters {
      enter(record)
      if record.isWithdrawn { withdrawn.insert(.cluster(record.identity)) }
    }
    for history in recorded.runtimes { runtimes[history.key] = history }
    enter(&recorded.deployments)
    for run in recorded.runs.sorted(by: { $0.id < $1.id }) {
      guard let slot = deploymentsByID[run.deployment] else { continue }
      enter(run, of: slot)
    }
    restoreClaims()
    isUnevaluated = true
  }

  /// Enters a cluster into every index.
  mutating func enter(_ record: ClusterRecord) {
    clustersByID[record.id] = clusters.endIndex
    clustersByIdentity[record.identity] = clusters.endIndex
    clusters.append(ClusterState(record: record))
  }

  /// Enters a deployment into every index, without its edges, and returns its slot.
  mutating func enter(_ record: DeploymentRecord) -> DeploymentSlot {
    let cluster = clustersByID[record.cluster] ?? clusters.startIndex
    let slot: DeploymentSlot
    if let vacant = vacantSlots.popLast() {
      slot = vacant
      deployments[slot] = DeploymentState(record: record, cluster: cluster)
    } else {
      slot = deployments.endIndex
      deployments.append(DeploymentState(record: record, cluster: cluster))
    }
    deploymentsByID[record.id] = slot
    deploymentsByIdentity[record.identity] = slot
    clusters[cluster].deploymentCount += 1
    ownedCounts[record.user, default: 0] += 1
    return slot
  }
}
