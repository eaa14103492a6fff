import FleetModel
import Reports
import StateStore

extension StatusReport {
  /// Number of objects of a concern that are named; the rest is counted.
  private static let most = 5

  /// The screen: the state, who works on it, the clusters, the counts, and what needs attention.
  func text(on stream: TextStream) -> String {
    let palette = stream.palette
    var out = stream.sentence("The state is \(StatePlace.shown(path)).\(changed)", margin: 0)
    for watch in watches {
      let pass = watch.lastPass.map { "last pass \(age($0)) ago" } ?? "no pass yet"
      out += stream.sentence("\(watch.source) is watched by \(watch.holder); \(pass).", margin: 0)
    }
    if watches.isEmpty { out += stream.sentence("Nobody watches.", margin: 0) }
    if case .held(let holder) = lock {
      out += stream.sentence("The lock is held by \(holder.map { "\($0)" } ?? "an unidentified process").", margin: 0)
    }
    let idle = sources.filter { source in !watches.contains { $0.source == source.name } }
    for source in idle {
      out += stream.sentence("\(source.name) was last applied \(age(source.appliedAt)) ago.", margin: 0)
    }
    if !clusters.isEmpty { out += "\n" + table.text(width: stream.isTerminal ? stream.width : nil, palette: palette) }
    let present = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.status.rawValue)" }
    out +=
      "\n" + stream.sentence(present.isEmpty ? "No deployments." : present.joined(separator: ", ") + ".", margin: 0)
    for concern in concerns {
      let named = concern.objects.prefix(Self.most).joined(separator: ", ")
      let more = concern.objects.count > Self.most ? " and \(concern.objects.count - Self.most) more" : ""
      out +=
        palette.paint("attention", .warning) + "  "
        + stream.sentence(
          "\(concern.text): \(named)\(more)", margin: 11, after: 11)
      out += stream.sentence(concern.advice, margin: 11, .faint)
    }
    return out
  }

  private var changed: String { lastChange.map { " It changed \(age($0)) ago." } ?? "" }

  private func age(_ instant: Instant) -> String { (now - instant).humanText }

  /// The clusters, each with what is free of it.
  private var table: TextTable {
    let amounts = Dimension.allCases.map { TextTable.Column("FREE \("\($0)".uppercased())", .trailing) }
    let columns =
      [TextTable.Column("CLUSTER", isWhole: true)] + amounts
      + [TextTable.Column("RUNNING", .trailing), TextTable.Column("WAITING", .trailing)]
    return TextTable(
      columns: columns,
      rows: clusters.map { row in
        let free = free(of: row)
        let cells = Dimension.allCases.map { TextTable.Cell("\(free.text(of: $0)) of \(row.capacity.text(of: $0))") }
        let (running, waiting) = onCluster[row.identity] ?? (0, 0)
        return [TextTable.Cell(row.identity.text)] + cells + [
          TextTable.Cell("\(running)"), TextTable.Cell("\(waiting)"),
        ]
      })
  }

  /// Returns what a cluster can still give away; nothing of a dimension that is overcommitted.
  func free(of row: ClusterRow) -> Resources {
    Resources(
      ramBytes: max(0, row.capacity.ramBytes - row.held.ramBytes),
      cpuMilli: max(0, row.capacity.cpuMilli - row.held.cpuMilli),
      gpuMilli: max(0, row.capacity.gpuMilli - row.held.gpuMilli))
  }
}
