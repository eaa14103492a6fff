import FleetModel

/// The lines of a graph's tree, in order. Their number grows with the number of deployments, and none is wider than the
/// deepest branch.
struct GraphTreeLines {
  /// One line.
  struct Line {
    /// The subject of a line.
    enum Content: Equatable {
      /// A deployment, at the one place where it is shown.
      case deployment
      /// A deployment that is shown at another place.
      case reference
      /// A deployment that is shown above, whose dependents follow here.
      case continuation
      /// Further dependents that are shown above.
      case more(Int)
    }

    /// The lines of the tree before the name.
    var branch: String
    /// The deployment; of `more`, the one whose dependents are left out.
    var node: Int
    var content: Content
    /// Whether the dependent waits only until the deployment above it runs.
    var isLoose = false
    /// Whether the dependents follow at another place.
    var isCut = false
  }

  private(set) var lines: [Line] = []
  private let graph: DeploymentGraph
  private var shown: Set<Int> = []
  /// Deployments whose dependents are still to be shown, at the left.
  private var postponed: [Int] = []

  /// The depth from which on a branch goes on at the left.
  static let deepest = 24
  /// Number of references below one deployment; further ones are only counted.
  static let mostReferences = 8

  /// A deployment whose dependents are being shown.
  private struct Frame {
    let node: Int
    /// Beginning of the lines below it.
    let below: String
    let depth: Int
    var next = 0
    var references = 0
    var leftOut = 0
  }

  init(_ graph: DeploymentGraph) {
    self.graph = graph
    let roots = graph.nodes.indices.filter { graph.reaching[$0].isEmpty }
    let (trees, alone) = (roots.filter { !graph.leaving[$0].isEmpty }, roots.filter { graph.leaving[$0].isEmpty })
    for root in trees + alone {
      lines.append(Line(branch: "", node: root, content: .deployment))
      shown.insert(root)
      addDependents(of: root)
      while !postponed.isEmpty {
        let cut = postponed
        postponed = []
        for node in cut {
          lines.append(Line(branch: "", node: node, content: .continuation))
          addDependents(of: node)
        }
      }
    }
  }

  /// Adds all that depends on a deployment at the left. Not recursive, because chains may have a hundred thousand links.
  private mutating func addDependents(of root: Int) {
    var frames = [Frame(node: root, below: "", depth: 0)]
    while var frame = frames.popLast() {
      let edges = graph.leaving[frame.node]
      guard frame.next < edges.count else {
        if frame.leftOut > 0 {
          lines.append(Line(branch: frame.below + "└─ ", node: frame.node, content: .more(frame.leftOut)))
        }
        continue
      }
      let edge = graph.edges[edges[frame.next]]
      frame.next += 1
      let isReference = shown.contains(edge.to)
      if isReference, frame.references == Self.mostReferences {
        frame.leftOut += 1
        frames.append(frame)
        continue
      }
      if isReference { frame.references += 1 }
      let isLast = frame.next == edges.count && frame.leftOut == 0
      let dependents = graph.leaving[edge.to]
      let isCut = !isReference && frame.depth + 1 == Self.deepest && !dependents.isEmpty
      lines.append(
        Line(
          branch: frame.below + (isLast ? "└─ " : "├─ "), node: edge.to,
          content: isReference ? .reference : .deployment, isLoose: edge.until == .running, isCut: isCut))
      let (below, depth) = (frame.below + (isLast ? "   " : "│  "), frame.depth + 1)
      frames.append(frame)
      if isReference { continue }
      shown.insert(edge.to)
      if isCut {
        postponed.append(edge.to)
      } else if !dependents.isEmpty {
        frames.append(Frame(node: edge.to, below: below, depth: depth))
      }
    }
  }
}
