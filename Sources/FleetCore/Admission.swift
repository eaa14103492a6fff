import FleetModel
import PlanModel
import Scheduling

// Who may take room now.

extension Fleet {
  mutating func admit(to cluster: Int, _ work: inout StepWork) {
    clusters[cluster].head = nil
    guard clusters[cluster].unknown == nil, clusters[cluster].orphans.isEmpty else { return }
    admitNominated(cluster, &work)
    passOver(cluster, &work)
  }

  /// Deployments to which room was nominated go first, as soon as their own old run is gone.
  private mutating func admitNominated(_ cluster: Int, _ work: inout StepWork) {
    let waiting = clusters[cluster].nominations.keys.filter { deployments[$0].run == nil }
    for slot in waiting.sorted(by: { deployments[$0].record.id < deployments[$1].record.id }) {
      withdrawNomination(of: slot)
      guard deployments[slot].isQueued else { continue }
      if deployments[slot].run != nil {
        _ = tryToReplace(slot, &work)
      } else {
        var pass = AdmissionPass(
          cluster: cluster, now: work.now, isOvercommitted: false, isDeep: false, reservationsLeft: 0,
          timeline: Timeline(room: clusters[cluster].room, now: work.now))
        _ = tryToAdmit(slot, &pass, &work)
      }
    }
  }

  /// Admits a deployment together with what it needs running and is not placed yet, or nothing of it.
  mutating func tryToAdmit(_ slot: Int, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    guard let members = gang(of: slot), servicesCanStay(members) else { return false }
    var rooms: [Int: Room] = [:]
    var timeline = pass.timeline
    var shares: [[GPUShare]] = []
    for member in members {
      let cluster = deployments[member].cluster
      let request = deployments[member].record.traits.resources
      if cluster == pass.cluster {
        let runtime = runtimeBound(of: member)
        guard let assigned = timeline.assignment(for: request, runtime: runtime) else { return false }
        if members.count > 1 { timeline.take(request, assigned, runtime: runtime) }
        shares.append(assigned)
        continue
      }
      guard isOpen(cluster, to: member),
        let assigned = rooms[cluster, default: clusters[cluster].room].assignment(for: request)
      else {
        clusters[cluster].awaitedBy.insert(pass.cluster)
        return false
      }
      rooms[cluster, default: clusters[cluster].room].take(request, assigned)
      shares.append(assigned)
    }
    for (member, assigned) in zip(members, shares) {
      if deployments[member].cluster == pass.cluster { noteAdmission(of: member, assigned, &pass, &work) }
      begin(member, assigned, &work)
    }
    return true
  }

  /// Whether another cluster admits a member of a gang: its engine answers, and what it keeps for its own head stays kept.
  private func isOpen(_ cluster: Int, to member: Int) -> Bool {
    let state = clusters[cluster]
    if state.unknown != nil || !state.orphans.isEmpty || !state.room.overcommitted.isEmpty { return false }
    return !state.reservations.contains { reservation in
      reservation.slot != member && !deployments[reservation.slot].isVacant && comesBefore(reservation.slot, member)
        && reservation.guarded.contains { deployments[member].record.traits.resources[$0] > 0 }
    }
  }

  /// A new generation takes its old run's place once it fits in what is free and what the old run gives back.
  mutating func tryToReplace(_ slot: Int, _ work: inout StepWork) -> Bool {
    guard let old = deployments[slot].run, deployments[slot].met.unmetRunning == 0 else { return false }
    let cluster = deployments[slot].cluster
    let request = deployments[slot].record.traits.resources
    guard roomForReplacing(slot).assignment(for: request) != nil else { return false }
    requestStop(old, .replaced, &work)
    // It waits for its own room now, not for room: left in the queue, it would be found to fit again and again.
    clusters[cluster].queue.remove(slot: slot)
    deployments[slot].isQueued = false
    return true
  }

  /// The room of a deployment's cluster as it will be when its own old run, if it is there, has given its part back.
  func roomForReplacing(_ slot: Int) -> Room {
    let cluster = deployments[slot].cluster
    var room = clusters[cluster].room
    if let old = deployments[slot].run.flatMap({ runs[$0] }), old.cluster == cluster {
      room.give(old.record.resources, old.record.gpus)
    }
    return room
  }

  /// What must be admitted together: the deployment after all that it needs running and is not placed, wherever that is.
  /// Nil: one of them could not be admitted now even if there was room.
  func gang(of slot: Int) -> [Int]? {
    if deployments[slot].met.unmetRunning == 0 { return [slot] }
    var members: [Int] = []
    var seen: Set<Int> = [slot]
    var stack: [(slot: Int, rest: [Int])] = [(slot, needed(by: slot))]
    while let (top, rest) = stack.last {
      guard let next = rest.last else {
        members.append(top)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].rest.removeLast()
      guard seen.insert(next).inserted else { continue }
      guard deployments[next].isQueued else { return nil }
      stack.append((next, needed(by: next)))
    }
    return members
  }

  /// What a deployment needs running and what is neither up nor placed, the last by identity first.
  private func needed(by slot: Int) -> [Int] {
    deployments[slot].dependencies.filter { edge in
      edge.until == .running && !deployments[edge.slot].published.isUp && deployments[edge.slot].run == nil
    }.map(\.slot).sorted { deployments[$0].record.identity > deployments[$1].record.identity }
  }

  /// Services never end by themselves: one that others need running starts only if at least one of those would still fit
  /// beside it and beside all that never ends; else both would wait for ever, and the service would hold room for nothing.
  private func servicesCanStay(_ members: [Int]) -> Bool {
    for service in members where deployments[service].record.traits.mode == .service {
      let waiters = deployments[service].dependents.filter {
        $0.until == .running && deployments[$0.slot].run == nil && !deployments[$0.slot].published.isHopeless
          && deployments[$0.slot].record.progress.status == .pending
      }
      if waiters.isEmpty || waiters.contains(where: { members.contains($0.slot) }) { continue }
      if !waiters.contains(where: { fitsBesideServices(members + [$0.slot]) }) { return false }
    }
    return true
  }

  /// Whether all of them would fit at once if nothing but services ran, leaving their own old runs out.
  private func fitsBesideServices(_ members: [Int]) -> Bool {
    var rooms: [Int: Room] = [:]
    for member in Set(members).sorted() {
      let cluster = deployments[member].cluster
      var room = rooms[cluster] ?? clusters[cluster].serviceRoom
      if let old = deployments[member].run.flatMap({ runs[$0] }), old.isService, old.cluster == cluster {
        room.give(old.record.resources, old.record.gpus)
      }
      rooms[cluster] = room
    }
    for member in members {
      let cluster = deployments[member].cluster
      let request = deployments[member].record.traits.resources
      guard let shares = rooms[cluster]?.assignment(for: request) else { return false }
      rooms[cluster]?.take(request, shares)
    }
    return true
  }

  /// Only services hold what it lacks: no end of a run that ends by itself would make it fit.
  func isHeldByServices(_ slot: Int) -> Bool {
    guard let members = gang(of: slot) else { return false }
    return !fitsBesideServices(members) || !servicesCanStay(members)
  }

  /// In which dimensions of its own cluster a deployment, with what must be admitted together with it, does not fit now.
  func lackingDimensions(of slot: Int) -> [Dimension] {
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
