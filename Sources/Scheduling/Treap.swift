/// An element of a `Treap`: defines the order of nodes and the summary that every node keeps of its subtree.
protocol TreapElement: Sendable {
  /// The summary of a node and of all nodes below it.
  associatedtype Summary: TreapSummary
  /// The summary of the element alone.
  var summary: Summary { get }
  /// Whether one node comes before another in the order of its tree, which is total. By position in the store, because a
  /// copy of an element may cost more than the comparison.
  static func precedes(_ left: Int32, _ right: Int32, in nodes: [Treap<Self>.Node]) -> Bool
}

/// A summary of a part of a treap.
protocol TreapSummary: Sendable, Equatable {
  /// A value besides the two summaries that joining them needs.
  associatedtype Context
  /// Widens the summary so that it covers another part too.
  mutating func join(_ other: Self, _ context: borrowing Context)
}

/// Search trees in one store of nodes, each tree named by its root. Every node knows the summary of all nodes below it, so
/// that a search can skip whole parts. A treap (Seidel and Aragon, "Randomized Search Trees", 1996); its weights are drawn
/// from a counter, so that equal histories make equal trees.
struct Treap<Element: TreapElement>: Sendable {
  typealias Context = Element.Summary.Context

  struct Node: Sendable {
    var element: Element
    /// The summary of the node and of all nodes below it.
    fileprivate(set) var all: Element.Summary
    /// -1: none.
    fileprivate(set) var left: Int32 = -1
    fileprivate(set) var right: Int32 = -1
    fileprivate let weight: UInt64
  }

  /// All nodes by position, vacant ones included.
  private(set) var nodes: [Node] = []
  private var vacant: [Int32] = []
  private var weights = TreapWeights()

