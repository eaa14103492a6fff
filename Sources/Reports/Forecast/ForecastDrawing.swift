import FleetModel
import PlanModel

/// The queue of each cluster over time as a Gantt chart: an SVG image that follows the viewer's light or dark scheme.
///
/// Each deployment has a row, in order of its start. Known ends are sharp; unknown ends fade out.
public struct ForecastDrawing: Sendable {
  let forecast: Forecast
  let axis: ForecastAxis
  /// Height of a row in pixels: smaller where there are many rows.
  let row: Double
  let names: Double

  static let margin = 24.0
  static let chart = 760.0
  /// Room right of the last moment, into which unknown ends fade.
  static let fade = 56.0
  static let head = 104.0
  static let clusterHead = 58.0
  static let usage = 26.0
  private static let longestName = 30

  /// Creates a drawing of a forecast that includes runs.
  public init(_ forecast: Forecast) {
    self.forecast = forecast
    let count = forecast.deployments.count
    row = count <= 40 ? 24 : count <= 120 ? 18 : 14
    let letter = row >= 24 ? 7.2 : row >= 18 ? 6.6 : 6
    let longest = forecast.deployments.map { VisibleText.width(VisibleText.escaped($0.deployment.name)) }.max() ?? 0
    names = max(96, Double(min(longest, Self.longestName)) * letter + 12)
    axis = ForecastAxis(forecast, left: Self.margin + names, width: Self.chart)
  }

  /// The whole image.
  public var svg: String {
    var y = Self.head
    var body = ""
    for cluster in forecast.clusters {
      let entries = forecast.deployments.filter { $0.deployment.cluster == cluster.identity }
      let rows = ForecastRow.rows(entries, from: forecast.from)
      body += ForecastClusterDrawing(drawing: self, cluster: cluster, entries: entries, rows: rows, top: y).text
      y += Self.clusterHead + Double(max(1, rows.count)) * row + 36
    }
    let width = axis.right + Self.fade + Self.margin
    let size = "\(SVGText.number(width)) \(SVGText.number(y))"
    var out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" width=\"\(SVGText.number(width))\" "
      + "height=\"\(SVGText.number(y))\" role=\"img\" aria-label=\"Forecast\">\n<style>\n\(ForecastDrawingStyle.text)</style>\n"
    out += ForecastDrawingStyle.definitions
    out += "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
    out += SVGText.text("title", Self.margin, 34, "Forecast from \(forecast.from.minuteText)")
    out += SVGText.text("faint", Self.margin, 54, subtitle)
    return out + legend + body + "</svg>\n"
  }

  private var subtitle: String {
    let waiting = forecast.deployments.count {
      if case nil = $0.start { false } else { $0.start != .now }
    }
    let running = forecast.deployments.count { $0.start == nil }
    let starting = forecast.deployments.count - waiting - running
    var parts = ["\(running) running", "\(starting) starting now", "\(waiting) waiting"]
    if let bound = forecast.bound {
      let span = (forecast.until - forecast.from).roughText
      parts.append("ends after \(span)" + (bound == .steps ? " (limit of events)" : ""))
    }
    return parts.joined(separator: " · ")
  }

  private var legend: String {
    var x = Self.margin
    let y = 72.0
    var out = ""
    func label(_ text: String, _ width: Double) {
      out += SVGText.text("small", x + width + 6, y + 9.5, text)
      x += width + 6 + Double(text.count) * 6 + 20
    }
    for priority in Priority.allCases.reversed() {
      out += SVGText.rect("run \(priority.text)", x, y, 18, 11, radius: 2)
      label(priority.text, 18)
    }
    out += SVGText.path("wait", "M\(SVGText.point(x, y + 5.5))h22")
    label("waiting", 22)
    out += SVGText.rect("run medium loose", x, y, 18, 11, radius: 2)
    label("end estimated", 18)
    out += SVGText.path("kept", ForecastDrawingStyle.diamond(x + 6, y + 5.5))
    label("reserved", 12)
    out += SVGText.rect("medium fading", x, y, 34, 11, radius: 2)
    label("end unknown", 34)
    out +=
      SVGText.rect("run medium", x, y, 18, 11, radius: 2)
      + SVGText.path("medium tip", "M\(SVGText.point(x + 18, y))l7 5.5l-7 5.5z")
    label("never ends", 26)
    out +=
      SVGText.rect("run medium", x, y, 14, 11, radius: 2) + SVGText.path("cut", "M\(SVGText.point(x + 15, y - 2))v15")
    label("preempted", 18)
    return out
  }

