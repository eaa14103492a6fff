import FleetModel
import PlanModel

/// One cluster's part of a plan as text.
struct PlanGroupText {
  let width: Int
  let palette: Palette
  /// Like objects are shown together.
  let isSummarised: Bool
  /// What happens on a cluster is counted beside its name.
  let showsCounts: Bool

  /// The column in which the symbols end: a cluster's rows stand under its name.
  private static let symbolEnd = 3
  /// The widest column of names; longer names have what is said about them below.
  private var widestName: Int { min(48, max(24, width / 3)) }
  /// The width of the column of kinds, before the names of what stands on no cluster.
  private static let kindColumn = 14
  /// From this width on, what something new is stands beside what happens to it.
  private static let wide = 120
  /// The widest column of what happens, where something stands beside it.
  private static let widestSentence = 60

  /// A row as it is shown.
  private struct Line {
    var row: PlanRow
    var name: String
    /// What happens, and why.
    var sentences: [String]
    /// What something new is.
    var details: [String]
  }

  /// Where the columns stand, which all rows of a group share.
  private struct Columns {
    var inset: Int
    /// The width of the names, of the starts, and of the sentences that have something beside them.
    var name = 0
    var start = 0
    var sentence = 0

    var names: Int { inset + symbolEnd + 1 }
    /// Without a name beside them texts stand a little further in.
    var texts: Int { names + name + 2 + (start == 0 ? 0 : start + 2) }
  }

  func text(_ group: PlanGroup) -> String {
    var out = ""
    if let cluster = group.cluster {
      let name = VisibleText.escaped(cluster.text)
      out += palette.paint(name, .strong)
      if showsCounts {
        let counts = group.counts
        let isBeside = VisibleText.width(name) + 2 + counts.count <= width
        let lines = Paragraph.lines(counts, prefixWidth: 2, indent: 2, width: isBeside ? .max : width)
        out += (isBeside ? "  " : "\n  ") + palette.paint(lines.joined(separator: "\n  "), .faint)
      }
      out += "\n"
    }
    let lines = lines(group)
    var columns = Columns(inset: group.cluster == nil ? 0 : 2)
    for line in lines where !line.sentences.isEmpty || !line.details.isEmpty || !line.row.start.isEmpty {
      let name = VisibleText.width(line.name)
      if name <= widestName + (group.cluster == nil ? Self.kindColumn : 0) { columns.name = max(columns.name, name) }
      columns.start = max(columns.start, line.row.start.count)
      if !line.details.isEmpty, let last = line.sentences.last {
        let width = VisibleText.width(last)
        if width <= Self.widestSentence { columns.sentence = max(columns.sentence, width) }
      }
    }
    for line in lines { out += text(line, columns) }
    return out + unknowns(group, indent: columns.names) + inheritances(group, indent: columns.names)
  }

  private func lines(_ group: PlanGroup) -> [Line] {
    let hasClusterColumn = group.cluster != nil
    func line(_ row: PlanRow, _ name: String) -> Line {
      let pieces = row.symbol == "+" ? NewObjectText.pieces(row.identity.kind, row.fields) : []
      let details = pieces.enumerated().map { VisibleText.escaped($1) + ($0 < pieces.count - 1 ? "," : "") }
      return Line(row: row, name: name, sentences: row.sentences.map(VisibleText.escaped), details: details)
    }
    let name = { (row: PlanRow) in
      if case .deployment(let deployment) = row.identity, hasClusterColumn {
        return VisibleText.elided(VisibleText.escaped(deployment.name), to: width - 8)
      }
      let kind = row.identity.kind.rawValue.lowercased()
      return kind + String(repeating: " ", count: Self.kindColumn - kind.count)
        + VisibleText.elided(VisibleText.escaped(row.identity.path), to: width - 18)
    }
    guard isSummarised else { return group.rows.map { line($0, name($0)) } }
    var classes = PlanClass.classes(of: group.rows, isCoarse: false)
    if classes.count > PlanText.longest { classes = PlanClass.classes(of: group.rows, isCoarse: true) }
    return classes.flatMap { rows in
      rows.rows.count > PlanClass.few ? [line(rows.row, rows.title)] : rows.rows.map { line($0, name($0)) }
    }
  }

