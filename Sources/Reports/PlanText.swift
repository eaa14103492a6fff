import Diagnostics
import FleetModel
import PlanModel

/// A plan as text: by cluster, each object with its symbol, what happens to it and why, and the fields that differ; last
/// the one summary line.
public struct PlanText {
  let width: Int
  let palette: Palette

  /// Makes a renderer for so many columns.
  public init(width: Int = 80, palette: Palette = .plain) {
    self.width = max(40, width)
    self.palette = palette
  }

  /// The whole plan, each line with its line break.
  public func text(_ plan: Plan) -> String {
    var parts: [String] = []
    for group in plan.grouped() { parts.append(text(group)) }
    var remarks = plan.notices.map { remark("note", $0.text, .warning, advice: nil) }
    remarks += plan.refusals.map { remark("refused", $0.text, .error, advice: $0.advice) }
    if !remarks.isEmpty { parts.append(remarks.joined()) }
    var end = ""
    if plan.unchanged > 0 {
      let verb = plan.unchanged == 1 ? "is" : "are"
      end += palette.paint("\(counted(plan.unchanged, "object")) \(verb) as declared.", .faint) + "\n"
    }
    end += palette.paint(plan.summary.text, .strong) + "\n"
    parts.append(end)
    return parts.joined(separator: "\n")
  }

  /// Notices and refusals alone.
  public func remarks(of plan: Plan) -> String {
    plan.refusals.map { remark("refused", $0.text, .error, advice: $0.advice) }.joined()
  }

  private func remark(_ word: String, _ sentence: String, _ style: Style, advice: String?) -> String {
    let indent = word.count + 2
    var lines = Paragraph.lines(
      VisibleText.escaped(sentence), prefixWidth: indent, indent: indent, width: width)
    if let advice {
      lines += Paragraph.lines(VisibleText.escaped(advice), prefixWidth: indent, indent: indent, width: width)
    }
    let margin = "\n" + String(repeating: " ", count: indent)
    return palette.paint(word, style) + ": " + lines.joined(separator: margin) + "\n"
  }

  // MARK: Groups and rows

  /// The column in which the symbols end: a cluster's rows stand under its name.
  private static let symbolEnd = 3
  /// The widest column of names; longer names have what is said about them below.
  private static let widestName = 36

  private func text(_ group: PlanGroup) -> String {
    var out = ""
    if let cluster = group.cluster { out += palette.paint(VisibleText.escaped(cluster.text), .strong) + "\n" }
    let inset = group.cluster == nil ? 0 : 2
    let names = group.rows.map { name($0.identity, in: group) }
    let widths = zip(group.rows, names).filter { !said($0.0).isEmpty }.map { VisibleText.width($0.1) }
    let column = min(widths.max() ?? 0, Self.widestName)
    for (row, name) in zip(group.rows, names) { out += text(row, name, inset: inset, column: column) }
    let scope = NameScope(cluster: group.cluster)
    for inheritance in group.inheritances {
      let margin = String(repeating: " ", count: inset + Self.symbolEnd + 1)
      let text = Paragraph.text(
        VisibleText.escaped(inheritance.text(in: scope)), prefix: margin, indent: margin.count + 2, width: width)
      out += palette.paint(text, .faint) + "\n"
    }
    return out
  }

  private func name(_ identity: ObjectIdentity, in group: PlanGroup) -> String {
    if case .deployment(let deployment) = identity { return VisibleText.escaped(deployment.name) }
    let kind = identity.kind.rawValue.lowercased()
    return kind + String(repeating: " ", count: 13 - kind.count) + VisibleText.escaped(identity.path)
  }

  private func text(_ row: PlanRow, _ name: String, inset: Int, column: Int) -> String {
    let symbol =
      String(repeating: " ", count: inset + Self.symbolEnd - row.symbol.count) + palette.paint(row.symbol, row.style)
    var out = symbol + " " + name
    let start = inset + Self.symbolEnd + 1
    let said = self.said(row)
    if !said.isEmpty {
      let indent = start + column + 2
      let nameWidth = VisibleText.width(name)
      let isBeside = nameWidth <= column
      var lines: [String] = []
      for (sentence, style) in said {
        lines += Paragraph.lines(VisibleText.escaped(sentence), prefixWidth: indent, indent: indent, width: width)
          .map { palette.paint($0, style) }
      }
      let margin = String(repeating: " ", count: indent)
      if isBeside { out += String(repeating: " ", count: column + 2 - nameWidth) } else { out += "\n" + margin }
      out += lines.joined(separator: "\n" + margin)
    }
    out += "\n"
    return out + fields(of: row, indent: start + 2)
  }

  /// What stands beside the name: what happens, and of something new the words that say what it is.
  private func said(_ row: PlanRow) -> [(text: String, style: Style?)] {
    var said = row.sentences.map { ($0, row.symbol == "…" ? Style.waiting : nil) }
    if row.symbol == "+" {
      let words = NewObjectText.words(row.identity.kind, row.fields)
      if !words.isEmpty { said.append((words, .faint)) }
    }
    return said
  }

  // MARK: Fields

  private func fields(of row: PlanRow, indent: Int) -> String {
    if row.symbol == "+" { return "" }
    let column = row.fields.map { VisibleText.width(VisibleText.escaped($0.path)) }.max() ?? 0
    let marks = row.symbol == "-/+" && row.fields.contains { !$0.forcesNewRun }
    return row.fields.map { field($0, indent: indent, column: min(column, 32), marks: marks) }.joined()
  }

  /// `path  old → new` where that fits on the line, else both below each other.
  private func field(_ field: FieldDifference, indent: Int, column: Int, marks: Bool) -> String {
    let margin = String(repeating: " ", count: indent)
    let path = VisibleText.escaped(field.path)
    let padding = String(repeating: " ", count: max(0, column - VisibleText.width(path)))
    let mark = marks && field.forcesNewRun ? "  (needs a new run)" : ""
    let old = field.old.map(VisibleText.escaped) ?? "(not set)"
    let new = field.new.map(VisibleText.escaped) ?? "(not set)"
    let line = "\(margin)\(path)\(padding)  \(old) → \(new)\(mark)"
    if VisibleText.width(line) <= width {
      return margin + path + padding + "  " + palette.paint(old, .removed) + " → " + palette.paint(new, .added)
        + palette.paint(mark, .faint) + "\n"
    }
    func below(_ sign: String, _ text: String, _ style: Style) -> String {
      palette.paint(Paragraph.text(text, prefix: "\(margin)  \(sign) ", indent: indent + 4, width: width), style) + "\n"
    }
    if let old = field.old, let new = field.new, let script = ScriptDifference(old, new) {
      func same(_ count: Int) -> String {
        count == 0 ? "" : palette.paint("\(margin)    (\(counted(count, "line")) the same)", .faint) + "\n"
      }
      return margin + path + palette.paint(mark, .faint) + "\n" + same(script.before)
        + script.removed.map { below("-", VisibleText.escaped($0), .removed) }.joined()
        + script.added.map { below("+", VisibleText.escaped($0), .added) }.joined() + same(script.after)
    }
    return margin + path + palette.paint(mark, .faint) + "\n" + below("-", old, .removed) + below("+", new, .added)
  }
}
