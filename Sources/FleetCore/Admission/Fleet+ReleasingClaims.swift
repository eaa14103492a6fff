import FleetModel
import PlanModel
import Scheduling

// The end of claims: their deadline passes, their members start, or what they are for is gone.

extension Fleet {
  // MARK: Expire

  /// Ends the claims on a cluster whose deadline has passed, before anything is admitted there. Each member takes what it can
  /// get.
  mutating func expireClaims(on cluster: ClusterSlot, _ work: inout StepWork) {
    while let swap = clusters[cluster].claims.swaps.first(where: { $0.deadline.map { $0 <= work.now } ?? false }) {
      releaseSwap(swap, on: cluster, &work)
      for member in swap.members {
        logExpiry(of: member.slot, &work)
        if let old = liveRun(of: member.slot) { claimForReplacement(of: member.slot, beyond: old.record) }
        markDirty(member.slot, &work)
      }
    }
    for head in clusters[cluster].claims.gangs.keys.sorted() {
      guard let until = deployments[head].record.progress.nominatedUntil, until <= work.now else { continue }
      logExpiry(of: head, &work)
      releaseGangClaims(of: head, &work)
    }
  }

  private mutating func logExpiry(of slot: DeploymentSlot, _ work: inout StepWork) {
    log(
      .nominationEnded, "the room was not freed in time",
      .deployment(deployments[slot].record.identity), &work)
  }

  // MARK: Release

  /// Gives up everything that is claimed for a deployment: by its own replacement, its swap, its gang.
  ///
  /// - Parameter isStarting: whether it starts, so that its own room is not there for others.
  mutating func releaseClaims(of slot: DeploymentSlot, isStarting: Bool = false, _ work: inout StepWork) {
    leaveSwap(slot, &work)
    if releaseReplacementClaim(of: slot), !isStarting { roomCameBack(deployments[slot].cluster, &work) }
    releaseGangClaims(of: slot, &work)
  }

  /// Gives up the claim for a deployment's next run beside its old one. Returns false if there was none.
  @discardableResult
  mutating func releaseReplacementClaim(of slot: DeploymentSlot) -> Bool {
    let cluster = deployments[slot].cluster
    guard let claim = clusters[cluster].claims.ownReplacements[slot] else { return false }
    clusters[cluster].release(claim)
    return true
  }

  /// Takes a deployment out of its swap, because it has a run, is to have none, or asks for something else now. The others
  /// still count on its old run.
  private mutating func leaveSwap(_ slot: DeploymentSlot, _ work: inout StepWork) {
    let cluster = deployments[slot].cluster
    guard var swap = swap(of: slot) else { return }
    swap.members.removeAll { $0.slot == slot }
    forgetDeadline(of: slot, &work)
    if swap.members.isEmpty { releaseSwap(swap, on: cluster, &work) } else { refreshSwap(swap, on: cluster) }
    roomCameBack(cluster, &work)
  }

  /// Gives up a swap with its room, and the recorded deadline of its members.
  mutating func releaseSwap(_ swap: Claim, on cluster: ClusterSlot, _ work: inout StepWork) {
    clusters[cluster].release(swap)
    for member in swap.members { forgetDeadline(of: member.slot, &work) }
    if clusters[cluster].claims.swaps.isEmpty { clustersWithSwaps.remove(cluster) }
  }

  mutating func forgetDeadline(of slot: DeploymentSlot, _ work: inout StepWork) {
    deployments[slot].record.progress.nominatedUntil = nil
    work.changedProgress.insert(slot)
  }

  /// Gives up the gang claims of a deployment on every cluster, if it has any.
  mutating func releaseGangClaims(of head: DeploymentSlot, _ work: inout StepWork) {
    guard let held = gangClaims.removeValue(forKey: head) else { return }
    forgetDeadline(of: head, &work)
    for cluster in held {
      clusters[cluster].release(Claim(.gang, owner: head))
      roomCameBack(cluster, &work)
    }
    markDirty(head, &work)
  }

  /// Removes the gang claim of a deployment from a cluster on which its gang needs no room any more.
  mutating func releaseGangClaim(of head: DeploymentSlot, on cluster: ClusterSlot, _ work: inout StepWork) {
    clusters[cluster].release(Claim(.gang, owner: head))
    gangClaims[head]?.removeAll { $0 == cluster }
    roomCameBack(cluster, &work)
  }

  /// Gives up the gang claims of deployments that are not ready any more. In the first step after a load, gives those of the
  /// others their room, because only then are all facts known.
  mutating func checkGangClaims(_ work: inout StepWork) {
    if gangClaims.isEmpty { return }
    var gone: [DeploymentSlot] = []
    for head in gangClaims.keys where !deployments[head].isQueued { gone.append(head) }
    for head in gone.sorted() { releaseGangClaims(of: head, &work) }
    if work.isWhole, !work.hasRestoredGangClaims {
      work.hasRestoredGangClaims = true
      for head in inOrderOfHonor(gangClaims.keys) {
        for cluster in clustersOfGang(head) { enterGangClaim(of: head, on: cluster) }
        if let until = deployments[head].record.progress.nominatedUntil {
          setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
        }
      }
      for cluster in clusters.indices { keepForGangs(on: cluster, &work) }
    }
  }
}
