import FleetModel

/// Fields of an object that differ, shown below its line in a plan.
struct PlanFieldText {
  let width: Int
  let palette: Palette

  /// Greatest width of the column of paths.
  private static let widestPath = 32
  /// Widest line for old and new value; longer values are easier to compare on two lines, however wide the terminal is.
  private static let widestLine = 120

  func text(_ row: PlanRow, indent: Int) -> String {
    if row.symbol == "+" { return "" }
    let column = row.fields.map { VisibleText.width(VisibleText.escaped($0.path)) }.max() ?? 0
    let marks = row.symbol == "-/+" && row.fields.contains { !$0.forcesNewRun }
    return row.fields.map { text($0, indent: indent, column: min(column, Self.widestPath), marks: marks) }.joined()
  }

  /// A field as `path  old → new` if that fits on the line, otherwise old and new below each other.
  private func text(_ field: FieldDifference, indent: Int, column: Int, marks: Bool) -> String {
    let margin = String(repeating: " ", count: indent)
    let path = VisibleText.escaped(field.path)
    let padding = String(repeating: " ", count: max(0, column - VisibleText.width(path)))
    let mark = marks && field.forcesNewRun ? "  (needs a new run)" : ""
    let old = field.old.map(VisibleText.escaped) ?? "(not set)"
    let new = field.new.map(VisibleText.escaped) ?? "(not set)"
    func below(_ sign: String, _ text: String, _ style: Style) -> String {
      palette.paint(Paragraph.text(text, prefix: "\(margin)  \(sign) ", indent: indent + 4, width: width), style) + "\n"
    }
    if let old = field.old, let new = field.new, let script = ScriptDifference(old, new) {
      func same(_ count: Int) -> String {
        count == 0 ? "" : palette.paint("\(margin)    (\(counted(count, "line")) unchanged)", .faint) + "\n"
      }
      return margin + path + palette.paint(mark, .faint) + "\n" + same(script.before)
        + script.removed.map { below("-", VisibleText.escaped($0), .removed) }.joined()
        + script.added.map { below("+", VisibleText.escaped($0), .added) }.joined() + same(script.after)
    }
    if let old = field.old, let new = field.new, let list = ListDifference(old, new) {
      return margin + path + padding + "  " + palette.paint("(\(list.same) the same)\(mark)", .faint) + "\n"
        + list.removed.map { below("-", VisibleText.escaped($0), .removed) }.joined()
        + list.added.map { below("+", VisibleText.escaped($0), .added) }.joined()
    }
    let line = "\(margin)\(path)\(padding)  \(old) → \(new)\(mark)"
    if VisibleText.width(line) <= min(width, Self.widestLine) {
      return margin + path + padding + "  " + palette.paint(old, .removed) + " → " + palette.paint(new, .added)
        + palette.paint(mark, .faint) + "\n"
    }
    return margin + path + palette.paint(mark, .faint) + "\n" + below("-", old, .removed) + below("+", new, .added)
  }
}