  /// Stores an element that is in no tree yet, and returns the position of its node.
  mutating func add(_ element: Element) -> Int32 {
    let node = Node(element: element, all: element.summary, weight: weights.next())
    if let position = vacant.popLast() {
      nodes[Int(position)] = node
      return position
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  /// Puts a stored node into a tree and returns the tree's root.
  ///
  /// - Parameter root: the tree's root; -1: the tree is empty.
  mutating func insert(_ node: Int32, into root: Int32, _ context: borrowing Context) -> Int32 {
    if root < 0 { return node }
    if nodes[Int(node)].weight > nodes[Int(root)].weight {
      let (left, right) = split(root, at: node, context)
      nodes[Int(node)].left = left
      nodes[Int(node)].right = right
      update(node, context)
      return node
    }
    if precedes(node, root) {
      nodes[Int(root)].left = insert(node, into: nodes[Int(root)].left, context)
    } else {
      nodes[Int(root)].right = insert(node, into: nodes[Int(root)].right, context)
    }
    update(root, context)
    return root
  }

  /// Takes a node out of its tree, forgets it, and returns the tree's root.
  ///
  /// - Precondition: the node is in the tree.
  mutating func remove(_ node: Int32, from root: Int32, _ context: borrowing Context) -> Int32 {
    let rest = detach(node, from: root, context)
    vacant.append(node)
    return rest
  }

  /// Changes an element where its order stays the same.
  mutating func change(
    _ node: Int32, in root: Int32, _ context: borrowing Context, by body: (inout Element) -> Void
  ) {
    body(&nodes[Int(node)].element)
    _ = refresh(node, from: root, context)
  }

  /// Whether one node comes before another.
  func precedes(_ left: Int32, _ right: Int32) -> Bool { Element.precedes(left, right, in: nodes) }

  /// Returns the first node of a tree; -1: the tree is empty.
  func first(_ root: Int32) -> Int32 {
    if root < 0 { return root }
    // Through a buffer, because reading one field of an array's element copies all of it.
    return nodes.withUnsafeBufferPointer { nodes in
      var node = root
      while nodes[Int(node)].left >= 0 { node = nodes[Int(node)].left }
      return node
    }
  }

  private mutating func update(_ node: Int32, _ context: borrowing Context) {
    var all = nodes[Int(node)].element.summary
    let (left, right) = (nodes[Int(node)].left, nodes[Int(node)].right)
    if left >= 0 { all.join(nodes[Int(left)].all, context) }
    if right >= 0 { all.join(nodes[Int(right)].all, context) }
    nodes[Int(node)].all = all
  }

  /// Updates the summaries from a node up to the root, as far as they change. Returns whether that of the root did.
  private mutating func refresh(_ node: Int32, from root: Int32, _ context: borrowing Context) -> Bool {
    precondition(root >= 0, "the node is in another tree")
    if root != node {
      let next = precedes(node, root) ? nodes[Int(root)].left : nodes[Int(root)].right
      if !refresh(node, from: next, context) { return false }
    }
    let former = nodes[Int(root)].all
    update(root, context)
    return nodes[Int(root)].all != former
  }

  private mutating func split(_ root: Int32, at node: Int32, _ context: borrowing Context) -> (Int32, Int32) {
    if root < 0 { return (-1, -1) }
    if precedes(root, node) {
      let (left, right) = split(nodes[Int(root)].right, at: node, context)
      nodes[Int(root)].right = left
      update(root, context)
      return (root, right)
    }
    let (left, right) = split(nodes[Int(root)].left, at: node, context)
    nodes[Int(root)].left = right
    update(root, context)
    return (left, root)
  }

  private mutating func detach(_ node: Int32, from root: Int32, _ context: borrowing Context) -> Int32 {
    precondition(root >= 0, "the node is in another tree")
    if root == node { return merge(nodes[Int(root)].left, nodes[Int(root)].right, context) }
    if precedes(node, root) {
      nodes[Int(root)].left = detach(node, from: nodes[Int(root)].left, context)
    } else {
      nodes[Int(root)].right = detach(node, from: nodes[Int(root)].right, context)
    }
    update(root, context)
    return root
  }

  private mutating func merge(_ left: Int32, _ right: Int32, _ context: borrowing Context) -> Int32 {
    if left < 0 { return right }
    if right < 0 { return left }
    if nodes[Int(left)].weight > nodes[Int(right)].weight {
      nodes[Int(left)].right = merge(nodes[Int(left)].right, right, context)
      update(left, context)
      return left
    }
    nodes[Int(right)].left = merge(left, nodes[Int(right)].left, context)
    update(right, context)
    return right
  }
}

#if DEBUG
extension Treap {
  /// Returns the nodes of a tree in order, after checking the tree's order, its weights and every summary.
  func checkedNodes(_ root: Int32, _ context: borrowing Context) -> [Int32] {
    var found: [Int32] = []
    var stack: [Int32] = []
    var node = root
    while node >= 0 || !stack.isEmpty {
      while node >= 0 {
        let (left, right) = (nodes[Int(node)].left, nodes[Int(node)].right)
        var all = nodes[Int(node)].element.summary
        if left >= 0 { all.join(nodes[Int(left)].all, context) }
        if right >= 0 { all.join(nodes[Int(right)].all, context) }
        precondition(all == nodes[Int(node)].all, "a node's summary is not that of the nodes below it")
        for child in [left, right] where child >= 0 {
          precondition(nodes[Int(child)].weight <= nodes[Int(node)].weight, "a node weighs more than its parent")
        }
        stack.append(node)
        node = left
      }
      guard let top = stack.popLast() else { break }
      if let last = found.last { precondition(precedes(last, top), "two nodes are in the wrong order") }
      found.append(top)
      node = nodes[Int(top)].right
    }
    return found
  }

  /// Checks that each stored node is in a tree or vacant.
  ///
  /// - Parameter count: number of nodes in all trees.
  func checkCount(inTrees count: Int) {
    precondition(count + vacant.count == nodes.count, "a node is in no tree, or in a tree and vacant")
  }
}
#endif

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
