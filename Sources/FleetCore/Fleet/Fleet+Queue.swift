import FleetModel
import PlanModel
import Scheduling

// The ready queues, and the order of those that wait.

extension Fleet {
  /// Puts a deployment into its cluster's queue as it is now, or moves it there.
  mutating func enqueue(_ slot: DeploymentSlot) {
    let kind: ReadyQueue.Shape.Kind =
      deployments[slot].run != nil ? .replacement : deployments[slot].met.unmetRunning > 0 ? .gang : .request
    let isLoner = kind != .request || hasRunningWaiters(slot) || gangClaims[slot] != nil
    clusters[deployments[slot].cluster].enqueue(
      slot,
      key: queueKey(of: slot),
      shape: ReadyQueue.Shape(
        request: deployments[slot].record.traits.resources, loner: isLoner ? slot.index : -1, kind: kind,
        priority: deployments[slot].effectivePriority),
      runtime: runtimeBound(of: slot).forAdmission)
    if deployments[slot].isReturning { clusters[deployments[slot].cluster].dequeueReturning(slot) }
    deployments[slot].place = .queued
  }

  /// Takes a deployment out of its cluster's queue, or out of those that return there at a known time, if it is in.
  mutating func dequeue(_ slot: DeploymentSlot) {
    switch deployments[slot].place {
    case .queued: clusters[deployments[slot].cluster].dequeue(slot)
    case .returning: clusters[deployments[slot].cluster].dequeueReturning(slot)
    case .none: return
    }
    deployments[slot].place = .none
  }

  /// Puts a deployment among those of its cluster that return at a known time. Each is alone in its group, because each has
  /// its own time.
  mutating func enqueueReturning(_ slot: DeploymentSlot) {
    if deployments[slot].isQueued { clusters[deployments[slot].cluster].dequeue(slot) }
    clusters[deployments[slot].cluster].enqueueReturning(
      slot, key: queueKey(of: slot),
      shape: ReadyQueue.Shape(
        request: deployments[slot].record.traits.resources, loner: slot.index,
        priority: deployments[slot].effectivePriority))
    deployments[slot].place = .returning
  }

  /// The key by which a deployment stands in its cluster's queue, or would stand.
  func queueKey(of slot: DeploymentSlot) -> QueueKey {
    QueueKey(
      priority: deployments[slot].effectivePriority, queuedAt: deployments[slot].record.progress.queuedAt,
      agingAfter: clusters[deployments[slot].cluster].record.scheduling.agingAfter,
      name: deployments[slot].record.identity.name)
  }

  /// Whether one is before another in the queue of the cluster that they share.
  func comesBefore(_ left: DeploymentSlot, _ right: DeploymentSlot) -> Bool { queueKey(of: left) < queueKey(of: right) }

  /// Whether one precedes another across clusters: by effective priority, then age, then identity.
  func precedes(_ left: DeploymentSlot, _ right: DeploymentSlot) -> Bool {
    // Field by field: a copy of a deployment's state retains all that it holds.
    let (a, b) = (deployments[left].effectivePriority, deployments[right].effectivePriority)
    if a != b { return a > b }
    let (since, until) = (deployments[left].record.progress.queuedAt, deployments[right].record.progress.queuedAt)
    if since != until { return since < until }
    return deployments[left].record.identity < deployments[right].record.identity
  }

  /// Whether a deployment is a service that others need running. Then it may start only if they would fit beside it.
  func hasRunningWaiters(_ slot: DeploymentSlot) -> Bool {
    deployments[slot].record.traits.mode == .service && deployments[slot].dependents.contains { $0.until == .running }
  }

  /// The reason why a deployment's owner may not have anything started; `nil` if the owner may.
  func ownerProblem(of slot: DeploymentSlot) -> Reason? {
    guard let user = users[deployments[slot].record.user] else { return .ownerInactive(user: "(unknown)") }
    if !user.isActive || user.isWithdrawn { return .ownerInactive(user: user.name) }
    let cluster = deployments[slot].cluster
    if user.organizations.contains(clusters[cluster].record.organization) { return nil }
    return .ownerNotMember(user: user.name, organization: clusters[cluster].record.identity.organization)
  }
}
