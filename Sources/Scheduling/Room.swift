import FleetModel
import PlanModel

/// What a cluster has and what of it is held: the one place that answers whether something fits.
public struct Room: Sendable, Hashable {
  /// The cluster's capacity.
  public private(set) var capacity: Resources
  /// What live runs hold, stopping ones included, and what is nominated.
  public private(set) var held: Resources
  /// The GPUs one by one.
  public private(set) var gpus: GPUSlots

  /// An empty cluster.
  public init(capacity: Resources) {
    self.capacity = capacity
    held = .zero
    gpus = GPUSlots(count: Int(capacity.gpuMilli / 1000))
  }

  /// Capacity less what is held; negative where capacity was lowered below use.
  public var free: Resources { capacity - held }

  /// The dimensions in which more is held than the cluster has.
  public var overcommitted: [Dimension] { Dimension.allCases.filter { free[$0] < 0 } }

  /// The GPU shares that a request would get if it was admitted now; nil: it does not fit. Every question of fit ends here.
  public func assignment(for request: Resources) -> [GPUShare]? {
    fits(request) ? gpus.assignment(gpuMilli: request.gpuMilli) : nil
  }

  /// The same, where no more than all is held: of what those who take others' places hold together with these as long as they
  /// are there, nothing is to be asked for, and beside it everything.
  var clampedToCapacity: Room {
    var room = self
    for dimension in Dimension.allCases { room.held[dimension] = min(held[dimension], capacity[dimension]) }
    return room
  }

  /// Whether a request would get its shares now.
  func admits(_ request: Resources) -> Bool { fits(request) && gpus.canAssign(gpuMilli: request.gpuMilli) }

  /// Whether a request fits as far as sums can say; its GPUs must also be found one by one.
  func fits(_ request: Resources) -> Bool {
    request.ramBytes <= capacity.ramBytes - held.ramBytes && request.cpuMilli <= capacity.cpuMilli - held.cpuMilli
      && request.gpuMilli <= capacity.gpuMilli - held.gpuMilli
  }

  /// The dimensions in which a request does not fit now.
  public func lacking(_ request: Resources) -> [Dimension] {
    Dimension.allCases.filter { dimension in
      if request[dimension] == 0 { return false }
      if request[dimension] > free[dimension] { return true }
      return dimension == .gpu && !gpus.canAssign(gpuMilli: request.gpuMilli)
    }
  }

  /// What of a dimension one request could have now; never negative.
  public func available(_ dimension: Dimension) -> Int64 {
    let left = max(0, free[dimension])
    return dimension == .gpu ? min(left, gpus.largestFreeMilli) : left
  }

  /// Takes what a run holds.
  public mutating func take(_ resources: Resources, _ shares: [GPUShare]) {
    held += resources
    gpus.take(shares)
  }

  /// Gives back what a run held.
  public mutating func give(_ resources: Resources, _ shares: [GPUShare]) {
    held -= resources
    gpus.give(shares)
    gpus.resize(to: Int(capacity.gpuMilli / 1000))
  }

  /// Makes it as full as it is here or there, whichever is more, as far as sums say.
  mutating func coverSums(_ other: Room) {
    for dimension in Dimension.allCases { held[dimension] = max(held[dimension], other.held[dimension]) }
  }

  /// Has other GPUs from now on, which are held otherwise than its own.
  mutating func setGPUs(_ gpus: GPUSlots) { self.gpus = gpus }

  /// Takes all that is free of some dimensions, as if it was held.
  public mutating func close(_ dimensions: [Dimension]) {
    for dimension in dimensions where free[dimension] > 0 {
      if dimension == .gpu {
        gpus.take(
          gpus.heldMilli.indices.prefix(gpus.count).map { GPUShare(slot: $0, milli: max(0, 1000 - gpus.heldMilli[$0])) }
        )
      }
      held[dimension] = capacity[dimension]
    }
  }

  /// A change of the cluster's capacity. What is held stays held.
  public mutating func resize(to capacity: Resources) {
    self.capacity = capacity
    gpus.resize(to: Int(capacity.gpuMilli / 1000))
  }

  /// What of a request the cluster could never give, however empty it was.
  public static func shortOfCapacity(_ request: Resources, capacity: Resources) -> [Shortfall] {
    Dimension.allCases.compactMap { dimension in
      request[dimension] > capacity[dimension]
        ? Shortfall(
          dimension: dimension, requested: request[dimension], available: capacity[dimension],
          total: capacity[dimension]) : nil
    }
  }
}
