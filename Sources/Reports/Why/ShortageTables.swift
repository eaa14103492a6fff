import FleetModel
import PlanModel

extension Shortage {
  /// Dimensions that are short, or all requested ones if none is.
  var shortDimensions: [Dimension] {
    let short = needs.filter { $0.short > 0 }.map(\.dimension)
    return short.isEmpty ? needs.map(\.dimension) : short
  }

  /// Table of requested, free and missing amounts.
  var needsTable: TextTable {
    var table = TextTable(columns: [
      TextTable.Column("", isWhole: true), TextTable.Column("NEEDS", .trailing, isWhole: true),
      TextTable.Column("FREE", .trailing, isWhole: true), TextTable.Column("SHORT BY", .trailing, isWhole: true),
      TextTable.Column("TOTAL", .trailing, isWhole: true),
    ])
    table.rows = needs.map { need in
      func spelled(_ amount: Int64) -> String { Self.spelled(amount, need.dimension) }
      return [
        TextTable.Cell(need.dimension.rawValue), TextTable.Cell(spelled(need.requested)),
        TextTable.Cell(spelled(need.free)),
        TextTable.Cell(need.short > 0 ? spelled(need.short) : "", need.short > 0 ? .waiting : nil),
        TextTable.Cell(spelled(need.total)),
      ]
    }
    return table
  }

  /// Table of the runs that hold what is short.
  func holdersTable(_ dimensions: [Dimension], _ scope: NameScope, now: Instant) -> TextTable {
    var table = TextTable(
      columns: [TextTable.Column("NAME"), TextTable.Column("PRIORITY", isWhole: true)]
        + dimensions.map { TextTable.Column($0.rawValue.uppercased(), .trailing, isWhole: true) }
        + [TextTable.Column("SINCE", .trailing, isWhole: true), TextTable.Column("ENDS", isWhole: true)])
    table.rows = holders.map { holder in
      [TextTable.Cell(scope.name(holder.deployment)), TextTable.Cell(holder.priority.text)]
        + dimensions.map { TextTable.Cell(Self.spelled(holder.held[$0], $0)) }
        + [
          TextTable.Cell(holder.since.map { (now - $0).humanText } ?? ""), TextTable.Cell(holder.ends.cell(now: now)),
        ]
    }
    if furtherHolders > 0 { table.rows.append([TextTable.Cell("… and \(furtherHolders) more", .faint)]) }
    return table
  }

  /// Table of the deployments ahead in the queue.
  func aheadTable(_ dimensions: [Dimension], _ scope: NameScope, now: Instant) -> TextTable {
    var table = TextTable(
      columns: [TextTable.Column("NAME"), TextTable.Column("PRIORITY", isWhole: true)]
        + dimensions.map { TextTable.Column($0.rawValue.uppercased(), .trailing, isWhole: true) }
        + [TextTable.Column("WAITS FOR", .trailing, isWhole: true)])
    table.rows = ahead.map { other in
      [TextTable.Cell(scope.name(other.deployment)), TextTable.Cell(other.priority.text)]
        + dimensions.map { TextTable.Cell(Self.spelled(other.request[$0], $0)) }
        + [TextTable.Cell((now - other.since).humanText)]
    }
    if furtherAhead > 0 { table.rows.append([TextTable.Cell("… and \(furtherAhead) more", .faint)]) }
    return table
  }

  static func spelled(_ amount: Int64, _ dimension: Dimension) -> String {
    switch dimension {
    case .ram:
      let exact = Resources.ramText(bytes: amount)
      return amount == 0 ? "0" : exact.count <= 8 ? exact : ByteSize.text(amount)
    case .cpu: return Resources.cpuText(milli: amount)
    case .gpu: return Resources.gpuText(milli: amount)
    }
  }
}
