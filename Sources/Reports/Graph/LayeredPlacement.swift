/// Heights of the vertices of a layered order: each as near to its neighbors as the order and the minimum distances
/// within its layer allow.
struct LayeredPlacement {
  /// Height of each vertex in rows, from 0.
  private(set) var height: [Double]
  /// The greatest height.
  private(set) var tallest = 0.0

  private static let passes = 12
  /// Dummy vertices may be closer to each other than boxes, and straight lines matter more than aligned boxes.
  private static let lineDistance = 0.45
  private static let lineWeight = 4.0

  init(_ order: LayeredOrder) {
    height = [Double](repeating: 0, count: order.nodes.count)
    for row in order.rows {
      for (position, vertex) in row.enumerated() { height[vertex] = Double(position) }
    }
    for pass in 0..<Self.passes {
      let isForward = pass % 2 == 0
      for index in isForward ? Array(order.rows.indices) : order.rows.indices.reversed() {
        let isLast = pass >= Self.passes - 2
        place(order.rows[index], order) { vertex in
          isLast
            ? order.before[vertex] + order.behind[vertex] : isForward ? order.before[vertex] : order.behind[vertex]
        }
      }
    }
    let least = height.min() ?? 0
    height = height.map { $0 - least }
    tallest = height.max() ?? 0
  }

  /// Places a layer by isotonic regression: minimizes the squared distances to the wished heights while keeping order
  /// and minimum distances, by pooling vertices that would come too close.
  private mutating func place(_ row: [Int], _ order: LayeredOrder, neighbors: (Int) -> [Int]) {
    var offsets: [Double] = []
    for (position, vertex) in row.enumerated() {
      guard position > 0 else {
        offsets.append(0)
        continue
      }
      let isLine = order.nodes[vertex] == nil || order.nodes[row[position - 1]] == nil
      offsets.append(offsets[position - 1] + (isLine ? Self.lineDistance : 1))
    }
    var pools: [(sum: Double, weight: Double, count: Int)] = []
    for (position, vertex) in row.enumerated() {
      let near = neighbors(vertex)
      let wish = near.isEmpty ? height[vertex] : near.reduce(0) { $0 + height[$1] } / Double(near.count)
      let weight = near.isEmpty ? 0.1 : order.nodes[vertex] == nil ? Self.lineWeight : 1
      pools.append(((wish - offsets[position]) * weight, weight, 1))
      while pools.count > 1 {
        let (above, last) = (pools[pools.count - 2], pools[pools.count - 1])
        guard above.sum / above.weight > last.sum / last.weight else { break }
        pools.removeLast(2)
        pools.append((above.sum + last.sum, above.weight + last.weight, above.count + last.count))
      }
    }
    var position = 0
    for pool in pools {
      for _ in 0..<pool.count {
        height[row[position]] = pool.sum / pool.weight + offsets[position]
        position += 1
      }
    }
  }
}
