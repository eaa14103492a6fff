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

  mutating func claimForReplacement(
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
}
