import FleetModel
import Scheduling

// The dependency edges, kept such that at any time a deployment's tally is the sum over what its dependencies have
// published, and its waiter counts the sum over what its dependants have.

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

  /// Removes a deployment's edges to what it waits for.
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
}
