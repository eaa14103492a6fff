import FleetModel

/// A graph as a tree on a terminal: deployments without dependencies are at the left, each followed by its dependents.
/// A deployment with several dependencies is shown below the first and referred to below the others.
public struct GraphTree {
  let palette: Palette
  /// Width in columns; nil: lines are as wide as they need to be.
  let width: Int?

  /// Makes a renderer.
  public init(width: Int? = nil, palette: Palette = .plain) {
    self.width = width
    self.palette = palette
  }

  private struct Line {
    var branch: String
    var node: Int
    var note: String
    var isReference: Bool
  }

  /// The tree, each line with its line break; isolated deployments come last.
  public func text(_ graph: DeploymentGraph) -> String {
    let roots = graph.nodes.indices.filter { graph.reaching[$0].isEmpty }
    let (trees, alone) = (roots.filter { !graph.leaving[$0].isEmpty }, roots.filter { graph.leaving[$0].isEmpty })
    var lines: [Line] = []
    var shown: Set<Int> = []
    for root in trees + alone { add(root, graph, branch: "", below: "", note: "", to: &lines, &shown) }
    let column = column(of: lines, graph)
    return lines.map { text($0, graph, column) + "\n" }.joined()
  }

  /// Adds a subtree. Not recursive, because chains may have a hundred thousand links.
  private func add(
    _ root: Int, _ graph: DeploymentGraph, branch: String, below: String, note: String, to lines: inout [Line],
    _ shown: inout Set<Int>
  ) {
    var open = [(node: root, branch: branch, below: below, note: note)]
    while let next = open.popLast() {
      let isNew = shown.insert(next.node).inserted
      lines.append(Line(branch: next.branch, node: next.node, note: next.note, isReference: !isNew))
      guard isNew else { continue }
      let edges = graph.leaving[next.node].map { graph.edges[$0] }
      for (index, edge) in edges.enumerated().reversed() {
        let isLast = index == edges.count - 1
        open.append(
          (
            edge.to, next.below + (isLast ? "└─ " : "├─ "), next.below + (isLast ? "   " : "│  "),
            edge.until == .running ? "until running" : ""
          ))
      }
    }
  }

  private func name(_ line: Line, _ graph: DeploymentGraph) -> String {
    VisibleText.escaped(
      graph.nodes[line.node].identity.cluster == graph.scope.cluster && !line.branch.isEmpty
        ? graph.nodes[line.node].identity.shortText : graph.nodes[line.node].identity.text)
  }

  /// Column of the statuses.
  private func column(of lines: [Line], _ graph: DeploymentGraph) -> Int {
    let widest = lines.map { VisibleText.width($0.branch) + VisibleText.width(name($0, graph)) }.max() ?? 0
    return width.map { min(widest, max(20, $0 - 32)) } ?? widest
  }

  private func text(_ line: Line, _ graph: DeploymentGraph, _ column: Int) -> String {
    let node = graph.nodes[line.node]
    var name = name(line, graph)
    let branchWidth = VisibleText.width(line.branch)
    if width != nil { name = VisibleText.elided(name, to: max(8, column - branchWidth)) }
    let padding = String(repeating: " ", count: max(0, column - branchWidth - VisibleText.width(name)) + 2)
    let branch = palette.paint(line.branch, .faint)
    var remarks = line.note.isEmpty ? [] : [line.note]
    if line.isReference {
      return branch + name + padding + palette.paint((["see above"] + remarks).joined(separator: ", "), .faint)
    }
    guard let status = node.status else {
      return remarks.isEmpty ? branch + name : branch + name + padding + palette.paint(remarks[0], .faint)
    }
    if let code = node.reasonCode, status == .pending { remarks.insert(code, at: 0) }
    let rest = remarks.isEmpty ? "" : "  " + palette.paint(remarks.joined(separator: ", "), .faint)
    let gap = rest.isEmpty ? "" : String(repeating: " ", count: 9 - status.rawValue.count)
    return branch + name + padding + palette.paint(status.rawValue, status.style) + gap + rest
  }
}
