import FleetModel
import PlanModel

/// A forecast as a table for each cluster.
public struct ForecastText {
  let width: Int
  let palette: Palette

  /// Creates a renderer for a width in columns.
  public init(width: Int = 80, palette: Palette = .plain) {
    self.width = max(40, width)
    self.palette = palette
  }

  /// The whole forecast, each line with its line break.
  public func text(_ forecast: Forecast) -> String {
    var parts = forecast.clusters.map { part($0, forecast) }
    if let learned = forecast.learnedText {
      parts.append(palette.paint(Paragraph.text(VisibleText.escaped(learned), indent: 2, width: width), .faint) + "\n")
    }
    if let bound = forecast.bound {
      let span = (forecast.until - forecast.from).roughText
      parts.append(
        palette.paint(
          bound == .steps
            ? "The forecast ends after \(span): it reached its limit of events.\n"
            : "The forecast ends after \(span); --horizon extends it.\n", .faint))
    }
    if parts.isEmpty { return "there are no clusters\n" }
    return parts.joined(separator: "\n")
  }

  private func part(_ cluster: ForecastCluster, _ forecast: Forecast) -> String {
    let entries = forecast.deployments.filter { $0.deployment.cluster == cluster.identity }
    var out = palette.paint(VisibleText.escaped(cluster.identity.text), .strong)
    out += palette.paint("  \(cluster.capacity.shortText)", .faint) + "\n"
    if let unknown = cluster.unknown {
      out +=
        Paragraph.text(VisibleText.escaped("its engine does not answer: \(unknown)"), indent: 2, width: width) + "\n"
    }
    if entries.isEmpty { return out + "  nothing is running or waiting\n" }
    // The sentences in the last column need the room on a narrow terminal.
    let isWide = width >= 100
    let columns: [TextTable.Column] = [
      .init("DEPLOYMENT", losesMiddle: true), .init("PRIORITY"), .init("GPU", .trailing), .init("START"), .init("END"),
      .init("WHY"),
    ]
    var table = TextTable(columns: isWide ? columns : columns.filter { $0.title != "GPU" && $0.title != "PRIORITY" })
    table.wrapsLast = true
    let scope = NameScope(cluster: cluster.identity)
    table.rows = entries.map { entry in
      let row = row(entry, cluster, scope, forecast)
      return isWide ? row : [row[0]] + row[3...]
    }
    return out + table.text(width: width, palette: palette)
  }

  private func row(
    _ entry: DeploymentForecast, _ cluster: ForecastCluster, _ scope: NameScope, _ forecast: Forecast
  ) -> [TextTable.Cell] {
    let now = forecast.from
    let start: TextTable.Cell =
      switch entry.start {
      case nil: .init("running")
      case .now: .init("now", .added)
      case let start?: .init(start.text(from: now), .waiting)
      }
    return [
      .init(VisibleText.escaped(entry.deployment.name)), .init(entry.priority.text),
      .init(Resources.gpuText(milli: entry.request.gpuMilli)), start, .init(end(entry, now)),
      .init(VisibleText.escaped(why(entry, cluster, scope, forecast))),
    ]
  }

  private func end(_ entry: DeploymentForecast, _ now: Instant) -> String {
    guard let span = entry.spans.last, entry.spans.count == 1 || span.from >= now else { return "" }
    switch span.end {
    case .never: return "never"
    case .unknown: return "unknown"
    case .expected, .preempted, .stopped: return span.to.map { "in \(($0 - now).roughText)" } ?? "unknown"
    }
  }

  private func why(
    _ entry: DeploymentForecast, _ cluster: ForecastCluster, _ scope: NameScope, _ forecast: Forecast
  ) -> String {
    let now = forecast.from
    var parts: [String] = []
    for span in entry.spans {
      guard case .preempted(let other) = span.end, let to = span.to else { continue }
      parts.append("preempted \(to > now ? "in \((to - now).roughText)" : "now") for \(scope.name(other))")
    }
    if let reason = entry.reason {
      let wait: ForecastWait? = if case .waitsForDependency = reason { forecast.waits[entry.deployment] } else { nil }
      parts.append(reason.text(in: scope, now: now) + (wait?.then?.sequel(in: scope) ?? ""))
    }
    switch entry.start {
    // Shorter than the full explanation, for a narrow column.
    case .unknown(.endsUnknown(let jobs)):
      parts.append("runtime of \(enumeration(jobs.map(scope.name))) unknown")
    case .unknown(let unknown) where unknown.isWorthSaying: parts.append(unknown.text(in: scope, from: now))
    default: break
    }
    if let kept = cluster.reservations.first(where: { $0.deployment == entry.deployment }) {
      let what = enumeration(kept.lacking.map(\.noun))
      parts.append("has \(what.isEmpty ? "room" : what) reserved")
    }
    return parts.joined(separator: "; ")
  }
}
