import FleetModel
import PlanModel
import Scheduling

// Claims are computed anew whenever something has changed of what they rest on.

extension Fleet {
  /// Keeps what claims need of the room that a run has just given back, before others are looked at.
  mutating func refreshClaims(afterEndOf run: LiveRun, _ work: inout StepWork) {
    let (slot, cluster) = (run.deployment, run.cluster)
    // Before a gang of another cluster takes it.
    if clusters[deployments[slot].cluster].claims.ownReplacements[slot] != nil {
      releaseReplacementClaim(of: slot)
      claimForReplacement(of: slot, on: deployments[slot].cluster, beyond: [])
    }
    for var swap in clusters[cluster].claims.swaps where swap.awaited.contains(run.record.id) {
      swap.awaited.removeAll { $0 == run.record.id }
      refreshSwap(swap, on: cluster)
    }
    keepForGangs(on: cluster, &work)
  }

  /// Keeps at once what gang claims need of the room of a cluster. None of them is given up, for not all facts are known yet.
  mutating func keepForGangs(on cluster: ClusterSlot, _ work: inout StepWork) {
    if clusters[cluster].claims.gangs.isEmpty { return }
    refreshGangClaims(on: cluster, isFinal: false, &work)
    for head in clusters[cluster].claims.gangs.keys.sorted() { markClusterDirty(deployments[head].cluster, &work) }
  }

  /// Enters a swap as it is now, keeping all that its members ask for and the old runs do not hold any more.
  mutating func refreshSwap(_ swap: Claim, on cluster: ClusterSlot) {
    var swap = swap
    let old = swap.awaited.compactMap { runs[$0]?.record }
    swap.keep(beyond: old.reduce(.zero) { $0 + $1.resources }, old.flatMap(\.gpus))
    clusters[cluster].claim(swap)
  }

  /// Computes anew what is kept on a cluster under each gang claim, in the order in which they are honored.
  ///
  /// - Parameter isFinal: whether all facts are known, so that a gang that would not fit any more with what it waits for loses
  ///   its claims.
  mutating func refreshGangClaims(on cluster: ClusterSlot, isFinal: Bool = true, _ work: inout StepWork) {
    if clusters[cluster].claims.gangs.isEmpty { return }
    let order = inOrderOfHonor(clusters[cluster].claims.gangs.keys)
    for head in order { suspendGangClaim(of: head, on: cluster) }
    var stopping: [DeploymentID: [RunID]] = [:]
    for id in clusters[cluster].stopping.sorted() {
      if let preemptor = runs[id]?.record.stopCause?.preemptor { stopping[preemptor, default: []].append(id) }
    }
    var taken: Set<RunID> = []
    var lost: [DeploymentSlot] = []
    for head in order {
      let own = stopping[deployments[head].record.id] ?? []
      if let claim = gangClaim(of: head, on: cluster, stopping: own, except: taken) {
        clusters[cluster].claim(claim)
        taken.formUnion(claim.awaited)
      } else {
        lost.append(head)
      }
    }
    if isFinal { for head in lost { releaseGangClaims(of: head, &work) } }
  }

  /// Keeps nothing under a gang claim for the time being. The claim stays.
  mutating func suspendGangClaim(of head: DeploymentSlot, on cluster: ClusterSlot) {
    guard var claim = clusters[cluster].claims.gangs[head], claim.isKept else { return }
    claim.keepNothing()
    clusters[cluster].claim(claim)
  }

  /// Returns the gang claim of a deployment as it is to be now. `nil` if its gang does not fit with what it may count on.
  ///
  /// - Parameters:
  ///   - own: the runs there that stop for it.
  ///   - taken: the runs that other claims count on.
  private func gangClaim(
    of head: DeploymentSlot, on cluster: ClusterSlot, stopping own: [RunID], except taken: Set<RunID>
  ) -> Claim? {
    guard let gang = gangOrReplacement(of: head) else { return nil }
    let slots = gang.filter { deployments[$0].cluster == cluster }
    var claim = Claim(.gang, owner: head, deadline: deployments[head].record.progress.nominatedUntil)
    var room = clusters[cluster].room
    var returned = (resources: Resources.zero, gpus: [GPUShare]())
    func count(on run: RunRecord) {
      room.give(run.resources, run.gpus)
      returned.resources += run.resources
      returned.gpus += run.gpus
    }
    if let old = liveRun(of: head), old.cluster == cluster { count(on: old.record) }
    let mine = deployments[head].record.id
    for id in own where !taken.contains(id) {
      guard let run = runs[id]?.record else { continue }
      count(on: run)
      claim.awaited.append(id)
    }
    var members = members(slots, in: room, preferring: returned.gpus)
    if members == nil {
      for run in runsToCountOn(for: head, on: cluster) where !taken.contains(run.id) && run.stopCause?.preemptor != mine
      {
        count(on: run)
        claim.awaited.append(run.id)
      }
      members = self.members(slots, in: room, preferring: returned.gpus)
    }
    guard let members else { return nil }
    claim.members = members
    claim.keep(beyond: returned.resources, returned.gpus)
    return claim
  }

  /// Returns deployments as members of a claim, each with the shares that it gets when all get theirs. `nil` if they do not all
  /// fit.
  ///
  /// - Parameter returned: the GPUs that come back. Nothing else needs to be kept for a member that gets one of them.
  func members(
    _ slots: [DeploymentSlot], in room: Room, preferring returned: [GPUShare]
  ) -> [Claim.Member]? {
    var room = room
    var members: [Claim.Member] = []
    for slot in slots {
      let request = deployments[slot].record.traits.resources
      guard let shares = room.assignment(for: request, preferring: returned) else { return nil }
      members.append(Claim.Member(slot: slot, request: request, shares: shares))
      if members.count < slots.count { room.take(request, shares) }
    }
    return members
  }

  /// Gives up the claim for a deployment's next run if there is to be none, or if it asks for something else now; then it is
  /// claimed anew.
  mutating func refreshReplacementClaim(of slot: DeploymentSlot, _ work: inout StepWork) {
    guard let member = clusters[deployments[slot].cluster].claims.replacement(of: slot) else { return }
    let isWanted =
      !deployments[slot].record.progress.isWithdrawn && !deployments[slot].record.traits.suspend
      && ownerProblem(of: slot) == nil
    if isWanted && member.request == deployments[slot].record.traits.resources { return }
    releaseClaims(of: slot, &work)
    if isWanted, let old = liveRun(of: slot) { claimForReplacement(of: slot, beyond: old.record) }
  }
}
