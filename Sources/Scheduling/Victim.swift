import FleetModel

/// A run that may be stopped so that a deployment of higher effective priority can start.
public struct Victim: Sendable, Hashable {
  /// The cluster whose room the run holds: a key of `VictimProblem.rooms`, or of a room that does not matter.
  public var cluster: Int
  /// The resources that the run holds.
  public var resources: Resources
  /// The GPU shares that the run holds.
  public var gpus: [GPUShare]
  /// The effective priority of its deployment.
  public var priority: Priority
  /// The work lost if it stops: nanoseconds since its execution began. Exact, so that of two sets of equally many
  /// running victims the same one is cheaper at any time.
  public var workLost: Int128
  /// The deployment of the run.
  public var identity: DeploymentIdentity
  /// Positions of the candidates that stop with it because they lose a dependency, directly or through others; not
  /// including itself.
  public var takesAlong: [Int]

  /// Creates a candidate.
  public init(
    cluster: Int, resources: Resources, gpus: [GPUShare], priority: Priority, workLost: Int128,
    identity: DeploymentIdentity, takesAlong: [Int] = []
  ) {
    self.cluster = cluster
    self.resources = resources
    self.gpus = gpus
    self.priority = priority
    self.workLost = workLost
    self.identity = identity
    self.takesAlong = takesAlong
  }
}

/// The cost of stopping a set of victims: the number of each effective priority, highest first, then the work lost.
public struct VictimCost: Sendable, Hashable, Comparable {
  /// Number of victims of each priority, by raw value minus one.
  private var counts = SIMD4<Int32>()
  /// The lost work in nanoseconds. 64 bits would hold 292 years of all victims together.
  public private(set) var workLost: Int128 = 0

  /// Creates the cost of stopping nothing.
  public init() {}

  /// Number of victims.
  public var count: Int { Int(counts.wrappedSum()) }

  /// Adds a victim.
  public mutating func add(_ victim: Victim) {
    counts[victim.priority.rawValue - 1] += 1
    workLost += victim.workLost
  }

  /// Removes a victim.
  public mutating func remove(_ victim: Victim) {
    counts[victim.priority.rawValue - 1] -= 1
    workLost -= victim.workLost
  }

  /// Whether it stops more than another by the counts alone, the highest priority first.
  func countsMore(than other: VictimCost) -> Bool {
    for index in [2, 1, 0] where counts[index] != other.counts[index] { return counts[index] > other.counts[index] }
    return false
  }

  /// Orders costs, the cheapest being the least.
  public static func < (left: VictimCost, right: VictimCost) -> Bool {
    for index in [2, 1, 0] where left.counts[index] != right.counts[index] {
      return left.counts[index] < right.counts[index]
    }
    return left.workLost < right.workLost
  }
}
