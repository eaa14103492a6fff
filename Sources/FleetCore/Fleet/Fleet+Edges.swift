import FleetModel
import Scheduling

// The dependency edges. At any time a deployment's tally is the sum of what its dependencies have published, and its waiter
// counts the sum of what its dependants confer.

extension Fleet {
  /// Makes a deployment's edges those of its record.
  mutating func connect(_ slot: DeploymentSlot, _ work: inout StepWork) {
    let wanted = deployments[slot].record.dependencies.compactMap { dependency in
      deploymentsByID[dependency.dependency].map { Edge(slot: $0, until: dependency.until) }
    }
    let present = deployments[slot].dependencies
    if wanted == present { return }
    disconnect(slot, &work)
    for edge in wanted {
      deployments[slot].dependencies.append(edge)
      deployments[edge.slot].dependents.append(Edge(slot: slot, until: edge.until))
      if edge.until == .running, deployments[edge.slot].cluster != deployments[slot].cluster {
        hasGangsAcrossClusters = true
      }
      deployments[slot].met.count(deployments[edge.slot].published, until: edge.until, by: 1)
      if let priority = deployments[slot].published.confers(along: edge.until) {
        deployments[edge.slot].waiters.add(priority)
      }
      markDirty(edge.slot, &work)
    }
    markDirty(slot, &work)
  }

  /// Removes a deployment's edges to those it waits for.
  mutating func disconnect(_ slot: DeploymentSlot, _ work: inout StepWork) {
    for edge in deployments[slot].dependencies {
      deployments[slot].met.count(deployments[edge.slot].published, until: edge.until, by: -1)
      if let priority = deployments[slot].published.confers(along: edge.until) {
        deployments[edge.slot].waiters.remove(priority)
      }
      if let index = deployments[edge.slot].dependents.firstIndex(of: Edge(slot: slot, until: edge.until)) {
        deployments[edge.slot].dependents.swapAt(index, deployments[edge.slot].dependents.count - 1)
        deployments[edge.slot].dependents.removeLast()
      }
      markDirty(edge.slot, &work)
    }
    deployments[slot].dependencies.removeAll()
  }

  /// Publishes a deployment's facts: counts what differs from the facts published before with its neighbors, and marks those
  /// for whom it makes a difference.
  mutating func publish(_ facts: PublishedFacts, of slot: DeploymentSlot, _ work: inout StepWork) {
    let old = deployments[slot].published
    if facts == old { return }
    deployments[slot].published = facts
    for edge in deployments[slot].dependents {
      let before = deployments[edge.slot].met
      deployments[edge.slot].met.count(old, until: edge.until, by: -1)
      deployments[edge.slot].met.count(facts, until: edge.until, by: 1)
      if deployments[edge.slot].met != before { markDirty(edge.slot, &work) }
    }
    if old.isHopeless != facts.isHopeless { markQueuedServices(neededBy: slot, &work) }
    for edge in deployments[slot].dependencies {
      let (was, now) = (old.confers(along: edge.until), facts.confers(along: edge.until))
      if was == now { continue }
      let before = deployments[edge.slot].effectivePriority
      if let was { deployments[edge.slot].waiters.remove(was) }
      if let now { deployments[edge.slot].waiters.add(now) }
      if deployments[edge.slot].effectivePriority != before { markDirty(edge.slot, &work) }
    }
  }

  /// Marks the queued deployments that a deployment needs running. Services start only where those that need them could, so
  /// what one of these asks for, or that it will not come, may decide whether a service may start.
  mutating func markQueuedServices(neededBy slot: DeploymentSlot, _ work: inout StepWork) {
    for edge in deployments[slot].dependencies where edge.until == .running && deployments[edge.slot].isQueued {
      markDirty(edge.slot, &work)
    }
  }
}
