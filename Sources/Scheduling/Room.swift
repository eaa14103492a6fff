import FleetModel
import PlanModel

/// The capacity of a cluster and how much of it is held. Every question of fit is answered here.
public struct Room: Sendable, Hashable {
  /// The cluster's capacity.
  public private(set) var capacity: Resources
  /// Resources held by live runs, including stopping ones, and by nominations.
  public private(set) var held: Resources
  /// The individual GPUs.
  public private(set) var gpus: GPUSlots

  /// Creates the room of an empty cluster.
  public init(capacity: Resources) {
    self.capacity = capacity
    held = .zero
    gpus = GPUSlots(count: Int(capacity.gpuMilli / 1000))
  }

  /// The capacity minus what is held; negative where the capacity was lowered below use.
  public var free: Resources { capacity - held }

  /// Dimensions in which more is held than the cluster has.
  public var overcommitted: [Dimension] { Dimension.allCases.filter { free[$0] < 0 } }

  /// Returns the GPU shares that a request would get if admitted now; `nil` if it does not fit. Every admission ends
  /// here.
  ///
  /// - Parameter preferred: shares of GPUs that whole ones are to be among, as far as these are empty.
  public func assignment(for request: Resources, preferring preferred: [GPUShare] = []) -> [GPUShare]? {
    fits(request) ? gpus.assignment(gpuMilli: request.gpuMilli, preferring: preferred) : nil
  }

  /// Whether a request would get its shares now.
  func admits(_ request: Resources) -> Bool { fits(request) && gpus.canAssign(gpuMilli: request.gpuMilli) }

  /// Whether a request fits by sums alone; its GPUs must also be found individually.
  func fits(_ request: Resources) -> Bool {
    request.ramBytes <= capacity.ramBytes - held.ramBytes && request.cpuMilli <= capacity.cpuMilli - held.cpuMilli
      && request.gpuMilli <= capacity.gpuMilli - held.gpuMilli
  }

  /// Returns the dimensions in which a request does not fit now.
  public func lacking(_ request: Resources) -> [Dimension] {
    Dimension.allCases.filter { dimension in
      if request[dimension] == 0 { return false }
      if request[dimension] > free[dimension] { return true }
      return dimension == .gpu && !gpus.canAssign(gpuMilli: request.gpuMilli)
    }
  }

  /// Returns the largest amount of a dimension that one request could have now; never negative.
  public func available(_ dimension: Dimension) -> Int64 {
    let left = max(0, free[dimension])
    return dimension == .gpu ? min(left, gpus.largestFreeMilli) : left
  }

  /// Takes resources for a run.
  public mutating func take(_ resources: Resources, _ shares: [GPUShare]) {
    held += resources
    gpus.take(shares)
  }

  /// Releases the resources of a run.
  public mutating func give(_ resources: Resources, _ shares: [GPUShare]) {
    held -= resources
    precondition(
      held.ramBytes >= 0 && held.cpuMilli >= 0 && held.gpuMilli >= 0, "a room releases more than it holds")
    gpus.give(shares)
    gpus.resize(to: Int(capacity.gpuMilli / 1000))
  }

  /// Takes everything that is free in the given dimensions.
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

  /// Changes the capacity; held resources stay held.
  public mutating func resize(to capacity: Resources) {
    self.capacity = capacity
    gpus.resize(to: Int(capacity.gpuMilli / 1000))
  }

  /// Returns the shortfalls of a request against the capacity of an empty cluster.
  public static func shortOfCapacity(_ request: Resources, capacity: Resources) -> [Shortfall] {
    Dimension.allCases.compactMap { dimension in
      request[dimension] > capacity[dimension]
        ? Shortfall(
          dimension: dimension, requested: request[dimension], available: capacity[dimension],
          total: capacity[dimension]) : nil
    }
  }
}

#if DEBUG
extension Room {
  /// Checks that the sums agree with the individual GPUs.
  public func checkInvariants() {
    gpus.checkInvariants()
    precondition(gpus.count == Int(capacity.gpuMilli / 1000), "the number of GPUs is not the capacity's")
    precondition(
      held.gpuMilli == gpus.heldMilli.reduce(0) { $0 + Int64($1) }, "the GPUs hold another sum than the room")
    precondition(Dimension.allCases.allSatisfy { held[$0] >= 0 }, "a room holds less than nothing")
  }
}
#endif
