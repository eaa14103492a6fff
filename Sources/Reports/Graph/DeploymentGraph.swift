import FleetModel

/// Deployments and what they wait for, to be drawn.
public struct DeploymentGraph: Sendable {
  /// A deployment.
  public struct Node: Sendable, Hashable {
    /// Which.
    public var identity: DeploymentIdentity
    /// As recorded; nil: it is only declared.
    public var status: DeploymentStatus?
    /// Code of the reason why it does not run; nil: none.
    public var reasonCode: String?

    /// Makes a node.
    public init(_ identity: DeploymentIdentity, status: DeploymentStatus? = nil, reasonCode: String? = nil) {
      self.identity = identity
      self.status = status
      self.reasonCode = reasonCode
    }
  }

  /// An edge, by the positions of its ends in `nodes`.
  public struct Edge: Sendable, Hashable {
    /// What is waited for.
    public var from: Int
    /// What waits.
    public var to: Int
    /// What `from` must have reached.
    public var until: DependencyCondition
  }

  /// By identity.
  public let nodes: [Node]
  /// By their ends.
  public let edges: [Edge]
  /// The edges that leave each node, and those that reach it, by position in `edges`.
  let leaving: [[Int]]
  let reaching: [[Int]]
  /// Looked for once: who asks for the name of each node must not look at all nodes every time.
  let scope: NameScope

  /// Makes a graph; edges to what is no node are left out. The edges have no cycle: whoever declares them has seen to it.
  public init(_ nodes: [Node], dependencies: [DeploymentIdentity: [Dependency]]) {
    self.nodes = nodes.sorted { $0.identity < $1.identity }
    var positions: [DeploymentIdentity: Int] = [:]
    for (position, node) in self.nodes.enumerated() { positions[node.identity] = position }
    var edges: [Edge] = []
    for (position, node) in self.nodes.enumerated() {
      for dependency in dependencies[node.identity] ?? [] {
        guard let from = positions[dependency.on] else { continue }
        edges.append(Edge(from: from, to: position, until: dependency.until))
      }
    }
    edges.sort { ($0.from, $0.to) < ($1.from, $1.to) }
    self.edges = edges
    var leaving = [[Int]](repeating: [], count: nodes.count)
    var reaching = leaving
    for (index, edge) in edges.enumerated() {
      leaving[edge.from].append(index)
      reaching[edge.to].append(index)
    }
    self.leaving = leaving
    self.reaching = reaching
    let cluster = nodes.first?.identity.cluster
    // With several clusters names are whole.
    scope = NameScope(cluster: nodes.allSatisfy { $0.identity.cluster == cluster } ? cluster : nil)
  }

  /// Only the nodes that are chosen, and with `connected` also what they wait for and what waits for them, however far.
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

  /// The longest way to each node from one that waits for nothing: 0 for those.
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

  /// What a node is called beside the others.
  func name(_ node: Int) -> String {
    scope.name(nodes[node].identity)
  }
}

extension DeploymentStatus? {
  /// `completed`; what is not recorded is `declared`.
  var word: String { map { $0.rawValue.lowercased() } ?? "declared" }
}
