import FleetModel
import Scheduling

extension Fleet {
  /// The fleet of a recorded state. Every engine is unknown until it has been observed; nothing is admitted before.
  /// `predecessor` is the fleet that it takes the place of, after another process has written.
  public init(_ recorded: RecordedState, following predecessor: Fleet? = nil) {
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
    deployments.reserveCapacity(recorded.deployments.count)
    deploymentsByID.reserveCapacity(recorded.deployments.count)
    deploymentsByIdentity.reserveCapacity(recorded.deployments.count)
    for record in recorded.deployments { if clustersByID[record.cluster] != nil { _ = enter(record) } }
    var work = StepWork(now: lastNow)
    for slot in deployments.indices { connect(slot, &work) }
    for slot in deployments.indices { deployments[slot].isDirty = false }
    for run in recorded.runs.sorted(by: { $0.id < $1.id }) {
      if let slot = deploymentsByID[run.deployment] { hold(run, slot: slot) }
    }
    // Room that was promised to a new generation when its old run was asked to stop is promised still.
    for slot in deployments.indices {
      guard let run = deployments[slot].run.flatMap({ runs[$0]?.record }), run.stopCause == .replaced else { continue }
      if !deployments[slot].record.progress.isWithdrawn { nominate(slot, beyond: run) }
    }
    for slot in deployments.indices where deployments[slot].record.progress.expectedStart != nil {
      clusters[deployments[slot].cluster].namedStarts.insert(slot)
    }
    // So is room that was being freed; how much follows from who is still stopping, once every fact is known.
    for slot in deployments.indices where deployments[slot].record.progress.nominatedUntil != nil {
      nominees.insert(slot)
      clusters[deployments[slot].cluster].gangNominations[slot] = GangNomination()
    }
    isUnevaluated = true
  }

  /// Enters a cluster into every index.
  mutating func enter(_ record: ClusterRecord) {
    clustersByID[record.id] = clusters.count
    clustersByIdentity[record.identity] = clusters.count
    clusters.append(ClusterState(record: record))
  }

  /// Enters a deployment into every index, without its edges, and returns its slot.
  mutating func enter(_ record: DeploymentRecord) -> Int {
    let cluster = clustersByID[record.cluster] ?? 0
    let slot: Int
    if let vacant = vacantSlots.popLast() {
      slot = vacant
      deployments[slot] = DeploymentState(record: record, cluster: cluster)
    } else {
      slot = deployments.count
      deployments.append(DeploymentState(record: record, cluster: cluster))
    }
    deploymentsByID[record.id] = slot
    deploymentsByIdentity[record.identity] = slot
    clusters[cluster].deploymentCount += 1
    ownedCounts[record.user, default: 0] += 1
    return slot
  }
}
