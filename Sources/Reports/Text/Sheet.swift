/// All of one object for people: lines of a label and a text, and tables below headings.
public struct Sheet: Sendable {
  /// A line.
  public struct Line: Sendable, Hashable {
    /// What it is about.
    public var label: String
    /// What it says; of any kind, escaped when it is shown.
    public var text: String
    /// How it looks; nil: plainly.
    public var style: Style?
  }
  /// What follows the lines, below a heading.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// The table; without rows the section says "none".
    public var table: TextTable
  }

  /// What the sheet is about.
  public var title: String
  /// In order.
  public var lines: [Line]
  /// In order.
  public var sections: [Section]

  /// Makes a sheet without lines.
  public init(_ title: String) {
    self.title = title
    lines = []
    sections = []
  }

  /// Adds a line; nothing where there is no text.
  public mutating func add(_ label: String, _ text: String?, _ style: Style? = nil) {
    if let text { lines.append(Line(label: label, text: text, style: style)) }
  }

  /// Adds a table below a heading.
  public mutating func add(_ title: String, _ table: TextTable) { sections.append(Section(title: title, table: table)) }

  /// The sheet, each line with its line break; texts that are too long go on below themselves, and so do the last columns of
  /// tables; what is still too wide is cut. Without a width every text is one line, and nothing is cut.
  public func text(width: Int? = nil, palette: Palette = .plain) -> String {
    var result = palette.paint(VisibleText.escaped(title), .strong) + "\n"
    let labelWidth = lines.map { VisibleText.width($0.label) }.max() ?? 0
    let indent = labelWidth + 4
    for line in lines {
      let label = VisibleText.escaped(line.label)
      let padding = String(repeating: " ", count: labelWidth - VisibleText.width(label) + 2)
      let parts = Paragraph.lines(
        VisibleText.escaped(line.text), prefixWidth: indent, indent: indent, width: max(width ?? .max, indent + 20))
      let margin = "\n" + String(repeating: " ", count: indent)
      result += "  " + palette.paint(label, .faint)
      if !line.text.isEmpty {
        result += padding + parts.map { palette.paint($0, line.style) }.joined(separator: margin)
      }
      result += "\n"
    }
    for section in sections {
      result += "\n" + palette.paint(VisibleText.escaped(section.title), .strong) + "\n"
      guard !section.table.rows.isEmpty else {
        result += "  " + palette.paint("none", .faint) + "\n"
        continue
      }
      var contents = section.table
      contents.wrapsLast = true
      let table = contents.text(width: width.map { $0 - 2 }, palette: palette)
      result += table.split(separator: "\n").map { "  \($0)\n" }.joined()
    }
    return result
  }
}
