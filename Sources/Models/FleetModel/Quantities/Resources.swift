/// An amount of the three dimensions that Berth schedules, in whole units, so that all arithmetic is exact.
public struct Resources: Hashable, Sendable {
  /// Memory in bytes.
  public var ramBytes: Int64
  /// CPU in thousandths of a core.
  public var cpuMilli: Int64
  /// GPU in thousandths of a device. A request is whole devices or less than one.
  public var gpuMilli: Int64

  /// Makes an amount.
  public init(ramBytes: Int64, cpuMilli: Int64, gpuMilli: Int64) {
    self.ramBytes = ramBytes
    self.cpuMilli = cpuMilli
    self.gpuMilli = gpuMilli
  }

  /// No resources.
  public static let zero = Resources(ramBytes: 0, cpuMilli: 0, gpuMilli: 0)

  /// The amount of one dimension.
  public subscript(dimension: Dimension) -> Int64 {
    get {
      switch dimension {
      case .ram: ramBytes
      case .cpu: cpuMilli
      case .gpu: gpuMilli
      }
    }
    set {
      switch dimension {
      case .ram: ramBytes = newValue
      case .cpu: cpuMilli = newValue
      case .gpu: gpuMilli = newValue
      }
    }
  }

  /// The sum, dimension by dimension.
  public static func + (left: Resources, right: Resources) -> Resources {
    Resources(
      ramBytes: left.ramBytes + right.ramBytes, cpuMilli: left.cpuMilli + right.cpuMilli,
      gpuMilli: left.gpuMilli + right.gpuMilli)
  }
  /// The difference, dimension by dimension; may be negative.
  public static func - (left: Resources, right: Resources) -> Resources {
    Resources(
      ramBytes: left.ramBytes - right.ramBytes, cpuMilli: left.cpuMilli - right.cpuMilli,
      gpuMilli: left.gpuMilli - right.gpuMilli)
  }
  /// Adds in place.
  public static func += (left: inout Resources, right: Resources) { left = left + right }
  /// Subtracts in place.
  public static func -= (left: inout Resources, right: Resources) { left = left - right }
}

/// One of the three dimensions of resources that a cluster has and a deployment requests.
public enum Dimension: String, CaseIterable, Sendable, Hashable {
  /// Memory, in bytes.
  case ram
  /// Processors, in thousandths of a core.
  case cpu
  /// GPUs, in thousandths of a device.
  case gpu
}
