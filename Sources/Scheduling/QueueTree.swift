import FleetModel

/// The waiting deployments of a cluster as search trees, one for each group, in one store of nodes. Ordered by the queue's
/// order; each node knows the shortest runtimes below it, so that the first entry that is short enough is found without
/// looking at those before it. A treap (Seidel and Aragon, "Randomized Search Trees", 1996); its weights are drawn from a
/// counter, so that equal histories make equal trees.
struct QueueTree: Sendable {
  struct Node: Sendable {
    var key: QueueKey
    var slot: Int
    var group: Int32
    var left: Int32 = -1
    var right: Int32 = -1
    var weight: UInt64
    /// Nanoseconds; the greatest value where there is none.
    var promised: Int64
    var expected: Int64
    var leastPromised: Int64
    var leastExpected: Int64
  }

  private(set) var nodes: [Node] = []
  private var vacant: [Int32] = []
  private var draws = TreapWeights()

  /// Makes a node that is in no tree yet.
  mutating func make(_ key: QueueKey, slot: Int, group: Int32, runtime: RuntimeBound) -> Int32 {
    let promised = runtime.promised?.nanoseconds ?? .max
    let expected = runtime.expected?.nanoseconds ?? .max
    let node = Node(
      key: key, slot: slot, group: group, weight: draws.next(), promised: promised, expected: expected,
      leastPromised: promised, leastExpected: expected)
    if let index = vacant.popLast() {
      nodes[Int(index)] = node
      return index
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  /// Whether one node comes before another; those of one key in the order of their slots. Field by field, because a copy of a
  /// key costs more than the comparison.
  func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (a, b) = (Int(left), Int(right))
    if nodes[a].key.rank != nodes[b].key.rank { return nodes[a].key.rank < nodes[b].key.rank }
    if nodes[a].key.priority != nodes[b].key.priority { return nodes[a].key.priority > nodes[b].key.priority }
    if nodes[a].key.name != nodes[b].key.name { return nodes[a].key.name < nodes[b].key.name }
    return nodes[a].slot < nodes[b].slot
  }

  private mutating func update(_ node: Int32) {
    var promised = nodes[Int(node)].promised
    var expected = nodes[Int(node)].expected
    let (left, right) = (nodes[Int(node)].left, nodes[Int(node)].right)
    if left >= 0 {
      promised = min(promised, nodes[Int(left)].leastPromised)
      expected = min(expected, nodes[Int(left)].leastExpected)
    }
    if right >= 0 {
      promised = min(promised, nodes[Int(right)].leastPromised)
      expected = min(expected, nodes[Int(right)].leastExpected)
    }
    nodes[Int(node)].leastPromised = promised
    nodes[Int(node)].leastExpected = expected
  }

  /// Puts a node into a tree and returns the tree's root.
  mutating func insert(_ node: Int32, into root: Int32) -> Int32 {
    if root < 0 { return node }
    if nodes[Int(node)].weight > nodes[Int(root)].weight {
      let (left, right) = split(root, at: node)
      nodes[Int(node)].left = left
      nodes[Int(node)].right = right
      update(node)
      return node
    }
    if precedes(node, root) {
      nodes[Int(root)].left = insert(node, into: nodes[Int(root)].left)
    } else {
      nodes[Int(root)].right = insert(node, into: nodes[Int(root)].right)
    }
    update(root)
    return root
  }

  private mutating func split(_ root: Int32, at node: Int32) -> (Int32, Int32) {
    if root < 0 { return (-1, -1) }
    if precedes(root, node) {
      let (left, right) = split(nodes[Int(root)].right, at: node)
      nodes[Int(root)].right = left
      update(root)
      return (root, right)
    }
    let (left, right) = split(nodes[Int(root)].left, at: node)
    nodes[Int(root)].left = right
    update(root)
    return (left, root)
  }

  /// Changes how long the run of a node of a tree may take.
  mutating func change(_ node: Int32, in root: Int32, to runtime: RuntimeBound) {
    nodes[Int(node)].promised = runtime.promised?.nanoseconds ?? .max
    nodes[Int(node)].expected = runtime.expected?.nanoseconds ?? .max
    refresh(node, from: root)
  }

  private mutating func refresh(_ node: Int32, from root: Int32) {
    if root < 0 { return }
    if root != node {
      refresh(node, from: precedes(node, root) ? nodes[Int(root)].left : nodes[Int(root)].right)
    }
    update(root)
  }

  /// Takes a node out of its tree, forgets it, and returns the tree's root.
  mutating func remove(_ node: Int32, from root: Int32) -> Int32 {
    let rest = detach(node, from: root)
    vacant.append(node)
    return rest
  }

  private mutating func detach(_ node: Int32, from root: Int32) -> Int32 {
    if root == node { return merge(nodes[Int(root)].left, nodes[Int(root)].right) }
    if root < 0 { return -1 }
    if precedes(node, root) {
      nodes[Int(root)].left = detach(node, from: nodes[Int(root)].left)
    } else {
      nodes[Int(root)].right = detach(node, from: nodes[Int(root)].right)
    }
    update(root)
    return root
  }

  private mutating func merge(_ left: Int32, _ right: Int32) -> Int32 {
    if left < 0 { return right }
    if right < 0 { return left }
    if nodes[Int(left)].weight > nodes[Int(right)].weight {
      nodes[Int(left)].right = merge(nodes[Int(left)].right, right)
      update(left)
      return left
    }
    nodes[Int(right)].left = merge(left, nodes[Int(right)].left)
    update(right)
    return right
  }

  /// The first node of a tree; -1: it is empty.
  func first(_ root: Int32) -> Int32 {
    var node = root
    while node >= 0, nodes[Int(node)].left >= 0 { node = nodes[Int(node)].left }
    return node
  }

  /// The first node behind a place in the order whose runtimes are within the limits; -1: none is.
  func first(_ root: Int32, behind place: (key: QueueKey, slot: Int)?, within limits: RuntimeLimits) -> Int32 {
    guard root >= 0, limits.mayAllow(nodes[Int(root)].leastPromised, nodes[Int(root)].leastExpected) else { return -1 }
    if let place {
      let key = nodes[Int(root)].key
      let isBehind = key == place.key ? nodes[Int(root)].slot > place.slot : key > place.key
      if !isBehind { return first(nodes[Int(root)].right, behind: place, within: limits) }
    }
    let before = first(nodes[Int(root)].left, behind: place, within: limits)
    if before >= 0 { return before }
    if limits.allows(nodes[Int(root)].promised, nodes[Int(root)].expected) { return root }
    return first(nodes[Int(root)].right, behind: nil, within: limits)
  }
}

/// The weights of a treap's nodes: splitmix64 of a counter.
struct TreapWeights: Sendable {
  private var drawn: UInt64 = 0

  mutating func next() -> UInt64 {
    drawn &+= 0x9E37_79B9_7F4A_7C15
    var mixed = drawn
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// How long an admission may last.
public struct RuntimeLimits: Sendable, Hashable {
  /// Nanoseconds that must not be exceeded for certain; the greatest value: no limit.
  public var promised: Int64 = .max
  /// Nanoseconds that must not be exceeded by expectation; the greatest value: no limit.
  public var expected: Int64 = .max

  /// No limits.
  public init() {}

  /// Whether runtimes in nanoseconds are within the limits.
  func allows(_ promised: Int64, _ expected: Int64) -> Bool { promised <= self.promised && expected <= self.expected }

  /// Whether any can be within the limits of which these are the shortest. What is bounded is expected to take as long as its
  /// bound: so there is one exactly where this says so.
  func mayAllow(_ promised: Int64, _ expected: Int64) -> Bool {
    promised <= min(self.promised, self.expected) || (self.promised == .max && expected <= self.expected)
  }

  /// Whether a runtime is within the limits.
  public func allows(_ runtime: RuntimeBound) -> Bool {
    allows(runtime.promised?.nanoseconds ?? .max, runtime.expected?.nanoseconds ?? .max)
  }
}
