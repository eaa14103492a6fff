import FleetModel
import Scheduling

// Claims found anew: after a load, from the recorded deadlines and from who is stopping; and after a change of a cluster's
// capacity, from the claims as they were.

extension Fleet {
  /// A swap as it is to be found anew.
  private struct FormerSwap {
    /// In the order of their identities.
    var slots: [DeploymentSlot]
    /// The runs on which it may count: the first of these lists with which all members fit.
    var awaited: [[RunID]]
    var deadline: Instant
  }

  /// Makes the claims of a loaded fleet: what was promised is promised still. How much of the room of gangs is kept follows
  /// from who is still stopping, once every fact is known: see `checkGangClaims`.
  mutating func restoreClaims() {
    let promised = deploymentsWithPromises()
    let inSwaps = restoreSwaps(formerSwaps(among: promised.filter(\.hasDeadline).map(\.slot)))
    let alone = Set(runs.values.map(\.deployment)).sorted().filter { slot in
      !inSwaps.contains(slot) && liveRun(of: slot)?.record.stopCause == .replaced
        && !deployments[slot].record.progress.isWithdrawn
    }
    for slot in alone { if let old = liveRun(of: slot) { claimForReplacement(of: slot, beyond: old.record) } }
    for promise in promised {
      let cluster = deployments[promise.slot].cluster
      if promise.isNamed { clusters[cluster].namedStarts.insert(promise.slot) }
      if promise.hasDeadline, !inSwaps.contains(promise.slot) { enterGangClaim(of: promise.slot, on: cluster) }
    }
  }

  /// The deployments to which an expected start was named or room was promised, by slot. They are few of many.
  private func deploymentsWithPromises() -> [(slot: DeploymentSlot, isNamed: Bool, hasDeadline: Bool)] {
    var found: [(slot: DeploymentSlot, isNamed: Bool, hasDeadline: Bool)] = []
    for slot in deployments.indices {
      let isNamed = deployments[slot].record.progress.expectedStart != nil
      let hasDeadline = deployments[slot].record.progress.nominatedUntil != nil
      if isNamed || hasDeadline { found.append((slot, isNamed, hasDeadline)) }
    }
    return found
  }

  /// The swaps that were recorded, by deadline: deployments with one deadline belong together.
  private func formerSwaps(among promised: [DeploymentSlot]) -> [FormerSwap] {
    var groups: [Instant: [DeploymentSlot]] = [:]
    for slot in promised {
      if let until = deployments[slot].record.progress.nominatedUntil { groups[until, default: []].append(slot) }
    }
    return groups.sorted { $0.key < $1.key }.compactMap { until, group in
      let slots = group.sorted { deployments[$0].record.identity < deployments[$1].record.identity }
      let own = slots.compactMap { deployments[$0].run }.filter { runs[$0]?.record.stopCause == .replaced }.sorted()
      // A deployment whose old run goes on waits for room that others give back, and for that alone.
      guard let cluster = slots.first.map({ deployments[$0].cluster }),
        own.count == slots.count(where: { deployments[$0].run != nil })
      else { return nil }
      // The last member may count on a run whose deployment has left the swap.
      let others = clusters[cluster].stopping.filter { id in
        guard let run = runs[id], run.record.stopCause == .replaced else { return false }
        return deployments[run.deployment].record.progress.nominatedUntil == nil
      }
      if slots.count == 1, own.isEmpty, others.isEmpty || isPreempting(slots[0]) { return nil }
      return FormerSwap(slots: slots, awaited: [own, (own + others).sorted()], deadline: until)
    }
  }

  /// Whether runs stop for a deployment of higher effective priority.
  private func isPreempting(_ slot: DeploymentSlot) -> Bool {
    let id = deployments[slot].record.id
    return clusters[deployments[slot].cluster].stopping.contains { runs[$0]?.record.stopCause?.preemptor == id }
  }

  /// Enters swaps whose members still fit together, and returns the deployments that take part in one.
  private mutating func restoreSwaps(_ swaps: [FormerSwap]) -> Set<DeploymentSlot> {
    var restored: Set<DeploymentSlot> = []
    for swap in swaps {
      guard let cluster = swap.slots.first.map({ deployments[$0].cluster }) else { continue }
      for awaited in swap.awaited {
        guard let members = swapMembers(swap.slots, awaiting: awaited) else { continue }
        enterSwap(members, on: cluster, awaiting: awaited, until: swap.deadline)
        restored.formUnion(swap.slots)
        break
      }
    }
    return restored
  }

  /// Returns what each member of a swap gets once some runs have given back what they hold. `nil` if they do not all fit.
  func swapMembers(_ slots: [DeploymentSlot], awaiting awaited: [RunID]) -> [Claim.Member]? {
    guard let cluster = slots.first.map({ deployments[$0].cluster }) else { return nil }
    var room = clusters[cluster].room
    let old = awaited.compactMap { runs[$0]?.record }
    for run in old { room.give(run.resources, run.gpus) }
    return members(slots, in: room, preferring: old.flatMap(\.gpus))
  }

  /// Finds the claims of replacements on a cluster anew after a change of its capacity.
  mutating func renewReplacementClaims(on cluster: ClusterSlot, _ work: inout StepWork) {
    let former = clusters[cluster].claims.swaps
    var alone = clusters[cluster].claims.ownReplacements.keys.sorted()
    for swap in former { releaseSwap(swap, on: cluster, &work) }
    for slot in alone { releaseReplacementClaim(of: slot) }
    for swap in former {
      guard let deadline = swap.deadline else { continue }
      let slots = swap.members.map(\.slot)
      let restored = restoreSwaps([FormerSwap(slots: slots, awaited: [swap.awaited], deadline: deadline)])
      if restored.isEmpty {
        alone += slots
        for slot in slots { markDirty(slot, &work) }
      } else {
        for slot in slots { deployments[slot].record.progress.nominatedUntil = deadline }
      }
    }
    for slot in alone.sorted() {
      if let old = liveRun(of: slot) { claimForReplacement(of: slot, beyond: old.record) }
    }
  }
}
