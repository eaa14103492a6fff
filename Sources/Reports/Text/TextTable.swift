/// A table as text: aligned columns two spaces apart, one line a row, without trailing spaces.
public struct TextTable: Sendable {
  /// Alignment of a column's cells.
  public enum Alignment: Sendable, Hashable {
    /// Left, for words.
    case leading
    /// Right, for numbers.
    case trailing
  }

  /// A column.
  public struct Column: Sendable, Hashable {
    /// Heading.
    public var title: String
    /// Alignment of the cells and the heading.
    public var alignment: Alignment
    /// Whether cells are never cut even if the table is then too wide, for names that are copied.
    public var isWhole: Bool
    /// Whether cells that are too wide lose their middle instead of their end, for names that differ at their ends.
    public var losesMiddle: Bool

    /// Makes a column.
    public init(
      _ title: String, _ alignment: Alignment = .leading, isWhole: Bool = false, losesMiddle: Bool = false
    ) {
      self.title = title
      self.alignment = alignment
      self.isWhole = isWhole
      self.losesMiddle = losesMiddle
    }
  }

  /// A cell. Its text is escaped when it is rendered.
  public struct Cell: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Text of the cell.
    public var text: String
    /// Style of the text; nil: plain.
    public var style: Style?

    /// Makes a cell.
    public init(_ text: String, _ style: Style? = nil) {
      self.text = text
      self.style = style
    }
    /// Creates a cell without a style.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// Columns from left to right.
  public var columns: [Column]
  /// Rows from top to bottom. A row may have fewer cells than there are columns; excess cells are not shown.
  public var rows: [[Cell]]
  /// Whether a last column that is too wide wraps, if there is enough room.
  public var wrapsLast = false

  /// Makes a table.
  public init(columns: [Column], rows: [[Cell]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// Least width of a last column that wraps, in terminal columns.
  private static let narrowestWrapped = 12
  /// Least width to which a column is cut, however narrow the terminal is.
  private static let narrowest = 4
  private static let gap = 2

  /// The table, each line with its line break. If it is wider than `width`, the widest cells are cut with `…`, no
  /// further than needed; nil: nothing is cut.
  public func text(width: Int? = nil, palette: Palette = .plain, showsTitles: Bool = true) -> String {
    let lines = lines(showsTitles: showsTitles)
    var widths = widths(of: lines)
    if let width {
      let others = widths.dropLast().reduce(0, +) + TextTable.gap * (widths.count - 1)
      if wrapsLast, let last = widths.last, others + last > width, others + TextTable.narrowestWrapped <= width {
        return wrapped(lines, widths, at: others, width, palette)
      }
      widths = fitted(widths, into: width)
    }
    return lines.map { self.line($0, widths: widths, palette: palette) + "\n" }.joined()
  }

  private func wrapped(_ lines: [[Cell]], _ widths: [Int], at start: Int, _ width: Int, _ palette: Palette) -> String {
    let margin = "\n" + String(repeating: " ", count: start)
    return lines.map { cells in
      guard cells.count == columns.count, let last = cells.last, VisibleText.width(last.text) > width - start else {
        return line(cells, widths: widths, palette: palette) + "\n"
      }
      var parts = Paragraph.lines(last.text, prefixWidth: start, indent: start, width: width)
      let first = line(cells.dropLast() + [Cell(parts.removeFirst(), last.style)], widths: widths, palette: palette)
      return first + parts.map { margin + palette.paint($0, last.style) }.joined() + "\n"
    }.joined()
  }

  /// Width in terminal columns if nothing is cut.
  public var naturalWidth: Int {
    widths(of: lines(showsTitles: true)).reduce(0, +) + TextTable.gap * max(0, columns.count - 1)
  }

  private func lines(showsTitles: Bool) -> [[Cell]] {
    var lines = rows.map { row in row.prefix(columns.count).map { Cell(VisibleText.escaped($0.text), $0.style) } }
    if showsTitles { lines.insert(columns.map { Cell(VisibleText.escaped($0.title), .strong) }, at: 0) }
    return lines
  }

  private func widths(of lines: [[Cell]]) -> [Int] {
    var widths = [Int](repeating: 0, count: columns.count)
    for line in lines {
      for (index, cell) in line.enumerated() { widths[index] = max(widths[index], VisibleText.width(cell.text)) }
    }
    return widths
  }

  private func line(_ cells: [Cell], widths: [Int], palette: Palette) -> String {
    var line = ""
    // Spaces are held back until something follows them.
    var pending = 0
    for (index, cell) in cells.enumerated() {
      let text =
        columns[index].losesMiddle
        ? VisibleText.elided(cell.text, to: widths[index]) : VisibleText.cut(cell.text, to: widths[index])
      let padding = widths[index] - VisibleText.width(text)
      let isTrailing = columns[index].alignment == .trailing
      if isTrailing { pending += padding }
      if !text.isEmpty {
        line += String(repeating: " ", count: pending) + palette.paint(text, cell.style)
        pending = 0
      }
      pending += (isTrailing ? 0 : padding) + TextTable.gap
    }
    return line
  }

  /// Widths that fit into a total: the widest columns that may be cut are lowered to a common bound; the rest of the
  /// room goes to the first of those.
  private func fitted(_ widths: [Int], into total: Int) -> [Int] {
    let room = total - TextTable.gap * (widths.count - 1)
    guard widths.reduce(0, +) > room else { return widths }
    func width(_ index: Int, under bound: Int) -> Int {
      columns[index].isWhole ? widths[index] : min(widths[index], bound)
    }
    func sum(under bound: Int) -> Int { widths.indices.reduce(0) { $0 + width($1, under: bound) } }
    var (fits, tooWide) = (TextTable.narrowest, max(TextTable.narrowest, widths.max() ?? 0))
    while tooWide - fits > 1 {
      let middle = (fits + tooWide) / 2
      if sum(under: middle) <= room { fits = middle } else { tooWide = middle }
    }
    var left = max(0, room - sum(under: fits))
    return widths.indices.map { index in
      guard widths[index] > fits, !columns[index].isWhole else { return widths[index] }
      let extra = min(left, 1)
      left -= extra
      return fits + extra
    }
  }
}
