import FleetModel
import PlanModel
import Scheduling

// Admission of one deployment with its gang: all of it, or nothing.

extension Fleet {
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
      guard isOpen(cluster, to: member, hasClaim: pass.hasClaim),
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

  /// A pass for one deployment alone, before the queue is looked at.
  func passForOne(on cluster: ClusterSlot, hasClaim: Bool, _ now: Instant) -> AdmissionPass {
    AdmissionPass(
      cluster: cluster, now: now, isOvercommitted: false, isDeep: false, reservationsLeft: 0,
      timeline: Timeline(room: clusters[cluster].room, now: now), hasClaim: hasClaim)
  }

  /// Has the queue looked at again when room comes back on the clusters of those that need members of a gang running.
  private mutating func awaitRoomForWaiters(of members: [DeploymentSlot], _ pass: inout AdmissionPass) {
    for member in members {
      for edge in deployments[member].dependents where edge.until == .running {
        let cluster = deployments[edge.slot].cluster
        if cluster != pass.cluster { clusters[cluster].awaitedBy.insert(pass.cluster) }
      }
    }
  }

  /// Whether another cluster admits a member of a gang: its engine answers, and what it keeps for its own head stays kept.
  private func isOpen(_ cluster: ClusterSlot, to member: DeploymentSlot, hasClaim: Bool) -> Bool {
    let state = clusters[cluster]
    if state.unknown != nil || !state.orphans.isEmpty || !state.room.overcommitted.isEmpty { return false }
    if hasClaim { return true }
    return !state.reservations.contains { reservation in
      reservation.slot != member && !deployments[reservation.slot].isVacant && comesBefore(reservation.slot, member)
        && reservation.guarded.contains { deployments[member].record.traits.resources[$0] > 0 }
    }
  }
}
