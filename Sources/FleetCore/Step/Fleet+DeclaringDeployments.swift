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
  /// Makes or changes a deployment's record, without its edges. `nil` if its cluster or its user is not there.
  mutating func declare(
    _ identity: DeploymentIdentity, _ spec: DeploymentSpec, _ declaration: Declaration, _ forcesNewRun: Bool,
    _ revision: Revision, _ source: SourceID, _ work: inout StepWork
  ) -> DeclaredDeployment? {
    guard let cluster = clustersByIdentity[identity.cluster], let user = usersByName[spec.user] else { return nil }
    let specText = declaration.specText
    guard let slot = deploymentsByIdentity[identity] else {
      let id = DeploymentID(counters.deployment)
      counters.deployment += 1
      let slot = enter(
        DeploymentRecord(
          id: id, identity: identity, cluster: clusters[cluster].record.id, user: user, source: source,
          image: spec.image, traits: spec.traits, dependencies: [], specText: specText,
          secretDigests: digests(of: spec, revision, kept: [:]), createdAt: work.now,
          progress: DeploymentProgress(queuedAt: work.now)))
      deployments[slot].settleSuspension(now: work.now)
      markDirty(slot, &work)
      return DeclaredDeployment(slot: slot, isNew: true, dependsOn: spec.dependsOn)
    }
    move(slot, to: cluster, &work)
    if forcesNewRun { beginGeneration(slot, &work) }
    ownedCounts[deployments[slot].record.user, default: 1] -= 1
    ownedCounts[user, default: 0] += 1
    deployments[slot].record.user = user
    deployments[slot].record.source = source
    deployments[slot].record.image = spec.image
    deployments[slot].record.traits = spec.traits
    markQueuedServices(neededBy: slot, &work)
    updateRuntime(ofRunOf: slot)
    deployments[slot].record.specText = specText
    deployments[slot].record.secretDigests = digests(of: spec, revision, kept: deployments[slot].record.secretDigests)
    deployments[slot].record.progress.isWithdrawn = false
    deployments[slot].settleSuspension(now: work.now)
    markDirty(slot, &work)
    // It may be one that can be preempted now.
    if let run = deployments[slot].run.flatMap({ runs[$0] }) { roomCameBack(run.cluster, &work) }
    return DeclaredDeployment(slot: slot, isNew: false, dependsOn: spec.dependsOn)
  }

  /// Moves a renamed deployment to the cluster of its new name. Runs and history stay.
  private mutating func move(_ slot: DeploymentSlot, to cluster: ClusterSlot, _ work: inout StepWork) {
    let from = deployments[slot].cluster
    if from == cluster { return }
    dequeue(slot)
    releaseClaims(of: slot, &work)
    clusters[from].deploymentCount -= 1
    clusters[cluster].deploymentCount += 1
    deployments[slot].cluster = cluster
    deployments[slot].record.cluster = clusters[cluster].record.id
    // Deployments that it needs running, or that need it, may have stayed.
    hasGangsAcrossClusters = true
    markClusterDirty(from, &work)
  }

  /// Begins a new generation, which needs a new run.
  private mutating func beginGeneration(_ slot: DeploymentSlot, _ work: inout StepWork) {
    var progress = deployments[slot].record.progress
    progress.generation += 1
    progress.attempts = 0
    progress.failures = 0
    progress.notBefore = nil
    progress.preemptions = 0
    progress.losses = 0
    progress.preemptedBy = nil
    progress.queuedAt = work.now
    if deployments[slot].run == nil { progress.status = .pending }
    deployments[slot].record.progress = progress
  }

  private func digests(of spec: DeploymentSpec, _ revision: Revision, kept: [String: String]) -> [String: String] {
    var digests: [String: String] = [:]
    for reference in spec.secretReferences {
      // A secret that cannot be resolved here is a hold, never a change: its known digest stays.
      digests[reference.text] = revision.secretDigests[reference] ?? kept[reference.text]
    }
    return digests
  }

  /// Gives the declared deployments their edges, and orders their records so that each comes after its dependencies; then by
  /// priority, age and identity.
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
    func declaredPosition(of slot: DeploymentSlot) -> Int? {
      if isLarge { return positionsOfAll[slot.index] < 0 ? nil : Int(positionsOfAll[slot.index]) }
      return positionsOfFew[slot]
    }
    var edges: [(dependent: Int, dependency: Int)] = []
    for (position, deployment) in declared.enumerated() {
      if deployment.isNew, deployment.dependsOn.isEmpty { continue }
      let records = deployment.dependsOn.compactMap { dependency -> DependencyRecord? in
        guard let other = deploymentsByIdentity[dependency.on] else { return nil }
        if let after = declaredPosition(of: other) { edges.append((position, after)) }
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

  /// Returns the positions of deployments in the order of `precedes`. Their keys are laid side by side first: a large
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

  /// Holds every deployment of the source that names a secret which cannot be resolved here, and no other.
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
    for (identity, message) in revision.missingSecrets.sorted(by: { $0.key < $1.key }) {
      if let slot = deploymentsByIdentity[identity] { noteMissingSecret(of: slot, message, &work) }
    }
    for (identity, digests) in revision.seenDigests.sorted(by: { $0.key < $1.key }) {
      guard let slot = deploymentsByIdentity[identity] else { continue }
      deployments[slot].record.secretDigests = digests
      work.changedDeployments.append(slot)
    }
  }

  /// Holds deployments for secrets that cannot be resolved here, each with its reason.
  mutating func noteMissingSecrets(_ missing: [DeploymentID: String], _ work: inout StepWork) {
    for (id, message) in missing.sorted(by: { $0.key < $1.key }) {
      if let slot = deploymentsByID[id] { noteMissingSecret(of: slot, message, &work) }
    }
  }

  private mutating func noteMissingSecret(of slot: DeploymentSlot, _ message: String, _ work: inout StepWork) {
    if deployments[slot].missingSecret == message { return }
    deployments[slot].missingSecret = message
    slotsWithMissingSecrets.insert(slot)
    markDirty(slot, &work)
  }
}
