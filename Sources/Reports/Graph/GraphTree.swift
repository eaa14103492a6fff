import FleetModel

/// A graph as a tree on a terminal: deployments without dependencies are at the left, each followed by its dependents.
/// A deployment with several dependencies is shown below the first and referred to below the others.
///
/// The size of the text grows with the number of deployments, however deep and dense the graph is: a branch that gets too
/// deep goes on at the left, and a deployment lists only the first of the dependents that are shown elsewhere.
public struct GraphTree {
  let palette: Palette
  /// Width in columns; nil: lines are as wide as they need to be.
  let width: Int?

  /// Makes a renderer.
  public init(width: Int? = nil, palette: Palette = .plain) {
    self.width = width
    self.palette = palette
  }

  /// The tree, each line with its line break; isolated deployments come last.
  public func text(_ graph: DeploymentGraph) -> String {
    let lines = GraphTreeLines(graph).lines
    let column = column(of: lines, graph)
    return lines.map { text($0, graph, column) + "\n" }.joined()
  }

  private func name(_ line: GraphTreeLines.Line, _ graph: DeploymentGraph) -> String {
    if case .more(let count) = line.content { return "… and \(count) more" }
    return VisibleText.escaped(
      graph.nodes[line.node].identity.cluster == graph.scope.cluster && !line.branch.isEmpty
        ? graph.nodes[line.node].identity.shortText : graph.nodes[line.node].identity.text)
  }

  /// Column of the statuses.
  private func column(of lines: [GraphTreeLines.Line], _ graph: DeploymentGraph) -> Int {
    let widest = lines.map { VisibleText.width($0.branch) + VisibleText.width(name($0, graph)) }.max() ?? 0
    return width.map { min(widest, max(20, $0 - 32)) } ?? widest
  }

  private func text(_ line: GraphTreeLines.Line, _ graph: DeploymentGraph, _ column: Int) -> String {
    let node = graph.nodes[line.node]
    var name = name(line, graph)
    let branchWidth = VisibleText.width(line.branch)
    if width != nil { name = VisibleText.elided(name, to: max(8, column - branchWidth)) }
    let padding = String(repeating: " ", count: max(0, column - branchWidth - VisibleText.width(name)) + 2)
    let branch = palette.paint(line.branch, .faint)
    var remarks = line.isLoose ? ["until running"] : []
    let elsewhere: String? =
      switch line.content {
      case .reference, .more: "see above"
      case .continuation: "continued"
      case .deployment: nil
      }
    if let elsewhere {
      return branch + name + padding + palette.paint(([elsewhere] + remarks).joined(separator: ", "), .faint)
    }
    if line.isCut { remarks.append("continued below") }
    guard let status = node.status else {
      return remarks.isEmpty
        ? branch + name : branch + name + padding + palette.paint(remarks.joined(separator: ", "), .faint)
    }
    if let code = node.reasonCode, status == .pending { remarks.insert(code, at: 0) }
    let rest = remarks.isEmpty ? "" : "  " + palette.paint(remarks.joined(separator: ", "), .faint)
    let gap = rest.isEmpty ? "" : String(repeating: " ", count: 9 - status.rawValue.count)
    return branch + name + padding + palette.paint(status.rawValue, status.style) + gap + rest
  }
}
