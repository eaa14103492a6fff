import FleetModel
import PlanModel
import Scheduling

// Deployments that go no further without a person: a protection that must be lifted, a secret, an owner, a larger cluster.

extension Fleet {
  /// Returns the deployments that go no further unless a person does something for them, or for one that they wait for.
  func deploymentsInNeedOfAPerson(now: Instant) -> Set<DeploymentSlot> {
    var needing = Set(deployments.indices.filter { needsAPersonItself($0, now: now) })
    var pending = Array(needing)
    while let slot = pending.popLast() {
      let isLeaving = deployments[slot].record.progress.isWithdrawn
      // What is deleted goes after those that depend on it, and what runs begins after those that it depends on.
      let followers =
        isLeaving
        ? deployments[slot].dependencies.filter { deployments[$0.slot].record.progress.isWithdrawn }
        : deployments[slot].dependents.filter { isWaiting($0.slot) && isUnmet(Edge(slot: slot, until: $0.until)) }
      for follower in followers where needing.insert(follower.slot).inserted { pending.append(follower.slot) }
    }
    return needing
  }

  private func needsAPersonItself(_ slot: DeploymentSlot, now: Instant) -> Bool {
    if deployments[slot].isVacant { return false }
    if deployments[slot].record.progress.isWithdrawn {
      return deployments[slot].record.traits.protect
        || deployments[slot].dependents.contains { !deployments[$0.slot].record.progress.isWithdrawn }
    }
    guard isWaiting(slot) else { return false }
    if deployments[slot].published.isHopeless { return true }
    switch reason(of: slot, now: now, withHolders: false) {
    case .protected, .secretUnavailable, .heldByServices, .neverFits, .ownerInactive, .ownerNotMember: return true
    default: return false
    }
  }

  /// Whether a deployment waits for a run of its current generation, while one of an earlier may go on.
  private func isWaiting(_ slot: DeploymentSlot) -> Bool {
    let progress = deployments[slot].record.progress
    if progress.isWithdrawn { return false }
    switch progress.status {
    case .pending: return true
    case .running: return deployments[slot].run.flatMap { runs[$0]?.record.generation } != progress.generation
    case .completed, .failed, .cancelled: return false
    }
  }
}
