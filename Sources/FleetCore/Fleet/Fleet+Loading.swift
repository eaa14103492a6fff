import FleetModel
import Scheduling

extension Fleet {
  /// The fleet of a recorded state. Every engine is unknown until it has been observed; nothing is admitted before.
  /// `predecessor` is the fleet that it takes the place of, after another process has written.
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
    var withRuns: [DeploymentSlot] = []
    for run in recorded.runs.sorted(by: { $0.id < $1.id }) {
      guard let slot = deploymentsByID[run.deployment] else { continue }
      hold(run, slot: slot)
      withRuns.append(slot)
    }
    // Room that was promised to a new generation when its old run was asked to stop is promised still.
    let promises = promises()
    let exchanged = restoreExchanges(among: promises.lazy.filter(\.promise.isNominated).map(\.slot))
    for slot in withRuns.sorted() where !exchanged.contains(slot) {
      guard let run = deployments[slot].run.flatMap({ runs[$0]?.record }), run.stopCause == .replaced else { continue }
      if !deployments[slot].record.progress.isWithdrawn { nominate(slot, beyond: run) }
    }
    for (slot, promise) in promises {
      if promise.isNamed { clusters[deployments[slot].cluster].namedStarts.insert(slot) }
      // Promised still is room that was being freed; how much follows from who is still stopping, once every fact is known.
      if promise.isNominated, !exchanged.contains(slot) {
        nominees.insert(slot)
        makeNominee(slot, on: deployments[slot].cluster)
      }
    }
    isUnevaluated = true
  }

  /// Those to whom something was promised, by slot: few of many, which are looked at where they lie.
  private func promises() -> [(slot: DeploymentSlot, promise: (isNamed: Bool, isNominated: Bool))] {
    var found: [(slot: DeploymentSlot, promise: (isNamed: Bool, isNominated: Bool))] = []
    for slot in deployments.indices {
      let isNamed = deployments[slot].record.progress.expectedStart != nil
      let isNominated = deployments[slot].record.progress.nominatedUntil != nil
      if isNamed || isNominated { found.append((slot, (isNamed, isNominated))) }
    }
    return found
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
