import FleetModel
import PlanModel
import Scheduling

// Proofs about deployments that can never run as declared, and what would let them.

extension Fleet {
  /// The maximum number of proofs of each kind.
  private static let most = 20

  /// Returns proofs for the deployments that a plan holds.
  func proofs(of holds: [Action]) -> [Notice] {
    var notices: [Notice] = []
    var sets: Set<[DeploymentIdentity]> = []
    var misfits = 0
    for action in holds {
      guard case .hold(let reason) = action.kind, case .deployment(let identity) = action.identity,
        let slot = deploymentsByIdentity[identity]
      else { continue }
      switch reason {
      case .heldByServices where sets.count < Self.most:
        guard let found = smallestSetThatCannotRun(with: slot), sets.insert(found.members).inserted else { continue }
        notices.append(
          .cannotRunTogether(
            found.members, found.dimension, needed: found.needed,
            total: clusters[found.cluster].record.capacity[found.dimension],
            on: clusters[found.cluster].record.identity))
      case .neverFits where misfits < Self.most:
        misfits += 1
        notices.append(.fitsOn(identity, largestThatFits(slot)))
      default: continue
      }
    }
    return notices
  }

  /// Returns the largest other cluster of the organization that could run a deployment: the one with the largest
  /// capacity in the dimensions that its own cluster is short of, then the first by identity.
  private func largestThatFits(_ slot: DeploymentSlot) -> ClusterIdentity? {
    let record = deployments[slot].record
    let short = Room.shortOfCapacity(
      record.traits.resources, capacity: clusters[deployments[slot].cluster].record.capacity
    ).map(\.dimension)
    let others = clusters.filter { cluster in
      !cluster.isVacant && !cluster.record.isWithdrawn
        && cluster.record.identity.organization == record.identity.cluster.organization
        && Room.shortOfCapacity(record.traits.resources, capacity: cluster.record.capacity).isEmpty
    }.map(\.record)
    return others.min { left, right in
      for dimension in short where left.capacity[dimension] != right.capacity[dimension] {
        return left.capacity[dimension] > right.capacity[dimension]
      }
      return left.identity < right.identity
    }?.identity
  }

  /// Returns a smallest set of deployments, including the given one, that never end or must run together and exceed the
  /// cluster's total in one dimension. `nil` if no sum shows it: then only the arrangement on single GPUs is in the
  /// way.
  func smallestSetThatCannotRun(
    with slot: DeploymentSlot
  ) -> (members: [DeploymentIdentity], cluster: ClusterSlot, dimension: Dimension, needed: Int64)? {
    var together = gang(of: slot) ?? [slot]
    if servicesCanStay(together, for: slot) == false {
      // The service itself could run, but then no deployment that needs it could: the first of them represents the
      // others.
      let waiters = deployments[slot].dependents.filter { $0.until == .running && deployments[$0.slot].run == nil }
      let first = waiters.map(\.slot).min { deployments[$0].record.identity < deployments[$1].record.identity }
      if let first { together += gangWithServices(of: first).filter { !together.contains($0) } }
    }
    var best: (members: [DeploymentSlot], cluster: ClusterSlot, dimension: Dimension, needed: Int64)?
    for cluster in Set(together.map { deployments[$0].cluster }).sorted(by: {
      clusters[$0].record.identity < clusters[$1].record.identity
    }) {
      // A run that is about to be replaced is not what is declared.
      let services = clusters[cluster].runs.compactMap { runs[$0] }.filter {
        $0.isService && !together.contains($0.deployment)
          && $0.record.generation == deployments[$0.deployment].record.progress.generation
      }
      for dimension in Dimension.allCases {
        let total = clusters[cluster].record.capacity[dimension]
        func asked(_ slot: DeploymentSlot) -> Int64 { deployments[slot].record.traits.resources[dimension] }
        // Largest first: no smaller number of deployments reaches the same sum.
        let largest =
          together.filter { deployments[$0].cluster == cluster && $0 != slot && asked($0) > 0 }.map {
            (slot: $0, amount: asked($0))
          }
          + services.filter { $0.record.resources[dimension] > 0 }.map {
            (slot: $0.deployment, amount: $0.record.resources[dimension])
          }
        let sorted = largest.sorted { left, right in
          left.amount == right.amount
            ? deployments[left.slot].record.identity < deployments[right.slot].record.identity
            : left.amount > right.amount
        }
        var members: [DeploymentSlot] = []
        var needed: Int64 = 0
        if deployments[slot].cluster == cluster, asked(slot) > 0 { (members, needed) = ([slot], asked(slot)) }
        for next in sorted where needed <= total {
          members.append(next.slot)
          needed += next.amount
        }
        if needed > total, members.count > 1, best.map({ members.count < $0.members.count }) ?? true {
          best = (members, cluster, dimension, needed)
        }
      }
    }
    return best.map { best in
      (best.members.map { deployments[$0].record.identity }.sorted(), best.cluster, best.dimension, best.needed)
    }
  }
}

extension Forecast {
  /// Notices about the deployments that, at the end of the forecast, are held by a failed or suspended dependency,
  /// grouped by that dependency.
  var releases: [Notice] {
    var waiting: [DeploymentIdentity: (isSuspended: Bool, held: [DeploymentIdentity])] = [:]
    for entry in deployments {
      guard case .unknown(.held(let reason)) = entry.start else { continue }
      switch reason {
      case .dependencyFailed(let other): waiting[other, default: (false, [])].held.append(entry.deployment)
      case .waitsForDependency(let other, _): waiting[other, default: (true, [])].held.append(entry.deployment)
      default: continue
      }
    }
    return waiting.sorted { $0.key < $1.key }.prefix(20).map { other, found in
      .onlyReleasedBy(other, isSuspended: found.isSuspended, found.held.sorted())
    }
  }
}
