/// Positions of a graph's nodes and edges in columns and rows of boxes: connected components side by side on shelves,
/// the largest first, and isolated nodes below them.
struct GraphLayout {
  struct Point: Equatable {
    var column: Double
    var row: Double
  }

  /// Position of each node.
  private(set) var positions: [Point]
  /// Points that each edge passes through.
  private(set) var routes: [[Point]]
  /// Size of the whole layout, in columns and rows.
  private(set) var columns = 1.0
  private(set) var rows = 0.0

  /// Space between components, in rows.
  private static let gap = 0.6
  /// Columns per row that make a picture of pleasant proportions: columns are wide, rows low.
  private static let columnsPerRow = 0.45

  init(_ graph: DeploymentGraph) {
    positions = [Point](repeating: Point(column: 0, row: 0), count: graph.nodes.count)
    routes = [[Point]](repeating: [], count: graph.edges.count)
    let layers = Self.tightened(graph)
    let parts = Self.parts(graph)
    let connected = parts.filter { $0.count > 1 }.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    let drawn = connected.map { part -> (order: LayeredOrder, placement: LayeredPlacement) in
      let order = LayeredOrder(graph, part: part, layers: layers)
      return (order, LayeredPlacement(order))
    }
    let alone = parts.filter { $0.count == 1 }.map { $0[0] }
    let area = drawn.reduce(Double(alone.count)) { $0 + Double($1.order.rows.count) * ($1.placement.tallest + 1) }
    let widest = Double(drawn.map { $0.order.rows.count }.max() ?? 1)
    columns = max(widest, min(24, (area * Self.columnsPerRow).squareRoot().rounded(.up)))

    var (column, shelf, tallest) = (0.0, 0.0, 0.0)
    for part in drawn {
      let (width, height) = (Double(part.order.rows.count), part.placement.tallest + 1)
      if column > 0, column + width > columns {
        (column, shelf, tallest) = (0, shelf + tallest + Self.gap, 0)
      }
      func point(_ vertex: Int) -> Point {
        Point(column: column + Double(part.order.layer[vertex]), row: shelf + part.placement.height[vertex])
      }
      for (vertex, node) in part.order.nodes.enumerated() {
        if let node { positions[node] = point(vertex) }
      }
      for (edge, route) in part.order.routes { routes[edge] = route.map(point) }
      (column, tallest) = (column + width, max(tallest, height))
    }
    rows = shelf + tallest
    if !alone.isEmpty {
      let start = drawn.isEmpty ? 0 : rows + Self.gap
      let across = max(1, Int(columns))
      for (index, node) in alone.enumerated() {
        positions[node] = Point(column: Double(index % across), row: start + Double(index / across))
      }
      rows = start + Double((alone.count + across - 1) / across)
    }
  }

  /// Layers in which nodes with no more incoming than outgoing edges are moved toward their dependents. That shortens
  /// edges, and nodes that are needed late are not drawn at the left.
  private static func tightened(_ graph: DeploymentGraph) -> [Int] {
    var layers = graph.layers
    for node in graph.nodes.indices.sorted(by: { (layers[$0], $0) > (layers[$1], $1) }) {
      guard graph.reaching[node].count <= graph.leaving[node].count else { continue }
      if let next = graph.leaving[node].map({ layers[graph.edges[$0].to] }).min() { layers[node] = next - 1 }
    }
    return layers
  }

  /// Connected components, each sorted, ordered by their first nodes.
  private static func parts(_ graph: DeploymentGraph) -> [[Int]] {
    var parts: [[Int]] = []
    var seen = [Bool](repeating: false, count: graph.nodes.count)
    for start in graph.nodes.indices where !seen[start] {
      seen[start] = true
      var part: [Int] = []
      var open = [start]
      while let node = open.popLast() {
        part.append(node)
        let near = graph.leaving[node].map { graph.edges[$0].to } + graph.reaching[node].map { graph.edges[$0].from }
        for next in near where !seen[next] {
          seen[next] = true
          open.append(next)
        }
      }
      parts.append(part.sorted())
    }
    return parts
  }
}
