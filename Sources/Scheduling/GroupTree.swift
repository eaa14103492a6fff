import FleetModel

/// What at least holds of every deployment of some groups.
public struct GroupBounds: Sendable, Equatable {
  /// Each dimension's least request; nothing, where what a replacement gives back may be enough.
  public internal(set) var request: Resources
  /// The shortest runtime in nanoseconds that is bounded; the greatest value where none is.
  public internal(set) var promised: Int64
  /// The shortest that is expected.
  public internal(set) var expected: Int64
  /// The highest effective priority.
  public internal(set) var priority: Priority
  /// There is one that must be admitted with others.
  public internal(set) var hasGang: Bool
  /// There is one that takes the place of its own run.
  public internal(set) var hasReplacement: Bool
  /// The node of the entry that is the first of all; below zero: there is none.
  var first: Int32

  /// Of no deployment.
  static let none = GroupBounds(
    request: Resources(ramBytes: .max, cpuMilli: .max, gpuMilli: .max), promised: .max, expected: .max, priority: .low,
    hasGang: false, hasReplacement: false, first: -1)

  /// Widens them so that they hold of others too.
  fileprivate mutating func join(_ other: GroupBounds, _ queue: borrowing QueueTree) {
    if other.first < 0 { return }
    request.ramBytes = min(request.ramBytes, other.request.ramBytes)
    request.cpuMilli = min(request.cpuMilli, other.request.cpuMilli)
    request.gpuMilli = min(request.gpuMilli, other.request.gpuMilli)
    promised = min(promised, other.promised)
    expected = min(expected, other.expected)
    priority = max(priority, other.priority)
    hasGang = hasGang || other.hasGang
    hasReplacement = hasReplacement || other.hasReplacement
    if first < 0 || queue.precedes(other.first, first) { first = other.first }
  }
}

/// The groups of a queue as one search tree, in which neighbours ask for much the same: each node knows the bounds of all
/// below it, so that those that do not fit are passed over together. A treap as `QueueTree` is, in the order of a space-filling
/// curve over the three dimensions (Morton, "A Computer Oriented Geodetic Data Base", 1966), with logarithmic coordinates,
/// because what is asked for ranges over many orders of magnitude.
struct GroupTree: Sendable {
  struct Node: Sendable {
    var place: UInt64
    var left: Int32 = -1
    var right: Int32 = -1
    var weight: UInt64
    /// Of the group itself.
    var own: GroupBounds
    /// Of it and of all below.
    var all: GroupBounds
  }

  /// By the group's number; those of groups that are empty mean nothing.
  private(set) var nodes: [Node] = []
  private(set) var root: Int32 = -1
  private var draws = TreapWeights()

  /// Puts an empty group in that is not in it.
  mutating func insert(_ group: Int32, asking request: Resources, _ queue: borrowing QueueTree) {
    let node = Node(place: Self.place(of: request), weight: draws.next(), own: .none, all: .none)
    if Int(group) < nodes.count { nodes[Int(group)] = node } else { nodes.append(node) }
    root = insert(group, into: root, queue)
  }

  /// Takes a group out.
  mutating func remove(_ group: Int32, _ queue: borrowing QueueTree) { root = detach(group, from: root, queue) }

  /// What holds of a group has changed.
  mutating func change(_ group: Int32, _ bounds: GroupBounds, _ queue: borrowing QueueTree) {
    if nodes[Int(group)].own == bounds { return }
    nodes[Int(group)].own = bounds
    refresh(group, from: root, queue)
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (a, b) = (nodes[Int(left)].place, nodes[Int(right)].place)
    return a == b ? left < right : a < b
  }

  private mutating func update(_ node: Int32, _ queue: borrowing QueueTree) {
    var bounds = nodes[Int(node)].own
    let (left, right) = (nodes[Int(node)].left, nodes[Int(node)].right)
    if left >= 0 { bounds.join(nodes[Int(left)].all, queue) }
    if right >= 0 { bounds.join(nodes[Int(right)].all, queue) }
    nodes[Int(node)].all = bounds
  }

