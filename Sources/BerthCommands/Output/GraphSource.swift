import FleetCore
import FleetModel
import Manifests
import Reports
import StateStore

/// Sources of graphs for `berth graph`.
enum GraphSource {
  /// The graph of all that is recorded, with the statuses and reasons of this moment.
  static func graph(_ present: Present) -> DeploymentGraph {
    let identities = present.fleet.deploymentRecords().map(\.identity)
    var dependencies: [DeploymentIdentity: [Dependency]] = [:]
    let nodes = identities.map { identity in
      dependencies[identity] = present.fleet.dependencies(of: identity)
      let standing = present.standing(of: identity, withHolders: false)
      return DeploymentGraph.Node(identity, status: standing?.status, reasonCode: standing?.reason?.code)
    }
    return DeploymentGraph(nodes, dependencies: dependencies)
  }

  /// The graph of manifests, with statuses of recorded deployments. Dependencies that the manifests do not declare are
  /// taken from the state.
  static func declared(
    in paths: [String], beside recorded: StateSession?, _ present: Present?
  ) async throws -> DeploymentGraph {
    var options = ManifestOptions()
    options.paths = paths
    options.files = []
    let loading = try ManifestLoading(options)
    let known =
      try await recorded?.known(
        beside: SourceChoice(nil, of: paths), at: loading.binding, includingOwn: true) ?? KnownObjects()
    let loaded = try loading.load(known: known)
    var rows: [DeploymentIdentity: DeploymentGraph.Node] = [:]
    if let present { for node in graph(present).nodes { rows[node.identity] = node } }
    var nodes: [DeploymentIdentity: DeploymentGraph.Node] = [:]
    var dependencies: [DeploymentIdentity: [Dependency]] = [:]
    for case (.deployment(let identity), .deployment(let spec)) in loaded.desired.declarations.map({
      ($0.identity, $0.spec)
    }) {
      nodes[identity] = rows[identity] ?? DeploymentGraph.Node(identity)
      dependencies[identity] = spec.dependsOn
    }
    for identity in dependencies.values.joined().map(\.on) where nodes[identity] == nil {
      nodes[identity] = rows[identity] ?? DeploymentGraph.Node(identity)
    }
    return DeploymentGraph(nodes.values.sorted { $0.identity < $1.identity }, dependencies: dependencies)
  }

  /// The node with this identity or unambiguous end of an identity.
  static func identity(_ text: String, in graph: DeploymentGraph) throws -> DeploymentIdentity {
    let identities = graph.nodes.map(\.identity)
    if let exact = identities.first(where: { $0.text == text }) { return exact }
    let ending = identities.filter { $0.text.hasSuffix("/" + text) }
    if let only = ending.first, ending.count == 1 { return only }
    if ending.count > 1 {
      let names = ending.prefix(5).map(\.text).joined(separator: ", ")
      throw CommandError.notFound(
        "\"\(text)\" is ambiguous", hint: "it could be \(names)\(ending.count > 5 ? ", …" : "")")
    }
    let near = NearestName.hint(for: text, among: Set(identities.flatMap { [$0.text, $0.name] }).sorted())
    throw CommandError.notFound(
      "there is no deployment or path \"\(text)\"", hint: near ?? "see: berth get deployments")
  }
}
