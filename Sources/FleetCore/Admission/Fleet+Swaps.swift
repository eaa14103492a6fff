import FleetModel
import PlanModel
import Scheduling

// Swaps: replacements that fit only in each other's room. None of them may stop before it is certain that all fit once all have
// stopped; then their room is claimed, so that nobody else takes it between the first end and the last. So each of them runs
// again as it is declared, and none stops for longer than its own change asks for.

extension Fleet {
  /// Number of other replacements that are tried: all sets of them, the smallest first.
  private static let mostPartners = 6

  /// Stops the old run of a deployment together with those of others of its cluster that wait to be replaced, the fewest that
  /// make all of them fit, and claims what they need. Returns false if no such set does.
  mutating func tryToSwap(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    let cluster = pass.cluster
    guard clusters[cluster].queue.replacements.count > 1, maySwap(slot, on: cluster) else { return false }
    let partners = partners(of: slot, on: cluster)
    guard !partners.isEmpty, couldFit(slot, with: partners) else { return false }
    for chosen in Self.sets(of: partners) {
      let slots = ([slot] + chosen).sorted { deployments[$0].record.identity < deployments[$1].record.identity }
      let awaited = slots.compactMap { deployments[$0].run }.sorted()
      guard let members = swapMembers(slots, awaiting: awaited), servicesCanStay(slots, for: slot),
        mayGrow(slots, pass)
      else { continue }
      for slot in slots {
        if let old = deployments[slot].run { requestStop(old, .replaced, &work) }
        releaseReplacementClaim(of: slot)
        dequeue(slot)
      }
      claimForSwap(members, on: cluster, awaiting: awaited, &work)
      noteBypasses(by: slots, &pass, &work)
      return true
    }
    return false
  }

  /// Whether a deployment waits for nothing but room for its next run, and has its old one on the same cluster.
  private func maySwap(_ slot: DeploymentSlot, on cluster: ClusterSlot) -> Bool {
    guard let old = liveRun(of: slot) else { return false }
    return old.cluster == cluster && old.record.state != .stopping && deployments[slot].isQueued
      && deployments[slot].met.unmetRunning == 0 && !isClaimedFor(slot)
  }

  /// Returns the first in the queue of those that wait to be replaced and would give something back.
  private func partners(of slot: DeploymentSlot, on cluster: ClusterSlot) -> [DeploymentSlot] {
    let all = clusters[cluster].queue.waitingReplacements.filter { other in
      guard other != slot, maySwap(other, on: cluster), let old = liveRun(of: other) else { return false }
      let request = deployments[other].record.traits.resources
      return Dimension.allCases.contains { request[$0] < old.record.resources[$0] }
    }
    return Array(all.sorted(by: comesBefore).prefix(Self.mostPartners))
  }

  /// Whether sums leave it possible that any set of partners is enough.
  private func couldFit(_ slot: DeploymentSlot, with partners: [DeploymentSlot]) -> Bool {
    var most = roomForReplacing(slot).free
    for other in partners {
      guard let old = liveRun(of: other) else { continue }
      for dimension in Dimension.allCases {
        most[dimension] += max(
          0, old.record.resources[dimension] - deployments[other].record.traits.resources[dimension])
      }
    }
    let request = deployments[slot].record.traits.resources
    return Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= most[$0] }
  }

  /// Returns all sets of some deployments, the smallest first, and of one size those of earlier ones first.
  private static func sets(of slots: [DeploymentSlot]) -> [[DeploymentSlot]] {
    var bySize: [[[Int]]] = [[[]]]
    for index in slots.indices {
      bySize.append([])
      for size in stride(from: index, through: 0, by: -1) { bySize[size + 1] += bySize[size].map { $0 + [index] } }
    }
    return bySize.dropFirst().flatMap { sets in
      sets.sorted { $0.lexicographicallyPrecedes($1) }.map { set in set.map { slots[$0] } }
    }
  }
}
