import DependencyGraph
import FleetModel
import PlanModel
import Scheduling

/// A deployment of a revision on its way into the fleet.
struct DeclaredDeployment {
  var slot: DeploymentSlot
  var isNew: Bool
  var dependsOn: [Dependency]
}

extension Fleet {
  /// Makes or changes a deployment's record, without its edges.
  mutating func declare(
    _ identity: DeploymentIdentity, _ spec: DeploymentSpec, _ declaration: Declaration, _ forcesNewRun: Bool,
    _ revision: Revision, _ source: SourceID, _ work: inout StepWork
  ) -> DeclaredDeployment? {
    guard let cluster = clustersByIdentity[identity.cluster], let user = usersByName[spec.user] else { return nil }
    let specText = declaration.specText
    var former: DeploymentSlot?
    if case .deployment(let old) = declaration.metadata.renamedFrom { former = deploymentsByIdentity[old] }
    let known = deploymentsByIdentity[identity] ?? former
    guard let slot = known else {
      let id = DeploymentID(counters.deployment)
      counters.deployment += 1
      let slot = enter(
        DeploymentRecord(
          id: id, identity: identity, cluster: clusters[cluster].record.id, user: user, source: source,
          image: spec.image, traits: spec.traits, dependencies: [], specText: specText,
          secretDigests: digests(of: spec, revision, kept: [:]), createdAt: work.now,
          progress: DeploymentProgress(queuedAt: work.now)))
      settleSuspension(slot, &work)
      markDirty(slot, &work)
      return DeclaredDeployment(slot: slot, isNew: true, dependsOn: spec.dependsOn)
    }
    update(slot, identity, cluster, &work)
    if forcesNewRun { beginGeneration(slot, &work) }
    ownedCounts[deployments[slot].record.user, default: 1] -= 1
    ownedCounts[user, default: 0] += 1
    deployments[slot].record.user = user
    deployments[slot].record.source = source
    deployments[slot].record.image = spec.image
    deployments[slot].record.traits = spec.traits
    lookAgainAtServices(for: slot, &work)
    updateServiceRoom(of: slot)
    deployments[slot].record.specText = specText
    deployments[slot].record.secretDigests = digests(of: spec, revision, kept: deployments[slot].record.secretDigests)
    deployments[slot].record.progress.isWithdrawn = false
    settleSuspension(slot, &work)
    markDirty(slot, &work)
    // It may be one that can be preempted now.
    if let run = deployments[slot].run.flatMap({ runs[$0] }) { roomCameBack(run.cluster, &work) }
    return DeclaredDeployment(slot: slot, isNew: false, dependsOn: spec.dependsOn)
  }

  /// A move to another cluster or name under `renamedFrom`; runs and history stay.
  private mutating func update(
    _ slot: DeploymentSlot, _ identity: DeploymentIdentity, _ cluster: ClusterSlot, _ work: inout StepWork
  ) {
    let old = deployments[slot].record.identity
    if old != identity {
      deploymentsByIdentity[old] = nil
      deploymentsByIdentity[identity] = slot
      deployments[slot].record.identity = identity
    }
    let from = deployments[slot].cluster
    if from == cluster { return }
    clusters[from].queue.remove(slot)
    deployments[slot].isQueued = false
    leaveExchange(slot, &work)
    withdrawNomination(of: slot)
    endNomination(of: slot, &work)
    clusters[from].deploymentCount -= 1
    clusters[cluster].deploymentCount += 1
    deployments[slot].cluster = cluster
    deployments[slot].record.cluster = clusters[cluster].record.id
    // What it needs running, or what needs it, may have stayed.
    hasGangsAcrossClusters = true
    markClusterDirty(from, &work)
  }

  private mutating func beginGeneration(_ slot: DeploymentSlot, _ work: inout StepWork) {
    var progress = deployments[slot].record.progress
    progress.generation += 1
    progress.attempts = 0
    progress.failures = 0
    progress.notBefore = nil
    progress.preemptions = 0
    progress.preemptedBy = nil
    progress.queuedAt = work.now
    if deployments[slot].run == nil { progress.status = .pending }
    deployments[slot].record.progress = progress
  }

  /// PENDING and CANCELLED are told apart by whether it is suspended and ever ran.
  mutating func settleSuspension(_ slot: DeploymentSlot, _ work: inout StepWork) {
    guard deployments[slot].run == nil else { return }
    let progress = deployments[slot].record.progress
    let isSuspended = deployments[slot].record.traits.suspend
    switch progress.status {
    case .pending where isSuspended && progress.startedAt == nil:
      deployments[slot].record.progress.status = .cancelled
    case .cancelled where !isSuspended:
      deployments[slot].record.progress.status = .pending
      deployments[slot].record.progress.queuedAt = work.now
    default: break
    }
  }

  private func digests(of spec: DeploymentSpec, _ revision: Revision, kept: [String: String]) -> [String: String] {
    var digests: [String: String] = [:]
    for reference in spec.secretReferences {
      // One that can't be resolved here is a hold, never a change: what was known of it stays.
      digests[reference.text] = revision.secretDigests[reference] ?? kept[reference.text]
    }
    return digests
  }

