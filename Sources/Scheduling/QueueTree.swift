import FleetModel

/// The waiting deployments of a cluster as search trees, one for each group, in one store of nodes and in the order of the
/// queue. Each node knows the shortest runtimes below it, so that the first entry that is short enough is found without
/// visiting those before it.
typealias QueueTree = Treap<QueuedDeployment>

/// One waiting deployment in a `QueueTree`.
struct QueuedDeployment: TreapElement {
  var key: QueueKey
  var slot: Int
  var group: Int32
  var summary: ShortestRuntimes

  init(_ key: QueueKey, slot: Int, group: Int32, runtime: RuntimeBound) {
    self.key = key
    self.slot = slot
    self.group = group
    summary = ShortestRuntimes(runtime)
  }

  /// By key, then by slot. Field by field, because a copy of a key costs more than the comparison.
  static func precedes(_ left: Int32, _ right: Int32, in nodes: [QueueTree.Node]) -> Bool {
    let (a, b) = (Int(left), Int(right))
    if nodes[a].element.key.rank != nodes[b].element.key.rank {
      return nodes[a].element.key.rank < nodes[b].element.key.rank
    }
    if nodes[a].element.key.priority != nodes[b].element.key.priority {
      return nodes[a].element.key.priority > nodes[b].element.key.priority
    }
    if nodes[a].element.key.name != nodes[b].element.key.name {
      return nodes[a].element.key.name < nodes[b].element.key.name
    }
    return nodes[a].element.slot < nodes[b].element.slot
  }
}

/// The shortest runtimes of some deployments, in nanoseconds; the greatest value where none is known.
struct ShortestRuntimes: TreapSummary {
  var promised: Int64
  var expected: Int64

  init(_ runtime: RuntimeBound) {
    promised = runtime.promised?.nanoseconds ?? .max
    expected = runtime.expected?.nanoseconds ?? .max
  }

  mutating func join(_ other: ShortestRuntimes, _: borrowing Void) {
    promised = min(promised, other.promised)
    expected = min(expected, other.expected)
  }
}

extension QueueTree {
  /// Returns the first node behind a position in the order whose runtimes are within the limits; -1: there is none.
  func first(_ root: Int32, behind other: (key: QueueKey, slot: Int)?, within limits: RuntimeLimits) -> Int32 {
    guard root >= 0, limits.mayAllow(nodes[Int(root)].all.promised, nodes[Int(root)].all.expected) else { return -1 }
    if let other {
      let key = nodes[Int(root)].element.key
      let isBehind = key == other.key ? nodes[Int(root)].element.slot > other.slot : key > other.key
      if !isBehind { return first(nodes[Int(root)].right, behind: other, within: limits) }
    }
    let before = first(nodes[Int(root)].left, behind: other, within: limits)
    if before >= 0 { return before }
    let own = nodes[Int(root)].element.summary
    if limits.allows(own.promised, own.expected) { return root }
    return first(nodes[Int(root)].right, behind: nil, within: limits)
  }
}

/// Upper limits of an admission's runtime.
public struct RuntimeLimits: Sendable, Hashable {
  /// Nanoseconds that the promised runtime must not exceed; the greatest value: no limit.
  public var promised: Int64 = .max
  /// Nanoseconds that the expected runtime must not exceed; the greatest value: no limit.
  public var expected: Int64 = .max

  /// Creates limits that allow everything.
  public init() {}

  /// Whether runtimes in nanoseconds are within the limits.
  func allows(_ promised: Int64, _ expected: Int64) -> Bool { promised <= self.promised && expected <= self.expected }

  /// Whether any of the runtimes with these minima can be within the limits. Where there are two limits, each of which another
  /// runtime exceeds, the answer may be too optimistic.
  func mayAllow(_ promised: Int64, _ expected: Int64) -> Bool { allows(promised, expected) }

  /// Whether a runtime is within the limits.
  public func allows(_ runtime: RuntimeBound) -> Bool {
    allows(runtime.promised?.nanoseconds ?? .max, runtime.expected?.nanoseconds ?? .max)
  }
}
