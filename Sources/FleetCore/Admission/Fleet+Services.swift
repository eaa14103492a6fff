import FleetModel
import PlanModel
import Scheduling

// Services never end by themselves, so what fits only once they end never fits.

extension Fleet {
  /// Whether the services of a gang that others need running may start: at least one of those others must still fit beside
  /// the service and all that never ends, with the other services that it needs. Else all of them would wait for ever, and
  /// the service would hold room for nothing.
  ///
  /// Runs that never end do not count where the head may preempt them.
  func servicesCanStay(_ members: [DeploymentSlot], for head: DeploymentSlot) -> Bool {
    for service in members where deployments[service].record.traits.mode == .service {
      let waiters = deployments[service].dependents.filter {
        $0.until == .running && deployments[$0.slot].run == nil && !deployments[$0.slot].published.isHopeless
          && deployments[$0.slot].record.progress.status == .pending
      }
      if waiters.isEmpty || waiters.contains(where: { members.contains($0.slot) }) { continue }
      let canStay = waiters.contains { waiter in
        fitsBesideServices(
          members + gangWithServices(of: waiter.slot).filter { !members.contains($0) },
          sparingFrom: deployments[head].effectivePriority)
      }
      if !canStay { return false }
    }
    return true
  }

  /// Whether all members would fit at once if nothing but services ran. Their own old runs are left out, and services that may
  /// be preempted for them, as all of lower priority may.
  private func fitsBesideServices(
    _ members: [DeploymentSlot], sparingFrom priority: @autoclosure () -> Priority
  ) -> Bool {
    if fitsBesideServices(members, without: []) { return true }
    let priority = priority()
    let services = Set(members.map { deployments[$0].cluster }).sorted().flatMap { cluster in
      clusters[cluster].holders.below(priority).filter { runs[$0]?.isService == true }
    }
    let victims = services.filter { unit(of: $0, for: members, below: priority) != nil }
    return !victims.isEmpty && fitsBesideServices(members, without: victims)
  }

  private func fitsBesideServices(_ members: [DeploymentSlot], without victims: [RunID]) -> Bool {
    var rooms: [ClusterSlot: Room] = [:]
    for member in Set(members).sorted() {
      let cluster = deployments[member].cluster
      var room = rooms[cluster] ?? roomBesideServices(on: cluster, for: members)
      if let old = liveRun(of: member), old.isService, old.cluster == cluster {
        room.give(old.record.resources, old.record.gpus)
      }
      rooms[cluster] = room
    }
    for victim in victims.compactMap({ runs[$0] }) {
      rooms[victim.cluster]?.give(victim.record.resources, victim.record.gpus)
    }
    for member in members {
      let cluster = deployments[member].cluster
      let request = deployments[member].record.traits.resources
      guard let shares = rooms[cluster]?.assignment(for: request) else { return false }
      rooms[cluster]?.take(request, shares)
    }
    return true
  }

  /// Returns the room of a cluster with only what services hold that go on, or run again in their own room.
  private func roomBesideServices(on cluster: ClusterSlot, for members: [DeploymentSlot]) -> Room {
    var room = clusters[cluster].serviceRoom
    for run in clusters[cluster].stoppingServices.compactMap({ runs[$0] })
    where run.record.stopCause != .replaced && !members.contains(run.deployment) {
      room.give(run.record.resources, run.record.gpus)
    }
    return room
  }

  /// Whether only services hold what a deployment lacks: no end of a run that ends by itself would make it fit, and none of the
  /// services may be preempted for it, nor for those that need it running and wait too, together with it.
  func isHeldByServices(_ slot: DeploymentSlot) -> Bool {
    guard let members = gang(of: slot) else { return false }
    if fitsBesidePreemptibleServices(members, for: slot) { return false }
    var heads = [slot]
    while let last = heads.last, let waiter = firstQueuedWaiter(of: last), !heads.contains(waiter) {
      if let members = gang(of: waiter), fitsBesidePreemptibleServices(members, for: waiter) { return false }
      heads.append(waiter)
    }
    return true
  }

  private func fitsBesidePreemptibleServices(_ members: [DeploymentSlot], for head: DeploymentSlot) -> Bool {
    fitsBesideServices(members, sparingFrom: preemptingPriority(of: head)) && servicesCanStay(members, for: head)
  }
}