  /// Gives the declared deployments their edges, and puts their records in an order in which each comes after what it
  /// depends on: then by priority, age and identity.
  mutating func connect(_ declared: [DeclaredDeployment], _ work: inout StepWork) {
    if declared.isEmpty { return }
    // By slot where there are many.
    let isLarge = declared.count > deployments.count / 8
    var positionsOfAll = [Int32](repeating: -1, count: isLarge ? deployments.count : 0)
    var positionsOfFew: [DeploymentSlot: Int] = [:]
    for (position, deployment) in declared.enumerated() {
      if isLarge {
        positionsOfAll[deployment.slot.index] = Int32(position)
      } else {
        positionsOfFew[deployment.slot] = position
      }
    }
    func place(of slot: DeploymentSlot) -> Int? {
      if isLarge { return positionsOfAll[slot.index] < 0 ? nil : Int(positionsOfAll[slot.index]) }
      return positionsOfFew[slot]
    }
    var edges: [(dependent: Int, dependency: Int)] = []
    for (position, deployment) in declared.enumerated() {
      if deployment.isNew, deployment.dependsOn.isEmpty { continue }
      let records = deployment.dependsOn.compactMap { dependency -> DependencyRecord? in
        guard let other = deploymentsByIdentity[dependency.on] else { return nil }
        if let after = place(of: other) { edges.append((position, after)) }
        return DependencyRecord(dependency: deployments[other].record.id, until: dependency.until)
      }
      deployments[deployment.slot].record.dependencies = records.sorted { $0.dependency < $1.dependency }
    }
    for deployment in declared { connect(deployment.slot, &work) }
    let graph = DirectedGraph(nodeCount: declared.count, edges: edges)
    let order = graph.topologicalOrder(ranked: inQueueOrder(declared.map(\.slot)))
    // Validation has refused cycles; were there one through other sources, the given order serves as well.
    var positionsInOrder = Array(declared.indices)
    if case .order(let nodes) = order { positionsInOrder = nodes }
    for position in positionsInOrder {
      let (slot, isNew) = (declared[position].slot, declared[position].isNew)
      work.changedDeployments.append(slot)
      note(isNew, .deployment(deployments[slot].record.identity), &work)
    }
  }

  /// The positions of these deployments in the order of `precedes`. What is compared is laid side by side first: a large
  /// revision's deployments lie scattered, and most of a sort is reading.
  private func inQueueOrder(_ slots: [DeploymentSlot]) -> [Int] {
    let byIdentity = clusters.indices.sorted { clusters[$0].record.identity < clusters[$1].record.identity }
    var clusterRanks = [Int](repeating: 0, count: clusters.count)
    for (rank, cluster) in byIdentity.enumerated() { clusterRanks[cluster.index] = rank }
    let keys = slots.map { slot in
      let state = deployments[slot]
      return (
        priority: state.effectivePriority, queuedAt: state.record.progress.queuedAt,
        cluster: clusterRanks[state.cluster.index], name: state.record.identity.name
      )
    }
    return slots.indices.sorted { left, right in
      if keys[left].priority != keys[right].priority { return keys[left].priority > keys[right].priority }
      if keys[left].queuedAt != keys[right].queuedAt { return keys[left].queuedAt < keys[right].queuedAt }
      if keys[left].cluster != keys[right].cluster { return keys[left].cluster < keys[right].cluster }
      return keys[left].name < keys[right].name
    }
  }

  /// Effective priority, then age, then identity, wherever they are.
  func precedes(_ left: DeploymentSlot, _ right: DeploymentSlot) -> Bool {
    // Field by field: a copy of a deployment's state retains all that it holds.
    let (a, b) = (deployments[left].effectivePriority, deployments[right].effectivePriority)
    if a != b { return a > b }
    let (since, until) = (deployments[left].record.progress.queuedAt, deployments[right].record.progress.queuedAt)
    if since != until { return since < until }
    return deployments[left].record.identity < deployments[right].record.identity
  }

  /// Holds every deployment of the source that names a secret which can't be resolved here, and no other.
  mutating func noteSecrets(_ revision: Revision, _ source: SourceID, _ work: inout StepWork) {
    for slot in slotsWithMissingSecrets.sorted() {
      if deployments[slot].isVacant || deployments[slot].missingSecret == nil {
        slotsWithMissingSecrets.remove(slot)
        continue
      }
      let record = deployments[slot].record
      if record.source == source, revision.missingSecrets[record.identity] == nil {
        deployments[slot].missingSecret = nil
        markDirty(slot, &work)
      }
    }
    noteMissingSecrets(revision.missingSecrets, &work)
    for (identity, digests) in revision.firstDigests.sorted(by: { $0.key < $1.key }) {
      guard let slot = deploymentsByIdentity[identity] else { continue }
      deployments[slot].record.secretDigests = digests
      work.changedDeployments.append(slot)
    }
  }

  /// Holds these deployments.
  mutating func noteMissingSecrets(_ missing: [DeploymentIdentity: String], _ work: inout StepWork) {
    for (identity, message) in missing.sorted(by: { $0.key < $1.key }) {
      guard let slot = deploymentsByIdentity[identity] else { continue }
      if deployments[slot].missingSecret != message {
        deployments[slot].missingSecret = message
        slotsWithMissingSecrets.insert(slot)
        markDirty(slot, &work)
      }
    }
  }
}