  /// The deployment's name, shortened to fit its column.
  func name(_ identity: DeploymentIdentity) -> String {
    VisibleText.elided(VisibleText.escaped(identity.shortText), to: Self.longestName)
  }
}

/// A row of a drawing.
struct ForecastRow {
  /// One deployment, or several whose start is unknown for the same reason.
  var entries: [DeploymentForecast]
  /// Explanation of an unknown start.
  var words: String?

  /// Number of deployments that are still drawn in rows of their own.
  private static let few = 6

  /// Rows of a cluster: one for each deployment with a known start, then those with unknown starts, grouped by reason
  /// where they are many.
  static func rows(_ entries: [DeploymentForecast], from: Instant) -> [ForecastRow] {
    var rows: [ForecastRow] = []
    var positions: [String: Int] = [:]
    var unknown: [ForecastRow] = []
    for entry in entries {
      guard case .unknown(let why) = entry.start else {
        rows.append(ForecastRow(entries: [entry]))
        continue
      }
      let words = why.shortText(in: NameScope(cluster: entry.deployment.cluster), from: from)
      // A deployment that runs until it is preempted has bars to draw, so it keeps a row of its own.
      if let position = positions[words], entry.spans.isEmpty {
        unknown[position].entries.append(entry)
      } else {
        if entry.spans.isEmpty { positions[words] = unknown.count }
        unknown.append(ForecastRow(entries: [entry], words: words))
      }
    }
    return rows
      + unknown.flatMap { row in
        row.entries.count <= few ? row.entries.map { ForecastRow(entries: [$0], words: row.words) } : [row]
      }
  }
}

/// Horizontal positions of moments in a drawing.
struct ForecastAxis: Sendable {
  let from: Instant
  let until: Instant
  let now: Instant
  let left: Double
  let right: Double

  init(_ forecast: Forecast, left: Double, width: Double) {
    now = forecast.from
    self.left = left
    right = left + width
    var last = now + .seconds(60)
    var first = now
    for entry in forecast.deployments {
      for span in entry.spans {
        first = min(first, span.from)
        last = max(last, span.to ?? span.from)
      }
      if case .at(let instant) = entry.start { last = max(last, instant) }
    }
    // Runs that began long ago begin left of the picture.
    let ahead = last - now
    from = max(first, now + TimeSpan(nanoseconds: -ahead.nanoseconds / 8))
    until = last + TimeSpan(nanoseconds: ahead.nanoseconds / 50)
  }

  func x(_ instant: Instant) -> Double {
    let share = Double((instant - from).nanoseconds) / Double(max(1, (until - from).nanoseconds))
    return left + (right - left) * min(1, max(0, share))
  }

  /// Round moments after now, at most ten, each with its label.
  var ticks: [(x: Double, text: String)] {
    let whole = max(1, (until - now).nanoseconds / 1_000_000_000)
    let steps: [Int64] = [
      10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000,
    ]
    let step = steps.first { whole / $0 < 9 } ?? whole / 5
    return stride(from: step, through: whole, by: Int64.Stride(step)).map { second in
      (x(now + .seconds(second)), "+" + TimeSpan.seconds(second).humanText)
    }
  }
}

extension Instant {
  /// Minute precision in UTC: `2026-11-23 19:01 UTC`.
  var minuteText: String {
    let text = utcText
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
  }
}
