import FleetModel
import PlanModel

/// One cluster in a forecast's drawing: its use over time, and a row for each deployment.
struct ForecastClusterDrawing {
  let drawing: ForecastDrawing
  let cluster: ForecastCluster
  let entries: [DeploymentForecast]
  let rows: [ForecastRow]
  let top: Double

  private var axis: ForecastAxis { drawing.axis }
  private var row: Double { drawing.row }
  private var rowsTop: Double { top + ForecastDrawing.clusterHead }
  private var bottom: Double { rowsTop + Double(max(1, rows.count)) * row }

  var text: String {
    var out = SVGText.text("cluster", ForecastDrawing.margin, top + 16, cluster.identity.text)
    let beside = ForecastDrawing.margin + Double(VisibleText.width(cluster.identity.text)) * 8.8 + 14
    out += SVGText.text("small", beside, top + 16, cluster.capacity.shortText)
    for index in rows.indices where index % 2 == 0 {
      out += SVGText.rect(
        "band", ForecastDrawing.margin - 8, rowsTop + Double(index) * row,
        axis.right + ForecastDrawing.fade - ForecastDrawing.margin + 16, row)
    }
    out += grid
    if let unknown = cluster.unknown {
      out += SVGText.text("small", axis.x(axis.now) + 8, top + 33, "its engine does not answer: \(unknown)")
    } else {
      out += use
    }
    for (index, row) in rows.enumerated() { out += line(row, rowsTop + Double(index) * self.row) }
    if entries.isEmpty {
      out += SVGText.text("small", axis.x(axis.now) + 8, rowsTop + row - 6, "nothing is running or waiting")
    }
    return out
  }

  private var grid: String {
    var out = ""
    var clear = -Double.infinity
    for tick in axis.ticks {
      out += SVGText.path("grid", "M\(SVGText.point(tick.x, rowsTop))V\(SVGText.number(bottom))")
      if tick.x - clear < 44 { continue }
      clear = tick.x
      // A long chart labels its times at both ends.
      if rows.count > 30 {
        out += SVGText.text("small", tick.x, top + 16, tick.text, anchor: "middle")
      }
      out += SVGText.text("small", tick.x, bottom + 15, tick.text, anchor: "middle")
    }
    let now = axis.x(axis.now)
    out += SVGText.path("now", "M\(SVGText.point(now, rowsTop - 4))V\(SVGText.number(bottom + 4))")
    return out + SVGText.text("nowtext", now, bottom + 15, "now", anchor: "middle")
  }

  // MARK: Use

  /// Area chart of what runs hold of the scarcest dimension.
  private var use: String {
    let dimension: Dimension = cluster.capacity.gpuMilli > 0 ? .gpu : .cpu
    let capacity = Double(cluster.capacity[dimension])
    guard capacity > 0 else { return "" }
    var changes: [(at: Instant, by: Int64)] = []
    for entry in entries {
      for span in entry.spans {
        changes.append((span.from, entry.request[dimension]))
        if let to = span.to { changes.append((to, -entry.request[dimension])) }
      }
    }
    changes.sort { ($0.at, $0.by) < ($1.at, $1.by) }
    let base = rowsTop - 8
    let height = ForecastDrawing.usage
    func level(_ held: Int64) -> Double { base - height * min(1, Double(held) / capacity) }
    var held: Int64 = 0
    var path = "M\(SVGText.point(axis.left, base))"
    for change in changes {
      held += change.by
      path += "H\(SVGText.number(axis.x(change.at)))V\(SVGText.number(level(held)))"
    }
    path += "H\(SVGText.number(axis.right))V\(SVGText.number(base))Z"
    return SVGText.path("used", path)
      + SVGText.path("full", "M\(SVGText.point(axis.left, base - height))H\(SVGText.number(axis.right))")
      + SVGText.text("small", axis.right + 6, base - height + 4, "all \(dimension.rawValue)")
  }

  // MARK: A row

