import FleetModel

/// A graph as an SVG picture that is readable on light and dark backgrounds.
public struct GraphSVG {
  private let graph: DeploymentGraph
  private let layout: GraphLayout
  private let title: String
  private let boxWidth: Double

  /// Largest number of nodes that still makes a readable picture.
  private static let mostNodes = 2000
  /// Largest number of layers that the edges of a readable picture pass through, all together.
  private static let mostLayersPassed = 30_000

  /// Returns what there is too much of for a picture, as a number and a noun; nil if a graph can be drawn.
  public static func excess(in graph: DeploymentGraph) -> String? {
    if graph.nodes.count > mostNodes { return "\(graph.nodes.count) deployments" }
    let layers = graph.layers
    let passed = graph.edges.reduce(0) { $0 + layers[$1.to] - layers[$1.from] }
    return passed > mostLayersPassed ? "\(graph.edges.count) dependencies" : nil
  }

  private static let boxHeight = 38.0
  private static let rowHeight = 52.0
  private static let columnGap = 72.0
  private static let margin = 24.0
  private static let head = 64.0
  /// Width of a character at 13 pixels, a little more than common fonts need.
  private static let letter = 7.6
  private static let longestName = 34

  /// Lays a graph out.
  /// - Parameter title: title of the picture.
  public init(_ graph: DeploymentGraph, title: String) {
    self.graph = graph
    self.title = title
    layout = GraphLayout(graph)
    let longest = graph.nodes.indices.map { VisibleText.width(graph.name($0)) }.max() ?? 0
    boxWidth = max(110, Double(min(longest, Self.longestName)) * Self.letter + 28)
  }

  /// The picture.
  public var text: String {
    let pitch = boxWidth + Self.columnGap
    let width = max(480, layout.columns * pitch - Self.columnGap + 2 * Self.margin)
    let height = Self.head + layout.rows * Self.rowHeight + Self.margin
    let size = "\(Self.number(width)) \(Self.number(height))"
    var out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" width=\"\(Self.number(width))\" "
      + "height=\"\(Self.number(height))\" role=\"img\" aria-label=\"\(Self.escaped(title))\">\n"
    out += "<style>\n\(Self.style)</style>\n"
    out +=
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
      + "<path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n"
    out += "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
    out += "<text class=\"title\" x=\"\(Self.number(Self.margin))\" y=\"30\">\(Self.escaped(title))</text>\n"
    out += legend
    for index in graph.edges.indices { out += edge(index) }
    for index in graph.nodes.indices { out += box(index) }
    return out + "</svg>\n"
  }

  private func x(_ point: GraphLayout.Point) -> Double { Self.margin + point.column * (boxWidth + Self.columnGap) }
  private func y(_ point: GraphLayout.Point) -> Double {
    Self.head + point.row * Self.rowHeight + Self.rowHeight / 2
  }

  private func box(_ index: Int) -> String {
    let node = graph.nodes[index]
    let (x, y) = (x(layout.positions[index]), y(layout.positions[index]) - Self.boxHeight / 2)
    let name = VisibleText.elided(VisibleText.escaped(graph.name(index)), to: Self.longestName)
    let reason = node.status == .pending ? node.reasonCode.map { ", \($0)" } ?? "" : ""
    let state = VisibleText.cut(node.status.word + reason, to: Int((boxWidth - 28) / 6.4))
    let corner = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
    return
      "<g class=\"\(node.status.word)\"><title>\(Self.escaped(node.identity.text)): \(node.status.word)\(Self.escaped(reason))"
      + "</title><rect class=\"box\" \(corner) width=\"\(Self.number(boxWidth))\" height=\"\(Self.number(Self.boxHeight))\" rx=\"6\"/>"
      + "<circle class=\"mark\" cx=\"\(Self.number(x + 12))\" cy=\"\(Self.number(y + 13))\" r=\"4\"/>"
      + "<text class=\"name\" x=\"\(Self.number(x + 22))\" y=\"\(Self.number(y + 17))\">\(Self.escaped(name))</text>"
      + "<text class=\"state\" x=\"\(Self.number(x + 22))\" y=\"\(Self.number(y + 31))\">\(Self.escaped(state))</text></g>\n"
  }

  /// A curve that meets boxes and layers horizontally.
  private func edge(_ index: Int) -> String {
    let route = layout.routes[index]
    guard let first = route.first, let last = route.last else { return "" }
    var point = (x: x(first) + boxWidth, y: y(first))
    var path = "M\(Self.number(point.x)) \(Self.number(point.y))"
    for next in route.dropFirst() {
      let isLast = next == last
      let target = (x: x(next) - (isLast ? 1 : 0), y: y(next))
      let bend = (target.x - point.x) / 2
      path += "C\(Self.number(point.x + bend)) \(Self.number(point.y)) \(Self.number(target.x - bend)) "
      path += "\(Self.number(target.y)) \(Self.number(target.x)) \(Self.number(target.y))"
      point = target
      guard !isLast else { break }
      point.x += boxWidth
      path += "H\(Self.number(point.x))"
    }
    let isLoose = graph.edges[index].until == .running
    return "<path class=\"edge\(isLoose ? " loose" : "")\" d=\"\(path)\" marker-end=\"url(#tip)\"/>\n"
  }

  /// Number of nodes of each status.
  private var legend: String {
    var x = Self.margin
    var out = ""
    for status in [DeploymentStatus?.none] + DeploymentStatus.allCases.map({ $0 }) {
      let count = graph.nodes.count { $0.status == status }
      if count == 0 { continue }
      let words = "\(count) \(status.word)"
      out += "<g class=\"\(status.word)\"><circle class=\"mark\" cx=\"\(Self.number(x + 4))\" cy=\"46\" r=\"4\"/>"
      out += "<text class=\"state\" x=\"\(Self.number(x + 13))\" y=\"50\">\(words)</text></g>\n"
      x += Double(words.count) * 6.4 + 30
    }
    return out
  }

  private static let style: String = {
    var light = ".ground{fill:#ffffff}.title{fill:#1f2328}.name{fill:#1f2328}.state{fill:#59636e}"
    light += ".edge{stroke:#9aa4af}.tip{fill:#9aa4af}"
    var dark = ".ground{fill:#0d1117}.title{fill:#e6edf3}.name{fill:#e6edf3}.state{fill:#9198a1}"
    dark += ".edge{stroke:#57606a}.tip{fill:#57606a}"
    for status in [DeploymentStatus?.none] + DeploymentStatus.allCases.map({ $0 }) {
      let color = StatusColor(status)
      light +=
        ".\(status.word) .box{fill:\(color.light);stroke:\(color.strong)}.\(status.word) .mark{fill:\(color.strong)}"
      dark += ".\(status.word) .box{fill:\(color.dark)}"
    }
    return "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
      + ".title{font-size:16px;font-weight:600}.name{font-size:13px;font-weight:500}.state{font-size:11px}\n"
      + ".box{stroke-width:1}.edge{fill:none;stroke-width:1.4}.loose{stroke-dasharray:5 4}\n"
      + "\(light)\n@media(prefers-color-scheme:dark){\(dark)}\n"
  }()

  /// A number with one decimal, or none if that is 0.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0
      ? "\(tenths / 10)" : "\(tenths < 0 && tenths > -10 ? "-" : "")\(tenths / 10).\(abs(tenths % 10))"
  }

  private static func escaped(_ text: String) -> String {
    VisibleText.escaped(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
