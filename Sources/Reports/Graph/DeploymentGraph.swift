import FleetModel

/// A drawable graph of deployments and their dependencies.
public struct DeploymentGraph: Sendable {
  /// A deployment.
  public struct Node: Sendable, Hashable {
    /// The deployment.
    public var identity: DeploymentIdentity
    /// Recorded status; nil if it is declared but not recorded.
    public var status: DeploymentStatus?
    /// Code of the reason why it does not run; nil if there is none.
    public var reasonCode: String?

    /// Makes a node.
    public init(_ identity: DeploymentIdentity, status: DeploymentStatus? = nil, reasonCode: String? = nil) {
      self.identity = identity
      self.status = status
      self.reasonCode = reasonCode
    }
  }

  /// An edge, its ends given as positions in `nodes`.
  public struct Edge: Sendable, Hashable {
    /// The dependency.
    public var from: Int
    /// The dependent.
    public var to: Int
    /// The condition that `from` must reach.
    public var until: DependencyCondition
  }

  /// Nodes, sorted by identity.
  public let nodes: [Node]
  /// Edges, sorted by their ends.
  public let edges: [Edge]
  /// Edges that leave and edges that reach each node, by position in `edges`.
  let leaving: [[Int]]
  let reaching: [[Int]]
  /// Scope in which nodes are named; computed once, because it depends on all nodes.
  let scope: NameScope

  /// Creates a graph. Edges to unknown nodes are left out. Edges must not form a cycle; validation guarantees that.
  public init(_ nodes: [Node], dependencies: [DeploymentIdentity: [Dependency]]) {
    self.nodes = nodes.sorted { $0.identity < $1.identity }
    var positions: [DeploymentIdentity: Int] = [:]
    for (position, node) in self.nodes.enumerated() { positions[node.identity] = position }
    // By their starts, each list in the order of the ends, which is the order of the nodes: so nothing needs to be sorted.
    var bySource = [[Edge]](repeating: [], count: nodes.count)
    for (position, node) in self.nodes.enumerated() {
      for dependency in dependencies[node.identity] ?? [] {
        guard let from = positions[dependency.on] else { continue }
        bySource[from].append(Edge(from: from, to: position, until: dependency.until))
      }
    }
    edges = Array(bySource.joined())
    var leaving = [[Int]](repeating: [], count: nodes.count)
    var reaching = leaving
    for (index, edge) in edges.enumerated() {
      leaving[edge.from].append(index)
      reaching[edge.to].append(index)
    }
    self.leaving = leaving
    self.reaching = reaching
    let cluster = nodes.first?.identity.cluster
    // Names are full if there are several clusters.
    scope = NameScope(cluster: nodes.allSatisfy { $0.identity.cluster == cluster } ? cluster : nil)
  }

  /// The graph of the chosen nodes; with `connected`, also of everything that they depend on or that depends on them,
  /// transitively.
  public func narrowed(connected: Bool, to isChosen: (Node) -> Bool) -> DeploymentGraph {
    var kept = Set(nodes.indices.filter { isChosen(nodes[$0]) })
    if connected {
      kept = reached(from: kept, by: leaving, end: \.to).union(reached(from: kept, by: reaching, end: \.from))
    }
    var dependencies: [DeploymentIdentity: [Dependency]] = [:]
    for edge in edges where kept.contains(edge.from) && kept.contains(edge.to) {
      dependencies[nodes[edge.to].identity, default: []].append(
        Dependency(on: nodes[edge.from].identity, until: edge.until))
    }
    return DeploymentGraph(kept.sorted().map { nodes[$0] }, dependencies: dependencies)
  }

  private func reached(from start: Set<Int>, by lists: [[Int]], end: KeyPath<Edge, Int>) -> Set<Int> {
    var found = start
    var open = Array(start)
    while let node = open.popLast() {
      for edge in lists[node] where found.insert(edges[edge][keyPath: end]).inserted {
        open.append(edges[edge][keyPath: end])
      }
    }
    return found
  }

  /// Length of the longest path to each node from a node without dependencies; 0 for those.
  var layers: [Int] {
    var layers = [Int](repeating: 0, count: nodes.count)
    var missing = reaching.map(\.count)
    var ready = nodes.indices.filter { missing[$0] == 0 }
    while let node = ready.popLast() {
      for edge in leaving[node].map({ edges[$0] }) {
        layers[edge.to] = max(layers[edge.to], layers[node] + 1)
        missing[edge.to] -= 1
        if missing[edge.to] == 0 { ready.append(edge.to) }
      }
    }
    return layers
  }

  /// The node's name within the graph's scope.
  func name(_ node: Int) -> String {
    scope.name(nodes[node].identity)
  }
}

extension DeploymentStatus? {
  /// The status in lower case; `declared` if there is none.
  var word: String { map { $0.rawValue.lowercased() } ?? "declared" }
}