  private func line(_ row: ForecastRow, _ y: Double) -> String {
    guard let entry = row.entries.first else { return "" }
    let isOne = row.entries.count == 1
    let name = isOne ? drawing.name(entry.deployment) : "\(row.entries.count) deployments"
    let row = (height: self.row, words: row.words, others: row.entries.dropFirst().map { drawing.name($0.deployment) })
    let middle = y + row.height / 2
    let size = row.height >= 24 ? 12.5 : row.height >= 18 ? 11 : 9.5
    var out =
      "<text class=\"name\" font-size=\"\(SVGText.number(size))\" x=\"\(SVGText.number(ForecastDrawing.margin))\" "
      + "y=\"\(SVGText.number(middle + size * 0.36))\">\(SVGText.escaped(name))</text>\n"
    let now = axis.x(axis.now)
    if case .at(let instant)? = entry.start {
      let since = entry.spans.first.flatMap { $0.from < axis.now ? $0.to : nil } ?? axis.now
      out += SVGText.path("wait", "M\(SVGText.point(axis.x(since), middle))H\(SVGText.number(axis.x(instant)))")
    }
    if let words = row.words {
      let names = isOne ? "" : ([drawing.name(entry.deployment)] + row.others).joined(separator: ", ")
      let shown = VisibleText.elided(words, to: isOne ? 110 : 90)
      let beside = isOne ? "" : VisibleText.cut(" · \(names)", to: max(0, 116 - VisibleText.width(shown)))
      out += SVGText.path("wait", "M\(SVGText.point(now, middle))h40")
      out +=
        "<text class=\"small\" font-size=\"\(SVGText.number(min(11, size)))\" x=\"\(SVGText.number(now + 48))\" "
        + "y=\"\(SVGText.number(middle + 4))\">"
        + (isOne ? "" : "<title>\(SVGText.escaped(names))</title>") + "\(SVGText.escaped(shown + beside))</text>\n"
    }
    for span in entry.spans { out += bar(span, entry, y) }
    if let reservation = cluster.reservations.first(where: { $0.deployment == entry.deployment }),
      let at = reservation.at
    {
      out += SVGText.path("kept", ForecastDrawingStyle.diamond(axis.x(at), middle))
    }
    return out
  }

  private func bar(_ span: ForecastSpan, _ entry: DeploymentForecast, _ y: Double) -> String {
    let inset = row >= 24 ? 4.0 : 2.5
    let (top, height) = (y + inset, row - 2 * inset)
    let begin = axis.x(span.from)
    let end = span.to.map(axis.x) ?? axis.right
    let width = max(1.5, end - begin)
    let priority = entry.priority.text
    let title = "\(entry.deployment.text): \(entry.request.shortText), \(priority); \(span.words(from: axis.now))"
    switch span.end {
    case .unknown:
      return SVGText.rect(
        "\(priority) fading", begin, top, width + ForecastDrawing.fade, height, radius: 2, title: title)
    case .never:
      return SVGText.rect("run \(priority)", begin, top, width + 8, height, radius: 2, title: title)
        + SVGText.path(
          "\(priority)",
          "M\(SVGText.point(end + 8, top))l\(SVGText.point(height * 0.6, height / 2))l-\(SVGText.point(height * 0.6, height / 2))z"
        )
    case .preempted, .stopped:
      return SVGText.rect("run \(priority)", begin, top, width, height, radius: 2, title: title)
        + SVGText.path("cut", "M\(SVGText.point(end, top - 2))v\(SVGText.number(height + 4))")
    case .expected(let isPromised):
      return SVGText.rect(
        "run \(priority)\(isPromised ? "" : " loose")", begin, top, width, height, radius: 2, title: title)
    }
  }
}

extension Resources {
  /// Amounts as `gpu 4, cpu 16, ram 64Gi`.
  var shortText: String {
    let parts = gpuMilli > 0 ? ["gpu \(Resources.gpuText(milli: gpuMilli))"] : []
    return (parts + ["cpu \(Resources.cpuText(milli: cpuMilli))", "ram \(Resources.ramText(bytes: ramBytes))"])
      .joined(separator: ", ")
  }
}

extension ForecastSpan {
  /// Span of a run: `from now to +40m at the latest`.
  func words(from now: Instant) -> String {
    func moment(_ instant: Instant) -> String {
      instant > now ? "+\((instant - now).roughText)" : instant == now ? "now" : "\((now - instant).roughText) ago"
    }
    let begin = "from \(moment(self.from))"
    let until = to.map { " to \(moment($0))" } ?? ""
    switch end {
    case .expected(true): return begin + until + " at the latest"
    case .expected(false): return begin + until + " as expected"
    case .preempted(let other): return begin + until + ", preempted for \(other.text)"
    case .stopped: return begin + until + ", stopped"
    case .never: return begin + ", never ends"
    case .unknown: return begin + ", end unknown"
    }
  }
}

extension UnknownStart {
  /// Explanation for a chart: `start unknown: prepare has no expectedRuntime or maxRuntime`.
  func shortText(in scope: NameScope, from: Instant) -> String {
    switch self {
    case .held(.neverFits): return "never fits"
    case .held(.heldByServices): return "start unknown: blocked by services"
    default: break
    }
    return "start unknown: " + text(in: scope, from: from)
  }
}
