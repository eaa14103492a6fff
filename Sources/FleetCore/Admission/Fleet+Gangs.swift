import FleetModel
import Scheduling

// What must be admitted together, and whether it can stay together.

extension Fleet {
  /// What must be admitted together: the deployment after all that it needs running and is not placed, wherever that is.
  /// Nil: one of them could not be admitted now even if there was room.
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

  /// Whether something that it needs running has been asked to stop, of which its facts may not tell yet: a pass goes on after it
  /// has preempted.
  private func losesDependency(_ slot: DeploymentSlot) -> Bool {
    deployments[slot].dependencies.contains { edge in
      edge.until == .running && deployments[edge.slot].run.flatMap { runs[$0] }?.record.state == .stopping
    }
  }

  /// What a deployment needs running and what is neither up nor placed, the last by identity first.
  private func needed(by slot: DeploymentSlot) -> [DeploymentSlot] {
    var needed: [(identity: DeploymentIdentity, slot: DeploymentSlot)] = []
    for edge in deployments[slot].dependencies
    where edge.until == .running && !deployments[edge.slot].published.isUp && deployments[edge.slot].run == nil {
      needed.append((deployments[edge.slot].record.identity, edge.slot))
    }
    if needed.count > 1 { needed.sort { $0.identity > $1.identity } }
    return needed.map(\.slot)
  }

  /// In which dimensions of its own cluster a deployment, with what must be admitted together with it, does not fit now.
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

  /// Services never end by themselves: one that others need running starts only if at least one of those would still fit
  /// beside it and beside all that never ends, with the other services that it needs; else all of them would wait for ever, and
  /// the service would hold room for nothing.
  ///
  /// What never ends does not count where whom it is for may preempt it.
  func servicesCanStay(_ members: [DeploymentSlot], for head: DeploymentSlot) -> Bool {
    for service in members where deployments[service].record.traits.mode == .service {
      let waiters = deployments[service].dependents.filter {
        $0.until == .running && deployments[$0.slot].run == nil && !deployments[$0.slot].published.isHopeless
          && deployments[$0.slot].record.progress.status == .pending
      }
      if waiters.isEmpty || waiters.contains(where: { members.contains($0.slot) }) { continue }
      let canStay = waiters.contains { waiter in
        fitsBesideServices(
          members + wholeGang(of: waiter.slot).filter { !members.contains($0) },
          sparingFrom: deployments[head].effectivePriority)
      }
      if !canStay { return false }
    }
    return true
  }

  /// A deployment after all services that must run beside it, whether they run already, wait, or could not be admitted now.
  /// Jobs that it needs running may be over before: they need no room beside it.
  func wholeGang(of slot: DeploymentSlot) -> [DeploymentSlot] {
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

  /// Whether all of them would fit at once if nothing but services ran, leaving their own old runs out, and services that may
  /// be preempted for them, as all of lower priority may.
  private func fitsBesideServices(_ members: [DeploymentSlot], sparingFrom priority: @autoclosure () -> Priority)
    -> Bool
  {
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
      var room = rooms[cluster] ?? clusters[cluster].serviceRoom
      if let old = deployments[member].run.flatMap({ runs[$0] }), old.isService, old.cluster == cluster {
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

  /// Only services hold what it lacks: no end of a run that ends by itself would make it fit, and none of them may be preempted
  /// for it, nor for those that need it running and wait too, together with it.
  func isHeldByServices(_ slot: DeploymentSlot) -> Bool {
    guard let members = gang(of: slot) else { return false }
    if canComeBesideServices(members, for: slot) { return false }
    var heads = [slot]
    while let last = heads.last, let waiter = firstQueuedWaiter(of: last), !heads.contains(waiter) {
      if let members = gang(of: waiter), canComeBesideServices(members, for: waiter) { return false }
      heads.append(waiter)
    }
    return true
  }

  private func canComeBesideServices(_ members: [DeploymentSlot], for head: DeploymentSlot) -> Bool {
    fitsBesideServices(members, sparingFrom: preemptingPriority(of: head)) && servicesCanStay(members, for: head)
  }
}
