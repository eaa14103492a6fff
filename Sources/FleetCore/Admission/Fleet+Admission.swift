import FleetModel
import PlanModel
import Scheduling

// Who may take room now.

extension Fleet {
  mutating func admit(to cluster: ClusterSlot, _ work: inout StepWork) {
    clusters[cluster].head = nil
    endOverdueNominations(on: cluster, &work)
    guard clusters[cluster].unknown == nil, clusters[cluster].orphans.isEmpty else { return }
    admitNominated(cluster, &work)
    admitNominatedGangs(cluster, &work)
    runAdmissionPass(on: cluster, &work)
  }

  /// Deployments to which room was nominated go first, as soon as their own old run is gone.
  private mutating func admitNominated(_ cluster: ClusterSlot, _ work: inout StepWork) {
    admitExchanges(cluster, &work)
    let waiting = clusters[cluster].nominations.keys.filter { deployments[$0].run == nil && exchange(of: $0) == nil }
    for slot in waiting.sorted(by: comesBefore) {
      withdrawNomination(of: slot)
      guard deployments[slot].isQueued else { continue }
      if deployments[slot].run != nil {
        _ = tryToReplace(slot, &work)
      } else {
        var pass = passForOne(on: cluster, isNominated: false, work.now)
        _ = tryToAdmit(slot, &pass, &work)
      }
    }
  }

  /// A look at one deployment alone, before the queue.
  func passForOne(on cluster: ClusterSlot, isNominated: Bool, _ now: Instant) -> AdmissionPass {
    AdmissionPass(
      cluster: cluster, now: now, isOvercommitted: false, isDeep: false, reservationsLeft: 0,
      timeline: Timeline(room: clusters[cluster].room, now: now), isNominated: isNominated)
  }

  /// Admits a deployment together with what it needs running and is not placed yet, or nothing of it.
  mutating func tryToAdmit(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    guard let members = gang(of: slot) else { return false }
    if !servicesCanStay(members, for: slot) {
      awaitRoomForWaiters(of: members, &pass)
      return false
    }
    var rooms: [ClusterSlot: Room] = [:]
    var timeline = pass.timeline
    var shares: [[GPUShare]] = []
    for member in members {
      let cluster = deployments[member].cluster
      let request = deployments[member].record.traits.resources
      if cluster == pass.cluster {
        let runtime = runtimeBound(of: member).forAdmission
        guard let assigned = timeline.assignment(for: request, runtime: runtime) else { return false }
        if members.count > 1 { timeline.take(request, assigned, runtime: runtime) }
        shares.append(assigned)
        continue
      }
      guard isOpen(cluster, to: member, isNominated: pass.isNominated),
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

  /// Has the queue looked at again when room comes back where those are that need these running.
  private mutating func awaitRoomForWaiters(of members: [DeploymentSlot], _ pass: inout AdmissionPass) {
    for member in members {
      for edge in deployments[member].dependents where edge.until == .running {
        let cluster = deployments[edge.slot].cluster
        if cluster != pass.cluster { clusters[cluster].awaitedBy.insert(pass.cluster) }
      }
    }
  }

  /// Whether another cluster admits a member of a gang: its engine answers, and what it keeps for its own head stays kept.
  private func isOpen(_ cluster: ClusterSlot, to member: DeploymentSlot, isNominated: Bool) -> Bool {
    let state = clusters[cluster]
    if state.unknown != nil || !state.orphans.isEmpty || !state.room.overcommitted.isEmpty { return false }
    if isNominated { return true }
    return !state.reservations.contains { reservation in
      reservation.slot != member && !deployments[reservation.slot].isVacant && comesBefore(reservation.slot, member)
        && reservation.guarded.contains { deployments[member].record.traits.resources[$0] > 0 }
    }
  }
}
