import FleetModel
import PlanModel
import Scheduling

/// Requests smaller than a deployment's own in the dimensions that it lacks, largest first.
struct SmallerRequests {
  let list: [Resources]

  /// A request below one eighth of the declared one would no longer be the same job.
  private static let least: Int64 = 8

  init(_ standstill: Trial.Standstill) {
    let fleet = standstill.fleet
    let slot = standstill.slot
    let request = fleet.deployments[slot].record.traits.resources
    let kept: [Dimension] = if case .behindReservation(_, let kept) = standstill.reason { kept } else { [] }
    let needs = fleet.needs(of: slot).filter { request[$0.dimension] > 0 }
    var top = request
    for need in needs where need.short > 0 {
      let others = need.requested - request[need.dimension]
      top[need.dimension] = Self.rounded(max(0, need.free - others), need.dimension)
    }
    let dimensions = needs.filter { $0.short > 0 || kept.contains($0.dimension) }.map(\.dimension)
    var found: [Resources] = []
    let steps: Int64 =
      dimensions == [.gpu] && top.gpuMilli >= 1000 ? top.gpuMilli / 1000 : kept.isEmpty ? 1 : 16
    for step in stride(from: steps, through: 1, by: -1) {
      var next = top
      for dimension in dimensions { next[dimension] = Self.rounded(top[dimension] / steps * step, dimension) }
      let isSensible = dimensions.allSatisfy { next[$0] > 0 && next[$0] >= request[$0] / Self.least }
      if isSensible, next != request, found.last != next { found.append(next) }
    }
    list = found
  }

  /// Rounds down to an amount that a manifest can spell: whole GPUs or hundredths of one, thousandths of a core, whole
  /// mebibytes.
  private static func rounded(_ amount: Int64, _ dimension: Dimension) -> Int64 {
    switch dimension {
    case .gpu: amount >= 1000 ? amount / 1000 * 1000 : amount / 10 * 10
    case .cpu: amount
    case .ram: (amount >> 20) << 20
    }
  }
}
