import ArgumentParser
import FleetModel
import Reports

struct Graph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw the dependencies of deployments.",
    discussion: """
      Draws recorded deployments with their statuses or, with paths, the deployments of manifests, applied or not. An identity \
      limits the graph to one deployment, its dependencies and its dependents.

      -o tree is for terminals, svg for browsers, dot for Graphviz, mermaid for Markdown.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case tree, dot, mermaid, svg }

  @Argument(
    help: ArgumentHelp(
      "Deployments, or directories and files of manifests; - is standard input.", valueName: "identity | path"),
    completion: Completion.deployments)
  var words: [String] = []
  @Option(
    name: .customShort("f"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A directory or file of manifests, even if its name looks like an identity.", valueName: "path"),
    completion: .file())
  var files: [String] = []
  @Option(name: .shortAndLong, help: "Output format: tree, dot, mermaid, svg.")
  var output: Format = .tree
  @Option(
    help: ArgumentHelp("Draw only this cluster: lab or vision/lab.", valueName: "cluster"),
    completion: Completion.clusters)
  var cluster: String?
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let paths = words.filter { $0 == "-" || Surroundings.exists($0) } + files
    let names = words.filter { $0 != "-" && !Surroundings.exists($0) }
    let recorded = paths.isEmpty ? try StateSession.required(state) : try StateSession(state)
    let present = try await recorded?.reconciler(command: "berth graph").present()
    var graph =
      if let present, paths.isEmpty {
        GraphSource.graph(present)
      } else {
        try await GraphSource.declared(in: paths, beside: recorded, present)
      }
    if let cluster {
      graph = graph.narrowed(connected: false) { node in
        node.identity.cluster.text == cluster || node.identity.cluster.name == cluster
      }
    }
    if !names.isEmpty {
      let chosen = Set(try names.map { try GraphSource.identity($0, in: graph) })
      graph = graph.narrowed(connected: true) { chosen.contains($0.identity) }
    }
    if graph.nodes.isEmpty {
      printing.error.write("\(cluster == nil ? "there are no deployments" : "no deployments match")\n")
    }
    let out = printing.output
    switch output {
    case .tree:
      out.write(GraphTree(width: out.isTerminal ? out.width : nil, palette: out.palette).text(graph))
    case .dot: out.write(GraphText.dot(graph))
    case .mermaid: out.write(GraphText.mermaid(graph))
    case .svg:
      if let excess = GraphSVG.excess(in: graph) {
        throw CommandError.notFound(
          "\(excess) are too many for a picture",
          hint: "select fewer with --cluster or an identity, or use -o dot and another program")
      }
      out.write(GraphSVG(graph, title: title(paths)).text)
    }
    if let recorded { present?.report(on: printing.error, recordedAt: try recorded.store.lastEventTime()) }
  }

  private func title(_ paths: [String]) -> String {
    let what = paths.isEmpty ? (cluster ?? "deployments") : paths.joined(separator: ", ")
    return words.isEmpty || !paths.isEmpty ? what : words.joined(separator: ", ")
  }
}
