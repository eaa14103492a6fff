import TestKit
import Testing

@testable import Scheduling

/// Several trees in one store against sorted arrays.
@Suite struct TreapTests {
  /// A number with a tag; ordered by the number, then by the node.
  private struct Tagged: TreapElement {
    var number: Int
    var summary: Range

    static func precedes(_ left: Int32, _ right: Int32, in nodes: [Treap<Tagged>.Node]) -> Bool {
      let (a, b) = (nodes[Int(left)].element.number, nodes[Int(right)].element.number)
      return a == b ? left < right : a < b
    }
  }

  /// The number of elements, and the least and the greatest of their tags by ranks that stand outside of the tree.
  private struct Range: TreapSummary {
    var count = 1
    var least: Int
    var greatest: Int

    mutating func join(_ other: Range, _ ranks: borrowing Ranks) {
      count += other.count
      if ranks.of[other.least] < ranks.of[least] { least = other.least }
      if ranks.of[other.greatest] > ranks.of[greatest] { greatest = other.greatest }
    }
  }

  private struct Ranks { var of: [Int] }

  /// The nodes of a tree in order, by the links alone.
  private static func inOrder(_ root: Int32, _ treap: Treap<Tagged>) -> [Int32] {
    if root < 0 { return [] }
    let node = treap.nodes[Int(root)]
    return inOrder(node.left, treap) + [root] + inOrder(node.right, treap)
  }

  private static func depth(_ root: Int32, _ treap: Treap<Tagged>) -> Int {
    if root < 0 { return 0 }
    return 1 + max(depth(treap.nodes[Int(root)].left, treap), depth(treap.nodes[Int(root)].right, treap))
  }

  @Test(arguments: 1...60)
  func `trees agree with sorted arrays`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let tags = 12
    let ranks = Ranks(of: (0..<tags).map { $0 * 7 % tags })
    var treap = Treap<Tagged>()
    var roots = [Int32](repeating: -1, count: random.from(1...3))
    // The nodes of each tree, in order.
    var models = [[Int32]](repeating: [], count: roots.count)
    func range(_ tag: Int) -> Range { Range(least: tag, greatest: tag) }
    for _ in 0..<300 {
      let tree = random.below(roots.count)
      let choice = random.below(10)
      if choice < 5 || models[tree].isEmpty {
        let node = treap.add(Tagged(number: random.below(20), summary: range(random.below(tags))))
        #expect(models.allSatisfy { !$0.contains(node) })
        roots[tree] = treap.insert(node, into: roots[tree], ranks)
        let end = models[tree].firstIndex { treap.precedes(node, $0) } ?? models[tree].endIndex
        models[tree].insert(node, at: end)
      } else if choice < 8 {
        let node = models[tree].remove(at: random.below(models[tree].count))
        roots[tree] = treap.remove(node, from: roots[tree], ranks)
      } else {
        let tag = random.below(tags)
        treap.change(random.pick(models[tree]), in: roots[tree], ranks) { $0.summary = range(tag) }
      }
      for (root, model) in zip(roots, models) {
        #expect(Self.inOrder(root, treap) == model)
        #expect(treap.first(root) == model.first ?? -1)
        let numbers = model.map { treap.nodes[Int($0)].element.number }
        #expect(numbers == numbers.sorted())
        guard root >= 0 else { continue }
        let own = model.map { treap.nodes[Int($0)].element.summary.least }
        let all = treap.nodes[Int(root)].all
        #expect(all.count == model.count)
        #expect(ranks.of[all.least] == own.map { ranks.of[$0] }.min())
        #expect(ranks.of[all.greatest] == own.map { ranks.of[$0] }.max())
      }
      #if DEBUG
      for (root, model) in zip(roots, models) { #expect(treap.checkedNodes(root, ranks) == model) }
      treap.checkCount(inTrees: models.reduce(0) { $0 + $1.count })
      #endif
    }
  }

  /// Ascending insertion is the worst case of a tree without balance.
  @Test func `trees stay shallow`() {
    let ranks = Ranks(of: [0])
    var treap = Treap<Tagged>()
    var root: Int32 = -1
    for number in 0..<20_000 {
      root = treap.insert(treap.add(Tagged(number: number, summary: Range(least: 0, greatest: 0))), into: root, ranks)
    }
    #expect(Self.depth(root, treap) < 50)
    for node in Int32(0)..<19_900 { root = treap.remove(node, from: root, ranks) }
    #expect(Self.inOrder(root, treap) == Array(19_900..<20_000))
    #expect(Self.depth(root, treap) < 25)
  }

  @Test func `equal histories make equal trees`() {
    let ranks = Ranks(of: [0])
    func tree(_ numbers: [Int]) -> [[Int32]] {
      var treap = Treap<Tagged>()
      var root: Int32 = -1
      for number in numbers {
        root = treap.insert(treap.add(Tagged(number: number, summary: Range(least: 0, greatest: 0))), into: root, ranks)
      }
      return treap.nodes.map { [$0.left, $0.right] }
    }
    #expect(tree([5, 1, 9, 3, 7, 3]) == tree([5, 1, 9, 3, 7, 3]))
  }
}
