/// The vertices of one connected graph in layers, ordered within each layer so that few edges cross: sweeps of the
/// barycenter method over layers of longest paths, after Sugiyama, Tagawa and Toda (1981). An edge that skips layers
/// passes through a dummy vertex in each.
struct LayeredOrder {
  /// The graph's node of each vertex; nil for a dummy vertex.
  private(set) var nodes: [Int?] = []
  private(set) var layer: [Int] = []
  /// Neighbors of each vertex in the previous layer and in the next one.
  private(set) var before: [[Int]] = []
  private(set) var behind: [[Int]] = []
  /// The vertices of each layer, in order.
  private(set) var rows: [[Int]] = []
  /// Vertices that each edge passes through, from its start to its end.
  private(set) var routes: [Int: [Int]] = [:]

  private static let sweeps = 16

  /// Orders a connected component.
  /// - Parameter part: nodes of the component, sorted.
  init(_ graph: DeploymentGraph, part: [Int], layers: [Int]) {
    var vertices: [Int: Int] = [:]
    for node in part { vertices[node] = add(node, layers[node]) }
    for node in part {
      for index in graph.leaving[node] {
        let edge = graph.edges[index]
        guard let from = vertices[edge.from], let to = vertices[edge.to] else { continue }
        var route = [from]
        for between in stride(from: layers[edge.from] + 1, to: layers[edge.to], by: 1) {
          route.append(add(nil, between))
        }
        route.append(to)
        for (left, right) in zip(route, route.dropFirst()) {
          behind[left].append(right)
          before[right].append(left)
        }
        routes[index] = route
      }
    }
    let first = layer.min() ?? 0
    layer = layer.map { $0 - first }
    rows = [[Int]](repeating: [], count: (layer.max() ?? 0) + 1)
    for vertex in depthFirst() { rows[layer[vertex]].append(vertex) }
    order()
  }

  private mutating func add(_ node: Int?, _ layer: Int) -> Int {
    nodes.append(node)
    self.layer.append(layer)
    before.append([])
    behind.append([])
    return nodes.count - 1
  }

  /// An initial order in which connected vertices are near each other.
  private func depthFirst() -> [Int] {
    var order: [Int] = []
    var seen = [Bool](repeating: false, count: nodes.count)
    for start in nodes.indices where before[start].isEmpty {
      var open = [start]
      while let vertex = open.popLast() {
        if seen[vertex] { continue }
        seen[vertex] = true
        order.append(vertex)
        open += behind[vertex].reversed()
      }
    }
    return order
  }

  private mutating func order() {
    var best = rows
    var fewest = crossings
    for sweep in 0..<Self.sweeps where fewest > 0 {
      let isForward = sweep % 2 == 0
      for index in isForward ? Array(rows.indices) : rows.indices.reversed() {
        sort(index, by: isForward ? before : behind)
      }
      let count = crossings
      if count < fewest { (best, fewest) = (rows, count) }
    }
    rows = best
  }

  /// Sorts one layer by the mean position of each vertex's neighbors; a vertex without any keeps its position.
  private mutating func sort(_ index: Int, by neighbors: [[Int]]) {
    var positions: [Int: Double] = [:]
    for row in [index - 1, index + 1] where rows.indices.contains(row) {
      for (position, vertex) in rows[row].enumerated() { positions[vertex] = Double(position) }
    }
    let keys = rows[index].enumerated().map { position, vertex -> (Double, Int, Int) in
      let known = neighbors[vertex].compactMap { positions[$0] }
      let mean = known.isEmpty ? Double(position) : known.reduce(0, +) / Double(known.count)
      return (mean, position, vertex)
    }
    rows[index] = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  /// Number of pairs of edges that cross: inversions, counted with a binary indexed tree (Barth, Mutzel and Jünger,
  /// 2004).
  var crossings: Int {
    var total = 0
    for (row, next) in zip(rows, rows.dropFirst()) {
      var nextPositions: [Int: Int] = [:]
      for (position, vertex) in next.enumerated() { nextPositions[vertex] = position }
      var tree = [Int](repeating: 0, count: next.count + 1)
      var entered = 0
      for vertex in row {
        let ends = behind[vertex].compactMap { nextPositions[$0] }.sorted()
        for end in ends {
          var notAbove = 0
          var index = end + 1
          while index > 0 {
            notAbove += tree[index]
            index -= index & -index
          }
          total += entered - notAbove
        }
        for end in ends {
          var index = end + 1
          while index < tree.count {
            tree[index] += 1
            index += index & -index
          }
          entered += 1
        }
      }
    }
    return total
  }
}
