import DependencyGraph
import TestKit
import Testing

typealias Edge = (dependent: Int, dependency: Int)

@Suite struct DirectedGraphTests {
  @Test func `edges are known in both directions, ascending and once`() {
    let edges: [Edge] = [(2, 1), (0, 2), (2, 0), (2, 1), (3, 1)]
    let graph = DirectedGraph(nodeCount: 4, edges: edges)
    #expect(Array(graph.dependencies(of: 2)) == [0, 1])
    #expect(Array(graph.dependencies(of: 1)) == [])
    #expect(Array(graph.dependents(of: 1)) == [2, 3])
    #expect(Array(graph.dependents(of: 0)) == [2])
  }

  @Test func `an empty graph has an empty order`() {
    #expect(DirectedGraph(nodeCount: 0, edges: []).topologicalOrder() == .order([]))
  }

  @Test func `ties are broken by the comparison`() {
    let graph = DirectedGraph(nodeCount: 4, edges: [(dependent: 3, dependency: 0)])
    #expect(graph.topologicalOrder() == .order([0, 1, 2, 3]))
    #expect(graph.topologicalOrder { $0 > $1 } == .order([2, 1, 0, 3]))
    #expect(graph.topologicalOrder { _, _ in false } == .order([0, 1, 2, 3]))
  }

  @Test func `a cycle is reported with its whole path`() {
    let edges: [Edge] = [(4, 0), (0, 1), (1, 2), (2, 3), (3, 0), (3, 4), (5, 3)]
    let graph = DirectedGraph(nodeCount: 6, edges: edges)
    #expect(graph.topologicalOrder() == .cycle([0, 1, 2, 3]))
  }

  @Test func `a node that depends on itself is a cycle`() {
    #expect(DirectedGraph(nodeCount: 2, edges: [(dependent: 1, dependency: 1)]).topologicalOrder() == .cycle([1]))
  }

  @Test func `long chains and long cycles need no deep stack`() {
    let count = 100_000
    let chain: [Edge] = (1..<count).map { ($0 - 1, $0) }
    let order = DirectedGraph(nodeCount: count, edges: chain).topologicalOrder()
    #expect(order == .order((0..<count).reversed()))
    let ring = chain + [(count - 1, 0)]
    #expect(DirectedGraph(nodeCount: count, edges: ring).topologicalOrder() == .cycle(Array(0..<count)))
  }

  @Test func `small graphs agree with brute force under any numbering`() {
    for seed in 0..<2_000 as Range<UInt64> { compareWithBruteForce(seed: seed) }
  }

  private func compareWithBruteForce(seed: UInt64) {
    var numbers = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...6, using: &numbers)
    let edges: [Edge] = (0..<Int.random(in: 0...8, using: &numbers)).map { _ in
      (Int.random(in: 0..<count, using: &numbers), Int.random(in: 0..<count, using: &numbers))
    }
    // What the nodes stand for: the tie-break is by this, and so must be the result under any numbering.
    let names = (0..<count).shuffled(using: &numbers)
    let expected = firstOrder(count: count, edges: edges.map { (names[$0.dependent], names[$0.dependency]) })
    let graph = DirectedGraph(nodeCount: count, edges: edges)
    let result = graph.topologicalOrder { names[$0] < names[$1] }
    switch result {
    case .order(let order): #expect(order.map { names[$0] } == expected, "seed \(seed)")
    case .cycle(let cycle):
      #expect(expected == nil, "seed \(seed)")
      #expect(Set(cycle).count == cycle.count && !cycle.isEmpty, "seed \(seed)")
      for (node, next) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
        #expect(edges.contains { $0 == (node, next) }, "seed \(seed)")
      }
      #expect(cycle.map { names[$0] }.min() == names[cycle[0]], "seed \(seed)")
    }
    let numbering = (0..<count).shuffled(using: &numbers)
    let renamed = edges.shuffled(using: &numbers).map { (numbering[$0.dependent], numbering[$0.dependency]) as Edge }
    var back = [Int](repeating: 0, count: count)
    for (node, number) in numbering.enumerated() { back[number] = node }
    let again = DirectedGraph(nodeCount: count, edges: renamed).topologicalOrder { names[back[$0]] < names[back[$1]] }
    switch again {
    case .order(let order): #expect(.order(order.map { back[$0] }) == result, "seed \(seed)")
    case .cycle(let cycle): #expect(.cycle(cycle.map { back[$0] }) == result, "seed \(seed)")
    }
  }

  /// Always the least node whose dependencies are all done; nil when there is none.
  private func firstOrder(count: Int, edges: [(Int, Int)]) -> [Int]? {
    var order: [Int] = []
    while order.count < count {
      guard
        let next = (0..<count).first(where: { node in
          !order.contains(node) && edges.allSatisfy { $0.0 != node || order.contains($0.1) }
        })
      else { return nil }
      order.append(next)
    }
    return order
  }
}
