import FleetModel
import PlanModel
import Scheduling

// The life of a claim: made, refreshed whenever room comes back, expired or released. Its room belongs to its members until
// they have started or its deadline has passed. Only the deadline is recorded; how much is kept follows from who is still
// stopping, and is computed anew whenever something changed.

extension Fleet {
  /// Time beyond the grace of a stop after which a run that was asked to stop is no longer counted on.
  static let stopTimeout = TimeSpan.seconds(60)

  /// Returns the time until which a stopping run is expected to be gone.
  func expectedGone(_ run: RunRecord) -> Instant {
    (run.stopRequestedAt ?? run.createdAt) + run.stopGrace + Self.stopTimeout
  }

  // MARK: Questions

  /// Whether room is claimed for a deployment as a member of a gang or a swap.
  func isClaimedFor(_ slot: DeploymentSlot) -> Bool {
    let claims = clusters[deployments[slot].cluster].claims
    return claims.gangs.values.contains { $0.contains(slot) } || claims.swap(of: slot) != nil
  }

  /// Returns the swap in which a deployment takes part; `nil` if it takes part in none.
  func swap(of slot: DeploymentSlot) -> Claim? { clusters[deployments[slot].cluster].claims.swap(of: slot) }

  /// Returns owners of gang claims in the order in which these are honored: higher effective priority first, then the earlier
  /// deadline, which is that of the claim made first.
  func inOrderOfHonor(_ heads: some Sequence<DeploymentSlot>) -> [DeploymentSlot] {
    var order: [(priority: Priority, until: Instant, id: DeploymentID, slot: DeploymentSlot)] = []
    for head in heads {
      let until = deployments[head].record.progress.nominatedUntil ?? .distantPast
      order.append((deployments[head].effectivePriority, until, deployments[head].record.id, head))
    }
    order.sort { $0.priority == $1.priority ? ($0.until, $0.id) < ($1.until, $1.id) : $0.priority > $1.priority }
    return order.map(\.slot)
  }

  /// Returns the runs of a cluster that were asked to stop, sorted.
  func stoppingRuns(on cluster: ClusterSlot) -> [RunRecord] {
    clusters[cluster].stopping.sorted().compactMap { runs[$0]?.record }
  }

  /// Returns the stopping runs whose room a deployment may count on: not those that are overdue, nor those that stop for others
  /// of no lower effective priority or for their own deployment's next run.
  func runsToCountOn(for head: DeploymentSlot, on cluster: ClusterSlot) -> [RunRecord] {
    var claimed: Set<RunID> = []
    for (other, claim) in clusters[cluster].claims.gangs where other != head {
      if deployments[other].effectivePriority >= deployments[head].effectivePriority {
        claimed.formUnion(claim.awaited)
      }
    }
    return stoppingRuns(on: cluster).filter { run in
      if expectedGone(run) <= lastNow || claimed.contains(run.id) { return false }
      if clusters[cluster].claims.swaps.contains(where: { $0.awaited.contains(run.id) }) { return false }
      if run.stopCause == .replaced {
        return deploymentsByID[run.deployment].map { clusters[cluster].claims.replacement(of: $0) == nil } ?? true
      }
      guard let preemptor = run.stopCause?.preemptor.flatMap({ deploymentsByID[$0] }), preemptor != head,
        clusters[cluster].claims.gangs[preemptor] != nil
      else { return true }
      return deployments[preemptor].effectivePriority < deployments[head].effectivePriority
    }
  }

  // MARK: Claim

  /// Claims for a deployment's next run what it needs beyond what its old run still holds.
  mutating func claimForReplacement(of slot: DeploymentSlot, beyond old: RunRecord) {
    let cluster = deployments[slot].cluster
    releaseReplacementClaim(of: slot)
    // Others count on what it gives back, and it takes no part in the swap any more.
    if clusters[cluster].claims.swaps.contains(where: { $0.awaited.contains(old.id) }) { return }
    let returned = old.cluster == clusters[cluster].record.id ? [old] : []
    claimForReplacement(of: slot, on: cluster, beyond: returned)
  }

  private mutating func claimForReplacement(
    of slot: DeploymentSlot, on cluster: ClusterSlot, beyond returned: [RunRecord]
  ) {
    let request = deployments[slot].record.traits.resources
    var room = clusters[cluster].room
    for run in returned { room.give(run.resources, run.gpus) }
    guard let shares = room.assignment(for: request, preferring: returned.flatMap(\.gpus)) else { return }
    let member = Claim.Member(slot: slot, request: request, shares: shares)
    var claim = Claim(.ownReplacement, owner: slot, members: [member], awaited: returned.map(\.id))
    claim.keep(beyond: returned.reduce(.zero) { $0 + $1.resources }, returned.flatMap(\.gpus))
    clusters[cluster].claim(claim)
  }

  /// Claims what is free, and what these runs will give back, for a gang.
  mutating func claimForGang(of head: DeploymentSlot, awaiting runs: [RunRecord], _ work: inout StepWork) {
    // Later than the claims before it, which are honored first.
    let until = deadline(after: runs, now: work.now)
    deployments[head].record.progress.nominatedUntil = until
    work.changedProgress.insert(head)
    for cluster in clustersOfGang(head) {
      enterGangClaim(of: head, on: cluster)
      refreshGangClaims(on: cluster, &work)
    }
    setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
    markDirty(head, &work)
  }

  /// Claims for replacements on one cluster what all of them need once their old runs are gone.
  mutating func claimForSwap(
    _ members: [Claim.Member], on cluster: ClusterSlot, awaiting awaited: [RunID], _ work: inout StepWork
  ) {
    let until = deadline(after: awaited.compactMap { runs[$0]?.record }, now: work.now)
    for member in members {
      deployments[member.slot].record.progress.nominatedUntil = until
      work.changedProgress.insert(member.slot)
    }
    enterSwap(members, on: cluster, awaiting: awaited, until: until)
  }

  /// Returns a deadline for a claim that awaits some runs: later than that of every other claim, because by it claims are
  /// ordered and recognized.
  private func deadline(after runs: [RunRecord], now: Instant) -> Instant {
    let until = runs.map(expectedGone).reduce(now, max) + Self.stopTimeout
    var latest: Instant?
    for other in gangClaims.keys {
      if let until = deployments[other].record.progress.nominatedUntil { latest = max(latest ?? until, until) }
    }
    for cluster in clustersWithSwaps {
      for case let until? in clusters[cluster].claims.swaps.map(\.deadline) { latest = max(latest ?? until, until) }
    }
    return latest.map { max(until, $0 + TimeSpan(nanoseconds: 1)) } ?? until
  }

  /// Enters a gang claim on a cluster, if there is none yet. Nothing is kept under it before it is refreshed.
  mutating func enterGangClaim(of head: DeploymentSlot, on cluster: ClusterSlot) {
    if clusters[cluster].claims.gangs[head] != nil { return }
    clusters[cluster].claim(Claim(.gang, owner: head, deadline: deployments[head].record.progress.nominatedUntil))
    gangClaims[head] = ((gangClaims[head] ?? []) + [cluster]).sorted()
  }

  /// Enters a swap whose members have their deadline already.
  mutating func enterSwap(
    _ members: [Claim.Member], on cluster: ClusterSlot, awaiting awaited: [RunID], until: Instant
  ) {
    guard let first = members.first else { return }
    clustersWithSwaps.insert(cluster)
    refreshSwap(
      Claim(.swap, owner: first.slot, members: members, awaited: awaited, deadline: until), on: cluster)
    setTimer(at: until, .admission(clusters[cluster].record.id))
  }

  // MARK: Refresh

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
