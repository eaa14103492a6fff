/// One object for people: labeled lines, then tables below headings.
public struct Sheet: Sendable {
  /// A labeled line.
  public struct Line: Sendable, Hashable {
    /// Label of the line.
    public var label: String
    /// Text of the line, escaped when it is rendered.
    public var text: String
    /// Style of the text; nil: plain.
    public var style: Style?
  }
  /// A table below a heading.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// The table; "none" is shown if it has no rows.
    public var table: TextTable
  }

  /// Title of the sheet.
  public var title: String
  /// Lines in order.
  public var lines: [Line]
  /// Sections in order.
  public var sections: [Section]

  /// Creates a sheet without lines.
  public init(_ title: String) {
    self.title = title
    lines = []
    sections = []
  }

  /// Adds a line unless the text is nil.
  public mutating func add(_ label: String, _ text: String?, _ style: Style? = nil) {
    if let text { lines.append(Line(label: label, text: text, style: style)) }
  }

  /// Adds a table below a heading.
  public mutating func add(_ title: String, _ table: TextTable) { sections.append(Section(title: title, table: table)) }

  /// The sheet, each line with its line break. Long texts and last columns wrap; what is still too wide is cut. Without
  /// a width nothing wraps or is cut.
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