  private mutating func refresh(_ group: Int32, from node: Int32, _ queue: borrowing QueueTree) {
    if node < 0 { return }
    if node != group {
      let isLeft = precedes(group, node)
      refresh(group, from: isLeft ? nodes[Int(node)].left : nodes[Int(node)].right, queue)
    }
    update(node, queue)
  }

  private mutating func insert(_ node: Int32, into root: Int32, _ queue: borrowing QueueTree) -> Int32 {
    if root < 0 { return node }
    if nodes[Int(node)].weight > nodes[Int(root)].weight {
      let (left, right) = split(root, at: node, queue)
      nodes[Int(node)].left = left
      nodes[Int(node)].right = right
      update(node, queue)
      return node
    }
    if precedes(node, root) {
      nodes[Int(root)].left = insert(node, into: nodes[Int(root)].left, queue)
    } else {
      nodes[Int(root)].right = insert(node, into: nodes[Int(root)].right, queue)
    }
    update(root, queue)
    return root
  }

  private mutating func split(_ root: Int32, at node: Int32, _ queue: borrowing QueueTree) -> (Int32, Int32) {
    if root < 0 { return (-1, -1) }
    if precedes(root, node) {
      let (left, right) = split(nodes[Int(root)].right, at: node, queue)
      nodes[Int(root)].right = left
      update(root, queue)
      return (root, right)
    }
    let (left, right) = split(nodes[Int(root)].left, at: node, queue)
    nodes[Int(root)].left = right
    update(root, queue)
    return (left, root)
  }

  private mutating func detach(_ node: Int32, from root: Int32, _ queue: borrowing QueueTree) -> Int32 {
    if root < 0 { return -1 }
    if root == node { return merge(nodes[Int(root)].left, nodes[Int(root)].right, queue) }
    if precedes(node, root) {
      nodes[Int(root)].left = detach(node, from: nodes[Int(root)].left, queue)
    } else {
      nodes[Int(root)].right = detach(node, from: nodes[Int(root)].right, queue)
    }
    update(root, queue)
    return root
  }

  private mutating func merge(_ left: Int32, _ right: Int32, _ queue: borrowing QueueTree) -> Int32 {
    if left < 0 { return right }
    if right < 0 { return left }
    if nodes[Int(left)].weight > nodes[Int(right)].weight {
      nodes[Int(left)].right = merge(nodes[Int(left)].right, right, queue)
      update(left, queue)
      return left
    }
    nodes[Int(right)].left = merge(left, nodes[Int(right)].left, queue)
    update(right, queue)
    return right
  }

  // MARK: The curve

  /// The bits of the three coordinates in turn, the highest first.
  static func place(of request: Resources) -> UInt64 {
    spread(coordinate(request.gpuMilli)) << 2 | spread(coordinate(request.cpuMilli)) << 1
      | spread(coordinate(request.ramBytes))
  }

  /// Sixteen bits that grow with an amount: its order of magnitude, then the first ten bits behind the highest.
  static func coordinate(_ amount: Int64) -> UInt64 {
    if amount <= 0 { return 0 }
    let magnitude = 63 - amount.leadingZeroBitCount
    let rest = magnitude >= 10 ? amount >> Int64(magnitude - 10) : amount << Int64(10 - magnitude)
    return UInt64(magnitude + 1) << 10 | UInt64(rest) & 0x3FF
  }

  /// Sixteen bits with two between each and the next.
  private static func spread(_ bits: UInt64) -> UInt64 {
    var bits = bits & 0xFFFF
    bits = (bits | bits << 32) & 0x1F_0000_0000_FFFF
    bits = (bits | bits << 16) & 0x1F_0000_FF00_00FF
    bits = (bits | bits << 8) & 0x100F_00F0_0F00_F00F
    bits = (bits | bits << 4) & 0x10C3_0C30_C30C_30C3
    return (bits | bits << 2) & 0x1249_2492_4924_9249
  }
}