  private func text(_ line: Line, _ columns: Columns) -> String {
    let row = line.row
    var out = String(repeating: " ", count: columns.inset + Self.symbolEnd - row.symbol.count)
    out += palette.paint(row.symbol, row.style) + " " + line.name
    let margin = String(repeating: " ", count: columns.texts)
    let nameWidth = VisibleText.width(line.name)
    // Spaces wait until something follows them.
    var gap = columns.texts - columns.names - nameWidth
    if nameWidth > columns.name, !(line.sentences.isEmpty && line.details.isEmpty && row.start.isEmpty) {
      out += "\n" + String(repeating: " ", count: columns.names)
      gap = columns.texts - columns.names
    }
    if !row.start.isEmpty {
      let before = gap - columns.start - 2
      out += String(repeating: " ", count: before) + palette.paint(row.start, row.startStyle)
      gap = columns.start + 2 - row.start.count
    }
    let said = said(line, columns)
    if !said.isEmpty { out += String(repeating: " ", count: gap) + said.joined(separator: "\n" + margin) }
    return out + "\n" + PlanFieldText(width: width, palette: palette).text(row, indent: columns.names + 2)
  }

  /// What stands beside the name, in lines: what happens, and what something new is, beside that where there is room.
  private func said(_ line: Line, _ columns: Columns) -> [String] {
    let style = line.row.symbol == "…" ? Style.waiting : nil
    let indent = columns.texts
    var lines: [String] = []
    for sentence in line.sentences {
      lines += Paragraph.lines(sentence, prefixWidth: indent, indent: indent, width: width)
        .map { palette.paint($0, style) }
    }
    guard !line.details.isEmpty else { return lines }
    if let last = line.sentences.last, lines.count == line.sentences.count, width >= Self.wide {
      let used = VisibleText.width(last)
      let details = line.details.joined(separator: " ")
      if used <= columns.sentence, indent + columns.sentence + 2 + VisibleText.width(details) <= width {
        lines[lines.count - 1] +=
          String(repeating: " ", count: columns.sentence + 2 - used) + palette.paint(details, .faint)
        return lines
      }
    }
    return lines
      + Paragraph.lines(of: line.details, prefixWidth: indent, indent: indent, width: width)
      .map { palette.paint($0, .faint) }
  }

  /// Why nobody can say when some start.
  private func unknowns(_ group: PlanGroup, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    let most = group.unknowns.sorted { ($1.count, $0.why) < ($0.count, $1.why) }
    return most.prefix(PlanClass.few).map { unknown in
      let sentence = VisibleText.escaped("unknown start: " + unknown.why)
      return palette.paint(Paragraph.text(sentence, prefix: margin, indent: indent + 2, width: width), .faint) + "\n"
    }.joined()
  }

  private func inheritances(_ group: PlanGroup, indent: Int) -> String {
    let scope = NameScope(cluster: group.cluster)
    let margin = String(repeating: " ", count: indent)
    let shown = isSummarised ? group.inheritances.prefix(PlanClass.few) : group.inheritances[...]
    var sentences = shown.map { VisibleText.escaped($0.text(in: scope)) }
    let left = group.inheritances.count - shown.count
    if left > 0 { sentences.append("\(left) more run with a higher priority than their own") }
    return sentences.map { sentence in
      palette.paint(Paragraph.text(sentence, prefix: margin, indent: indent + 2, width: width), .faint) + "\n"
    }.joined()
  }
}

extension PlanGroup {
  /// `4 to create, 1 to replace; 2 start now, 3 wait`.
  fileprivate var counts: String {
    func list(_ counts: [(Int, String)]) -> String {
      counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
    func count(_ symbol: String) -> Int { rows.count { $0.symbol == symbol } }
    let starting = rows.count { $0.start == "now" }
    // What has FAILED is held, and waits for nothing.
    let waiting = rows.count { row in
      row.actions.contains { kind in
        switch kind {
        case .hold(.failed): false
        case .hold: true
        default: false
        }
      }
    }
    let changes = list([
      (count("+"), "to create"), (rows.count { $0.symbol == "~" || $0.symbol == "!" && $0.isChanged }, "to update"),
      (count("-/+"), "to replace"), (count("-"), "to delete"),
    ])
    let actions = list([
      (starting, starting == 1 ? "starts now" : "start now"), (waiting, waiting == 1 ? "waits" : "wait"),
      (count("!"), "preempted"),
    ])
    return [changes, actions].filter { !$0.isEmpty }.joined(separator: "; ")
  }
}

extension PlanRow {
  fileprivate var startStyle: Style? {
    switch start {
    case "now": .added
    case "never": .error
    default: .waiting
    }
  }
}
