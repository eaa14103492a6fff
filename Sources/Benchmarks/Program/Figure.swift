/// Target of a figure.
enum Bound {
  case atMost(Double)
  case atLeast(Double)
}

/// Unit of a figure's numbers.
enum Unit {
  case seconds, milliseconds, perSecond, bytes, instructions

  func text(_ value: Double) -> String {
    switch self {
    case .seconds: "\(Unit.short(value)) s"
    case .milliseconds: "\(Unit.short(value)) ms"
    case .perSecond: "\(Unit.short(value)) /s"
    case .bytes: "\(Unit.short(value / 1e6)) MB"
    case .instructions: value >= 1e9 ? "\(Unit.short(value / 1e9)) G" : "\(Unit.short(value / 1e6)) M"
    }
  }

  /// Formats a number with three significant digits.
  static func short(_ value: Double) -> String {
    if value >= 100 { return String(Int(value.rounded())) }
    let (scale, decimals) = value >= 10 ? (10, 1) : value >= 1 ? (100, 2) : (1000, 3)
    let whole = Int((value * Double(scale)).rounded())
    return "\(whole / scale)." + Inputs.padded(whole % scale, decimals)
  }
}

/// One line of the table: Berth's numbers, and its floor's if it has one, in the order of the rounds.
struct Figure {
  var name: String
  var unit: Unit
  var ours: [Double]
  /// Numbers of the floor; `nil`: the figure has none.
  var floor: [Double]?
  var bound: Bound?

  /// Ratio of the medians, or the median.
  var value: Double { floor.map { ours.median / $0.median } ?? ours.median }

  /// The least and the greatest value of the rounds.
  var spread: (Double, Double) {
    let rounds = floor.map { floor in zip(ours, floor).map { $0 / $1 } } ?? ours
    return (rounds.min() ?? 0, rounds.max() ?? 0)
  }

  var isMet: Bool? {
    switch bound {
    case .atMost(let limit): value <= limit
    case .atLeast(let limit): value >= limit
    case nil: nil
    }
  }

  /// Formats a number as the figure's value: a ratio, or with its unit.
  func text(_ value: Double) -> String { floor == nil ? unit.text(value) : Unit.short(value) }

  /// Cells of the figure's line in the table.
  var cells: [String] {
    let bound =
      switch self.bound {
      case .atMost(let limit): "≤ \(text(limit))"
      case .atLeast(let limit): "≥ \(text(limit))"
      case nil: ""
      }
    let verdict =
      switch isMet {
      case true?: "met"
      case false?: "missed"
      case nil: ""
      }
    let spread = ours.count > 1 ? "\(text(self.spread.0))–\(text(self.spread.1))" : ""
    return [
      name, unit.text(ours.median), floor.map { unit.text($0.median) } ?? "", floor == nil ? "" : text(value), spread,
      bound, verdict,
    ]
  }

  static let titles = ["figure", "Berth", "floor", "ratio", "least–most", "target", ""]

  /// Returns a table with a line for each figure.
  static func table(_ figures: [Figure]) -> String {
    let rows = [titles] + figures.map(\.cells)
    let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + space : "  " + (column < 5 ? space + cell : cell + space)
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

extension [Double] {
  var median: Double {
    guard !isEmpty else { return 0 }
    let sorted = sorted()
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
  }
}
