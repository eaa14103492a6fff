import FleetModel

/// A run that may be stopped so that something of higher effective priority can start.
public struct Victim: Sendable, Hashable {
  /// Whose room comes back: a key of `VictimProblem.rooms`, or of no room that matters.
  public var cluster: Int
  /// What the run holds.
  public var resources: Resources
  /// The GPUs that it holds.
  public var gpus: [GPUShare]
  /// Its effective priority.
  public var priority: Priority
  /// How long it has executed, in whole seconds.
  public var workLost: Int64
  /// Its deployment.
  public var identity: DeploymentIdentity
  /// Positions, among the candidates, of all that stop with it because they lose a dependency, directly or through others;
  /// itself left out.
  public var takesAlong: [Int]

  /// Makes one.
  public init(
    cluster: Int, resources: Resources, gpus: [GPUShare], priority: Priority, workLost: Int64,
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

/// What stopping a set of victims costs: how many of each effective priority, the highest first, then the work that is lost.
public struct VictimCost: Sendable, Hashable, Comparable {
  /// How many of each priority, by raw value less one.
  private var counts = SIMD4<Int32>()
  /// Whole seconds.
  public private(set) var workLost: Int64 = 0

  /// Nothing is stopped.
  public init() {}

  /// How many are stopped.
  public var count: Int { Int(counts.wrappedSum()) }

  /// Adds a victim.
  public mutating func add(_ victim: Victim) {
    counts[victim.priority.rawValue - 1] += 1
    workLost += victim.workLost
  }

  /// Takes a victim away.
  public mutating func remove(_ victim: Victim) {
    counts[victim.priority.rawValue - 1] -= 1
    workLost -= victim.workLost
  }

  /// Whether it stops more, of any priority, than another in the order of the counts alone.
  func countsMore(than other: VictimCost) -> Bool {
    for index in [2, 1, 0] where counts[index] != other.counts[index] { return counts[index] > other.counts[index] }
    return false
  }

  /// Cheaper is less.
  public static func < (left: VictimCost, right: VictimCost) -> Bool {
    for index in [2, 1, 0] where left.counts[index] != right.counts[index] {
      return left.counts[index] < right.counts[index]
    }
    return left.workLost < right.workLost
  }
}
