import FleetModel
import PlanModel

/// Utilization and queue length over time as an SVG image that follows the viewer's light or dark scheme.
public struct SimulationDrawing: Sendable {
  private let report: SimulationReport
  private var outcome: SimulationOutcome { report.outcome }
  private let plot = (left: 64.0, width: 872.0)
  private let upper = (top: 92.0, height: 200.0)
  private let lower = (top: 340.0, height: 140.0)

  /// Creates a drawing of a simulation's report.
  public init(_ report: SimulationReport) { self.report = report }

  /// The whole image.
  public var svg: String {
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 536" width="960" height="536" role="img" "#
        + #"font-family="system-ui, sans-serif" font-size="12">"#,
      "<title>\(Self.escaped("Simulation of " + report.title))</title>",
      "<style>", Self.style, "</style>",
      #"<rect class="ground" width="960" height="536" rx="8"/>"#,
      #"<text class="title" x="24" y="34">\#(Self.escaped(report.title))</text>"#,
      #"<text class="faint" x="24" y="54">\#(Self.escaped(subtitle))</text>"#,
    ]
    lines += legend
    lines += axis(upper.top, upper.height, labels: [(0, "0"), (0.5, "50 %"), (1, "100 %")])
    for (index, dimension) in report.dimensions.enumerated() {
      let values = outcome.usage.map { min(1, $0.held[dimension] ?? 0) }
      let name = dimension.rawValue
      if index == 0 {
        lines.append(#"<path class="area \#(name)" d="\#(area(values, upper.top, upper.height))"/>"#)
      }
      lines.append(#"<path class="line \#(name)" d="\#(line(values, upper.top, upper.height))"/>"#)
    }
    let most = Self.roundUp(outcome.usage.map(\.waiting).max() ?? 0)
    lines.append(#"<text class="label" x="24" y="\#(Self.text(lower.top - 14))">Jobs waiting</text>"#)
    lines += axis(
      lower.top, lower.height,
      labels: [
        (0, "0"), (0.5, SimulationReport.decimal(most / 2, most < 10 ? 1 : 0)),
        (1, SimulationReport.decimal(most, 0)),
      ])
    let waiting = outcome.usage.map { $0.waiting / most }
    lines.append(#"<path class="area queue" d="\#(area(waiting, lower.top, lower.height))"/>"#)
    lines.append(#"<path class="line queue" d="\#(line(waiting, lower.top, lower.height))"/>"#)
    lines += times
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var subtitle: String {
    "\(SimulationReport.grouped(outcome.finished)) \(outcome.finished == 1 ? "job" : "jobs") in \(outcome.makespan.humanText) · mean wait "
      + "\(TimeSpan(nanoseconds: Int64(min(outcome.meanWait, 9e9) * 1e9)).humanText) · mean bounded slowdown "
      + SimulationReport.decimal(outcome.meanSlowdown, 2)
  }

  private var legend: [String] {
    var x = 936.0
    var lines = [#"<text class="label" x="24" y="\#(Self.text(upper.top - 14))">Utilization</text>"#]
    for dimension in report.dimensions.reversed() {
      let text = "\(dimension.rawValue) \(SimulationReport.decimal(report.utilisation(dimension) * 100, 1)) %"
      x -= Double(text.count) * 6.6
      lines.append(#"<text class="text" x="\#(Self.text(x))" y="78">\#(text)</text>"#)
      lines.append(
        #"<rect class="key \#(dimension.rawValue)" x="\#(Self.text(x - 16))" y="69" width="10" height="10" rx="2"/>"#
      )
      x -= 32
    }
    return lines
  }

  private func axis(_ top: Double, _ height: Double, labels: [(Double, String)]) -> [String] {
    labels.flatMap { share, text in
      let y = top + height * (1 - share)
      return [
        #"<path class="grid" d="M\#(Self.text(plot.left)) \#(Self.text(y))h\#(Self.text(plot.width))"/>"#,
        #"<text class="faint" text-anchor="end" x="\#(Self.text(plot.left - 8))" y="\#(Self.text(y + 4))">\#(text)</text>"#,
      ]
    }
  }

  /// Labeled ticks at round intervals, at most ten.
  private var times: [String] {
    let whole = max(1, outcome.makespan.nanoseconds / 1_000_000_000)
    let steps: [Int64] = [
      1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000,
      1_728_000, 4_320_000, 8_640_000, 31_536_000, 157_680_000,
    ]
    let step = steps.first { whole / $0 < 10 } ?? max(1, whole / 5)
    return stride(from: 0, through: whole, by: Int64.Stride(step)).flatMap { second in
      let x = plot.left + plot.width * Double(second) / Double(whole)
      let text = second == 0 ? "0" : TimeSpan.seconds(second).humanText
      return [
        #"<path class="grid" d="M\#(Self.text(x)) \#(Self.text(lower.top + lower.height))v5"/>"#,
        #"<text class="faint" text-anchor="middle" x="\#(Self.text(x))" y="\#(Self.text(lower.top + lower.height + 20))">\#(text)</text>"#,
      ]
    }
  }

  /// Points at the middle of each interval.
  private func points(_ values: [Double], _ top: Double, _ height: Double) -> [(x: Double, y: Double)] {
    let whole = max(1, Double(outcome.makespan.nanoseconds))
    let width = Double(outcome.usageInterval.nanoseconds)
    return values.enumerated().map { index, value in
      let middle = min(whole, (Double(index) + 0.5) * width)
      return (plot.left + plot.width * middle / whole, top + height * (1 - value))
    }
  }

  private func line(_ values: [Double], _ top: Double, _ height: Double) -> String {
    points(values, top, height).enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(Self.text(point.x)) \(Self.text(point.y))"
    }.joined()
  }

  private func area(_ values: [Double], _ top: Double, _ height: Double) -> String {
    let points = points(values, top, height)
    guard let first = points.first, let last = points.last else { return "" }
    let bottom = Self.text(top + height)
    return "M\(Self.text(first.x)) \(bottom)"
      + points.map { "L\(Self.text($0.x)) \(Self.text($0.y))" }.joined() + "L\(Self.text(last.x)) \(bottom)Z"
  }

  /// The next of 1, 2, 5, 10, 20…
  private static func roundUp(_ number: Double) -> Double {
    var scale = 1.0
    while scale < 1e15 {
      for factor in [1.0, 2, 5] where number <= factor * scale { return factor * scale }
      scale *= 10
    }
    return number
  }

  /// A number with one decimal, which is finer than a screen shows.
  private static func text(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }

  private static func escaped(_ text: String) -> String {
    VisibleText.escaped(text).map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }

  private static let style = """
    .ground { fill: #ffffff } .title { fill: #1b1f24; font-size: 18px; font-weight: 600 }
    .label { fill: #1b1f24; font-weight: 600 } .text { fill: #1b1f24 } .faint { fill: #656d76 }
    .grid { stroke: #d8dee4; stroke-width: 1; fill: none }
    .line { fill: none; stroke-width: 1.5; stroke-linejoin: round } .area { opacity: 0.18; stroke: none }
    .line.cpu { stroke: #0969da } .area.cpu, .key.cpu { fill: #0969da }
    .line.ram { stroke: #8250df } .area.ram, .key.ram { fill: #8250df }
    .line.gpu { stroke: #1a7f37 } .area.gpu, .key.gpu { fill: #1a7f37 }
    .line.queue { stroke: #bc4c00 } .area.queue { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .title, .label, .text { fill: #e6edf3 } .faint { fill: #8d96a0 } .grid { stroke: #30363d }
    .line.cpu { stroke: #4493f8 } .area.cpu, .key.cpu { fill: #4493f8 }
    .line.ram { stroke: #ab7df8 } .area.ram, .key.ram { fill: #ab7df8 }
    .line.gpu { stroke: #3fb950 } .area.gpu, .key.gpu { fill: #3fb950 }
    .line.queue { stroke: #f0883e } .area.queue { fill: #f0883e }
    }
    """
}
