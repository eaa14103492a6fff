import FleetModel
import PlanModel
import Scheduling

// Admission of deployments into room that is claimed for them, before the queue is looked at.

extension Fleet {
  /// Admits to a cluster what may start now: first the deployments for which room is claimed, then the queue.
  mutating func admit(to cluster: ClusterSlot, _ work: inout StepWork) {
    clusters[cluster].head = nil
    expireClaims(on: cluster, &work)
    guard clusters[cluster].unknown == nil, clusters[cluster].orphans.isEmpty else { return }
    admitSwaps(cluster, &work)
    admitReplacements(cluster, &work)
    admitClaimedGangs(cluster, &work)
    runAdmissionPass(on: cluster, &work)
  }

  /// Admits deployments to their old run's room as soon as that run is gone.
  private mutating func admitReplacements(_ cluster: ClusterSlot, _ work: inout StepWork) {
    let waiting = clusters[cluster].claims.ownReplacements.keys.filter { deployments[$0].run == nil }
    for slot in waiting.sorted(by: comesBefore) {
      releaseReplacementClaim(of: slot)
      guard deployments[slot].isQueued else { continue }
      // Another's gang may have taken it along.
      if deployments[slot].run != nil {
        _ = tryToReplace(slot, &work)
      } else {
        var pass = passForOne(on: cluster, hasClaim: false, work.now)
        _ = tryToAdmit(slot, &pass, &work)
      }
    }
  }

  /// Admits the members of swaps whose old runs have all gone, and of the other swaps those that need not wait for the last.
  private mutating func admitSwaps(_ cluster: ClusterSlot, _ work: inout StepWork) {
    for swap in clusters[cluster].claims.swaps where !swap.awaited.isEmpty {
      for member in swap.members where deployments[member.slot].run == nil && deployments[member.slot].isQueued {
        admitAhead(member.slot, ofSwapUntil: swap.deadline, on: cluster, &work)
      }
    }
    while let swap = clusters[cluster].claims.swaps.first(where: { $0.awaited.isEmpty }) {
      releaseSwap(swap, on: cluster, &work)
      for member in swap.members where deployments[member.slot].isQueued && deployments[member.slot].run == nil {
        var pass = passForOne(on: cluster, hasClaim: false, work.now)
        _ = tryToAdmit(member.slot, &pass, &work)
      }
    }
  }

  /// Admits one member of a swap if it fits beside all that is kept for the others.
  private mutating func admitAhead(
    _ slot: DeploymentSlot, ofSwapUntil deadline: Instant?, on cluster: ClusterSlot, _ work: inout StepWork
  ) {
    guard let whole = clusters[cluster].claims.swap(until: deadline) else { return }
    var others = whole
    others.members.removeAll { $0.slot == slot }
    refreshSwap(others, on: cluster)
    var pass = passForOne(on: cluster, hasClaim: false, work.now)
    guard tryToAdmit(slot, &pass, &work) else { return refreshSwap(whole, on: cluster) }
    forgetDeadline(of: slot, &work)
    if let left = clusters[cluster].claims.swap(until: deadline), left.members.isEmpty {
      releaseSwap(left, on: cluster, &work)
    }
  }

  /// Admits deployments with gang claims. Those that do not fit yet keep what there is.
  private mutating func admitClaimedGangs(_ cluster: ClusterSlot, _ work: inout StepWork) {
    if clusters[cluster].claims.gangs.isEmpty { return }
    refreshGangClaims(on: cluster, &work)
    var mustRefresh = false
    for head in inOrderOfHonor(clusters[cluster].claims.gangs.keys)
    where deployments[head].cluster == cluster && deployments[head].isQueued && gangClaims[head] != nil {
      let held = gangClaims[head] ?? []
      let wanted = clustersOfGang(head)
      // Most of them wait for room that has not come back: what is kept for them was computed just now.
      if held == wanted, !mayFit(head, on: cluster) { continue }
      for other in held { suspendGangClaim(of: head, on: other) }
      if admitClaimed(head, &work) {
        releaseGangClaims(of: head, &work)
        mustRefresh = true
        continue
      }
      // The gang may be another since.
      for other in held where !wanted.contains(other) { releaseGangClaim(of: head, on: other, &work) }
      for other in wanted { enterGangClaim(of: head, on: other) }
      for other in wanted { refreshGangClaims(on: other, &work) }
      if gangClaims[head] != nil { continue }
      mustRefresh = true
    }
    if mustRefresh { refreshGangClaims(on: cluster, &work) }
  }

  /// Whether sums leave it possible that a gang fits on a cluster with what is free and what is kept for it there.
  private func mayFit(_ head: DeploymentSlot, on cluster: ClusterSlot) -> Bool {
    guard let claim = clusters[cluster].claims.gangs[head] else { return true }
    let room = roomForReplacing(head).free + claim.resources
    let request = claim.members.reduce(Resources.zero) { $0 + $1.request }
    return Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= room[$0] }
  }

  private mutating func admitClaimed(_ head: DeploymentSlot, _ work: inout StepWork) -> Bool {
    if deployments[head].run != nil { return tryToReplace(head, &work) }
    var pass = passForOne(on: deployments[head].cluster, hasClaim: true, work.now)
    return tryToAdmit(head, &pass, &work)
  }
}
