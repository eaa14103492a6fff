/// A directed graph over the nodes 0..<nodeCount, with edges in both directions. Callers number their nodes.
///
/// An edge goes from a dependent to its dependency. Immutable; 16 bytes an edge and 16 a node.
public struct DirectedGraph: Sendable {
  /// Number of nodes.
  public let nodeCount: Int
  /// Start of each node's dependencies in `dependencies`; one more at the end.
  private let dependencyStarts: [Int]
  private let dependencies: [Int]
  private let dependentStarts: [Int]
  private let dependents: [Int]

  /// Makes a graph. An edge given twice counts once; the order of the edges does not matter.
  /// - Precondition: every end of an edge lies in 0..<nodeCount.
  public init(nodeCount: Int, edges: some Sequence<(dependent: Int, dependency: Int)>) {
    self.nodeCount = nodeCount
    let pairs = Array(edges)
    (dependentStarts, dependents) = DirectedGraph.rows(
      of: nodeCount, pairs: pairs.map { (row: $0.dependency, entry: $0.dependent) })
    (dependencyStarts, dependencies) = DirectedGraph.rows(
      of: nodeCount, pairs: pairs.map { (row: $0.dependent, entry: $0.dependency) })
  }

  /// Returns the dependencies of a node: ascending, each once.
  public func dependencies(of node: Int) -> ArraySlice<Int> {
    dependencies[dependencyStarts[node]..<dependencyStarts[node + 1]]
  }

  /// Returns the dependents of a node, by the reverse edges: ascending, each once.
  public func dependents(of node: Int) -> ArraySlice<Int> {
    dependents[dependentStarts[node]..<dependentStarts[node + 1]]
  }

  /// Groups pairs by row, each row ascending and without duplicates: a counting sort, first by entry, then by row.
  private static func rows(of count: Int, pairs: [(row: Int, entry: Int)]) -> (starts: [Int], entries: [Int]) {
    let byEntry = sorted(pairs, count: count, by: \.entry)
    let byRow = sorted(byEntry, count: count, by: \.row)
    var starts = [0]
    starts.reserveCapacity(count + 1)
    var entries: [Int] = []
    entries.reserveCapacity(pairs.count)
    var index = 0
    for row in 0..<count {
      let start = entries.count
      while index < byRow.count && byRow[index].row == row {
        let entry = byRow[index].entry
        if entries.count == start || entries[entries.count - 1] != entry { entries.append(entry) }
        index += 1
      }
      starts.append(entries.count)
    }
    return (starts, entries)
  }

  private static func sorted(
    _ pairs: [(row: Int, entry: Int)], count: Int, by number: (((row: Int, entry: Int)) -> Int)
  ) -> [(row: Int, entry: Int)] {
    var offsets = [Int](repeating: 0, count: count + 1)
    for pair in pairs {
      precondition((0..<count).contains(number(pair)), "an edge ends at a node that is not in the graph")
      offsets[number(pair) + 1] += 1
    }
    for node in 0..<count { offsets[node + 1] += offsets[node] }
    var result = pairs
    for pair in pairs {
      result[offsets[number(pair)]] = pair
      offsets[number(pair)] += 1
    }
    return result
  }
}
