import FleetModel

/// A graph as source text for other drawing programs.
public enum GraphText {
  /// Graphviz source.
  public static func dot(_ graph: DeploymentGraph) -> String {
    var out =
      "digraph deployments {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n"
    for (position, node) in graph.nodes.enumerated() {
      out += "  \(quoted(node.identity.text)) [label=\(quoted(graph.name(position) + "\n" + node.status.word)), "
      out += "fillcolor=\"\(StatusColor(node.status).light)\"];\n"
    }
    for edge in graph.edges {
      let ends = "\(quoted(graph.nodes[edge.from].identity.text)) -> \(quoted(graph.nodes[edge.to].identity.text))"
      out += "  \(ends)\(edge.until == .running ? " [style=dashed]" : "");\n"
    }
    return out + "}\n"
  }

  /// Mermaid source, which several hosts render within Markdown.
  public static func mermaid(_ graph: DeploymentGraph) -> String {
    var out = "flowchart LR\n"
    for (position, node) in graph.nodes.enumerated() {
      let label = VisibleText.escaped(graph.name(position)).replacing("\"", with: "#quot;")
      out += "  n\(position)[\"\(label)<br/>\(node.status.word)\"]:::\(node.status.word)\n"
    }
    for edge in graph.edges { out += "  n\(edge.from) \(edge.until == .running ? "-.->" : "-->") n\(edge.to)\n" }
    let statuses = [DeploymentStatus?.none] + DeploymentStatus.allCases.map { $0 }
    for status in statuses where graph.nodes.contains(where: { $0.status == status }) {
      let color = StatusColor(status)
      out += "  classDef \(status.word) fill:\(color.light),stroke:\(color.strong),color:#1f2328\n"
    }
    return out
  }

  /// A Graphviz string literal; line feeds are written as `\n`.
  private static func quoted(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { VisibleText.escaped(String($0)) }
    return "\"" + lines.map { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }.joined(separator: "\\n")
      + "\""
  }
}

/// Colors of a status on light and on dark backgrounds.
struct StatusColor {
  /// Fill behind dark text.
  let light: String
  /// Fill behind light text.
  let dark: String
  /// Line or mark on either.
  let strong: String

  init(_ status: DeploymentStatus?) {
    (light, dark, strong) =
      switch status {
      case nil: ("#f3f4f6", "#262b33", "#7d8590")
      case .pending: ("#fff4d6", "#3a2f12", "#c69026")
      case .running: ("#dbeafe", "#14304f", "#3b82f6")
      case .completed: ("#dcf5e3", "#153524", "#2da44e")
      case .failed: ("#fde2e1", "#45191b", "#e5484d")
      case .cancelled: ("#eceef1", "#2b2f36", "#8b949e")
      }
  }
}
