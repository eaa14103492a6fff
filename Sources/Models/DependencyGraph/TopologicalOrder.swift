import DequeModule
import HeapModule

/// Result of ordering a graph.
public enum TopologicalOrder: Hashable, Sendable {
  /// Every node once, each after all of its dependencies.
  case order([Int])
  /// A cycle, so that there is no order: each node depends on the next, and the last on the first. No node appears twice.
  case cycle([Int])
}

extension DirectedGraph {
  /// Returns the nodes, each after its dependencies; among those that could come next, always the least by the comparison.
  /// If that is a total order over what the nodes stand for, the result does not depend on their numbers; nodes that
  /// compare equal come by number.
  ///
  /// Kahn's algorithm (A. B. Kahn, Topological sorting of large networks, 1962) with a heap: O(nodes log nodes + edges).
  /// For a graph with cycles returns one, as short as `cycle(among:rank:)` finds it.
  public func topologicalOrder(by precedes: (Int, Int) -> Bool = { $0 < $1 }) -> TopologicalOrder {
    topologicalOrder(ranked: (0..<nodeCount).sorted { precedes($0, $1) || (!precedes($1, $0) && $0 < $1) })
  }

  /// Returns the nodes, each after its dependencies; among those that could come next, always the first of a given order.
  ///
  /// - Precondition: `ranked` has every node once.
  public func topologicalOrder(ranked: [Int]) -> TopologicalOrder {
    var rank = [Int](repeating: 0, count: nodeCount)
    for (position, node) in ranked.enumerated() { rank[node] = position }

    var unmet = (0..<nodeCount).map { dependencies(of: $0).count }
    var ready = Heap<Int>()
    for node in ranked where unmet[node] == 0 { ready.insert(rank[node]) }
    var order: [Int] = []
    order.reserveCapacity(nodeCount)
    while let next = ready.popMin() {
      let node = ranked[next]
      order.append(node)
      for dependent in dependents(of: node) {
        unmet[dependent] -= 1
        if unmet[dependent] == 0 { ready.insert(rank[dependent]) }
      }
    }
    guard order.count < nodeCount else { return .order(order) }
    return .cycle(cycle(among: ranked.filter { unmet[$0] > 0 }, rank: rank))
  }

  /// Returns a cycle among nodes of which each depends on another, so that a walk along dependencies must come back to
  /// itself. The walk finds some cycle; a breadth-first search then finds the shortest one through its least node. The
  /// result begins with its node of least rank.
  private func cycle(among stuck: [Int], rank: [Int]) -> [Int] {
    var isStuck = [Bool](repeating: false, count: nodeCount)
    for node in stuck { isStuck[node] = true }
    var position = [Int](repeating: -1, count: nodeCount)
    var walk: [Int] = []
    var node = stuck[0]
    while position[node] < 0 {
      position[node] = walk.count
      walk.append(node)
      let steps = dependencies(of: node).filter { isStuck[$0] }
      node = steps.min { rank[$0] < rank[$1] } ?? node
    }
    let found = walk[position[node]...]
    let start = found.min { rank[$0] < rank[$1] } ?? node
    let short = shortestCycle(through: start, isStuck: isStuck, rank: rank)
    let first = short.indices.min { rank[short[$0]] < rank[short[$1]] } ?? 0
    return Array(short[first...] + short[..<first])
  }

  /// Returns the shortest path from a node's dependencies back to it; of several, the first that a search in order of rank
  /// meets.
  private func shortestCycle(through start: Int, isStuck: [Bool], rank: [Int]) -> [Int] {
    var cameFrom = [Int](repeating: -1, count: nodeCount)
    var queue: Deque = [start]
    while let node = queue.popFirst() {
      for next in dependencies(of: node).filter({ isStuck[$0] }).sorted(by: { rank[$0] < rank[$1] }) {
        if next == start {
          var path = [node]
          while let last = path.last, last != start { path.append(cameFrom[last]) }
          return path.reversed()
        }
        guard cameFrom[next] < 0 else { continue }
        cameFrom[next] = node
        queue.append(next)
      }
    }
    return [start]
  }
}
