import FleetModel
import PlanModel
import Scheduling

// Gangs: deployments that must be admitted together, and what they need.

extension Fleet {
  /// Returns the deployments that must be admitted together: one after all that it needs running and that is not placed yet,
  /// on whatever cluster. `nil` if one of them could not be admitted now even if there was room.
  func gang(of slot: DeploymentSlot) -> [DeploymentSlot]? {
    if losesDependency(slot) { return nil }
    if deployments[slot].met.unmetRunning == 0 { return [slot] }
    var members: [DeploymentSlot] = []
    var seen: Set<DeploymentSlot> = [slot]
    var stack: [(slot: DeploymentSlot, rest: [DeploymentSlot])] = [(slot, needed(by: slot))]
    while let (top, rest) = stack.last {
      guard let next = rest.last else {
        members.append(top)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].rest.removeLast()
      guard seen.insert(next).inserted else { continue }
      guard deployments[next].isQueued, !losesDependency(next) else { return nil }
      stack.append((next, needed(by: next)))
    }
    return members
  }

  /// Whether a dependency that must run has been asked to stop. The deployment's facts may not tell yet, because a pass goes on
  /// after it has preempted.
  private func losesDependency(_ slot: DeploymentSlot) -> Bool {
    deployments[slot].dependencies.contains { edge in
      edge.until == .running && liveRun(of: edge.slot)?.record.state == .stopping
    }
  }

  /// The dependencies that must run and are neither up nor placed, the last by identity first.
  private func needed(by slot: DeploymentSlot) -> [DeploymentSlot] {
    var needed: [(identity: DeploymentIdentity, slot: DeploymentSlot)] = []
    for edge in deployments[slot].dependencies
    where edge.until == .running && !deployments[edge.slot].published.isUp && deployments[edge.slot].run == nil {
      needed.append((deployments[edge.slot].record.identity, edge.slot))
    }
    if needed.count > 1 { needed.sort { $0.identity > $1.identity } }
    return needed.map(\.slot)
  }

  /// Returns the gang of a deployment; for one whose old run is to be replaced, the deployment alone. `nil` if it could not be
  /// admitted now even if there was room.
  func gangOrReplacement(of slot: DeploymentSlot) -> [DeploymentSlot]? {
    if deployments[slot].run == nil { return gang(of: slot) }
    return deployments[slot].met.unmetRunning == 0 ? [slot] : nil
  }

  /// Returns the clusters on which a gang needs room, sorted.
  func clustersOfGang(_ head: DeploymentSlot) -> [ClusterSlot] {
    Set((gangOrReplacement(of: head) ?? [head]).map { deployments[$0].cluster }).sorted()
  }

  /// Returns a deployment after all services that must run beside it, whether they run already, wait, or could not be admitted
  /// now. Jobs that it needs running may be over before, so they need no room beside it.
  func gangWithServices(of slot: DeploymentSlot) -> [DeploymentSlot] {
    var members: [DeploymentSlot] = []
    var seen: Set<DeploymentSlot> = [slot]
    var stack = [slot]
    while let top = stack.popLast() {
      if top == slot || deployments[top].record.traits.mode == .service { members.append(top) }
      if deployments[top].record.progress.status == .completed { continue }
      let next = deployments[top].dependencies.filter { $0.until == .running }.map(\.slot)
      for other in next.sorted(by: { deployments[$0].record.identity < deployments[$1].record.identity })
      where seen.insert(other).inserted {
        stack.append(other)
      }
    }
    return members.reversed()
  }

  /// Returns the first, in the order of `precedes`, of the queued deployments that need one running.
  func firstQueuedWaiter(of slot: DeploymentSlot) -> DeploymentSlot? {
    deployments[slot].dependents.filter { $0.until == .running && deployments[$0.slot].isQueued }.map(\.slot)
      .min(by: precedes)
  }

  /// Returns the priority with which a deployment may preempt: its own, or one that is conferred on it other than by those
  /// whose gang it belongs to.
  func preemptingPriority(of slot: DeploymentSlot) -> Priority {
    var priority = deployments[slot].record.traits.priority
    if priority == deployments[slot].effectivePriority { return priority }
    for edge in deployments[slot].dependents where !(edge.until == .running && deployments[edge.slot].isQueued) {
      if let conferred = deployments[edge.slot].published.confers(along: edge.until) {
        priority = max(priority, conferred)
      }
    }
    return priority
  }

  /// Returns the room of a deployment's cluster as it will be when its own old run, if there is one there, is gone.
  func roomForReplacing(_ slot: DeploymentSlot) -> Room {
    let cluster = deployments[slot].cluster
    var room = clusters[cluster].room
    if let old = liveRun(of: slot), old.cluster == cluster { room.give(old.record.resources, old.record.gpus) }
    return room
  }

  /// Returns the dimensions of its own cluster in which a deployment's gang does not fit now.
  func lackingDimensions(of slot: DeploymentSlot) -> [Dimension] {
    let cluster = deployments[slot].cluster
    var room = roomForReplacing(slot)
    var lacking: Set<Dimension> = []
    for member in gang(of: slot) ?? [slot] where deployments[member].cluster == cluster {
      let request = deployments[member].record.traits.resources
      lacking.formUnion(room.lacking(request))
      room.take(request, room.assignment(for: request) ?? [])
    }
    return Dimension.allCases.filter(lacking.contains)
  }
}
