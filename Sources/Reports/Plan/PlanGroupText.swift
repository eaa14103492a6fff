import FleetModel
import PlanModel

/// One cluster's part of a plan as text.
struct PlanGroupText {
  let width: Int
  let palette: Palette
  /// Whether similar objects are shown together.
  let isGrouped: Bool
  /// Whether changes and actions are counted beside the cluster's name.
  let showsCounts: Bool

  /// Column in which symbols end; a cluster's rows are indented below its name.
  private static let symbolEnd = 3
  /// Greatest width of the column of names; sentences about longer names go below them.
  private var widestName: Int { min(48, max(24, width / 3)) }
  /// Width of the column of kinds, before the names of objects without a cluster.
  private static let kindColumn = 14
  /// Least width at which a new object's details go beside its sentence.
  private static let wide = 120
  /// Greatest width of the column of sentences that have details beside them.
  private static let widestSentence = 60

  /// A row ready for layout.
  private struct Line {
    var row: PlanRow
    var name: String
    /// Actions and their reasons.
    var sentences: [String]
    /// Fields of a new object.
    var details: [String]
  }

  /// Column positions, shared by all rows of a group.
  private struct Columns {
    var inset: Int
    /// Widths of the names, the starts, and the sentences that have details beside them.
    var name = 0
    var start = 0
    var sentence = 0

    var names: Int { inset + symbolEnd + 1 }
    /// Column of the sentences: a little further in if no name is beside them.
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
    guard isGrouped else { return group.rows.map { line($0, name($0)) } }
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
    // Spaces are held back until something follows them.
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

  /// Lines beside the name: sentences, then the details of a new object, on the same line if there is room.
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

  /// Explanations of unknown starts.
  private func unknowns(_ group: PlanGroup, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    let most = group.unknowns.sorted { ($1.count, $0.why) < ($0.count, $1.why) }
    return most.prefix(PlanClass.few).map { unknown in
      let sentence = VisibleText.escaped("start time unknown: " + unknown.why)
      return palette.paint(Paragraph.text(sentence, prefix: margin, indent: indent + 2, width: width), .faint) + "\n"
    }.joined()
  }

  private func inheritances(_ group: PlanGroup, indent: Int) -> String {
    let scope = NameScope(cluster: group.cluster)
    let margin = String(repeating: " ", count: indent)
    let shown = isGrouped ? group.inheritances.prefix(PlanClass.few) : group.inheritances[...]
    var sentences = shown.map { VisibleText.escaped($0.text(in: scope)) }
    let left = group.inheritances.count - shown.count
    if left > 0 { sentences.append("\(left) more inherit a higher priority") }
    return sentences.map { sentence in
      palette.paint(Paragraph.text(sentence, prefix: margin, indent: indent + 2, width: width), .faint) + "\n"
    }.joined()
  }
}

extension PlanGroup {
  /// Counts of changes and actions: `4 to create, 1 to replace; 2 starting, 3 waiting`.
  fileprivate var counts: String {
    func list(_ counts: [(Int, String)]) -> String {
      counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
    func count(_ symbol: String) -> Int { rows.count { $0.symbol == symbol } }
    let starting = rows.count { $0.start == "now" }
    // A deployment that has FAILED is held but does not wait.
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
      (starting, "starting"), (waiting, "waiting"), (count("!"), "preempted"),
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
