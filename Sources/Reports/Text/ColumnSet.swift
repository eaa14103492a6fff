import FleetModel

/// A column of rows: a cell of a table and a value of JSON.
public struct RowColumn<Row> {
  /// Visibility of a column if none is selected by name.
  public enum Presence: Sendable, Hashable {
    /// Shown in all tables.
    case always
    /// Shown in tables with room for it; the last of these columns is dropped first.
    case ifRoom
    /// Shown in wide tables.
    case wide
    /// Shown only if selected.
    case onRequest
  }

  /// Name in JSON and in selections.
  public var key: String
  /// Heading.
  public var title: String
  /// Alignment of the cells.
  public var alignment: TextTable.Alignment
  /// Visibility if no column is selected by name.
  public var presence: Presence
  /// Whether cells are never cut, because readers look for or copy their words.
  public var isWhole = false
  /// Whether cells that are too wide lose their middle instead of their end.
  public var losesMiddle = false
  /// Returns a row's cell.
  public var cell: (Row) -> TextTable.Cell
  /// Returns a row's JSON value; nil if the column is left out because its value would differ from call to call.
  public var json: ((Row) -> JSONValue)?

  /// The same column with cells that are never cut.
  public var whole: RowColumn { with { $0.isWhole = true } }
  /// The same column with cells that lose their middle, for names that differ at their ends.
  public var losingMiddle: RowColumn { with { $0.losesMiddle = true } }

  private func with(_ change: (inout RowColumn) -> Void) -> RowColumn {
    var column = self
    change(&column)
    return column
  }

  /// Creates a column; its heading defaults to its key in capitals.
  public init(
    _ key: String, title: String? = nil, _ alignment: TextTable.Alignment = .leading, _ presence: Presence = .always,
    json: ((Row) -> JSONValue)?, cell: @escaping (Row) -> TextTable.Cell
  ) {
    self.key = key
    self.title = title ?? key.uppercased()
    self.alignment = alignment
    self.presence = presence
    self.json = json
    self.cell = cell
  }
}

/// Error of a selection that names an unknown column.
public struct UnknownColumn: Error, Sendable, Hashable {
  /// Name that was given.
  public var name: String
  /// Known names, in column order.
  public var known: [String]
}

/// Columns of one kind of rows, in the order of tables and JSON.
public struct ColumnSet<Row> {
  private let columns: [RowColumn<Row>]

  /// Creates a set.
  public init(_ columns: [RowColumn<Row>]) { self.columns = columns }

  /// Columns with these headings or keys, ignoring case, in this order.
  public func chosen(_ names: [String]) throws(UnknownColumn) -> ColumnSet {
    try chosen(names, among: columns) { column, name in
      [column.title.lowercased(), column.key].firstIndex(of: name)
    }
  }

  /// Columns with these keys, ignoring case, in this order, for JSON.
  public func chosenForJSON(_ keys: [String]) throws(UnknownColumn) -> ColumnSet {
    try chosen(keys, among: columns.filter { $0.json != nil }) { column, name in column.key == name ? 0 : nil }
  }

  /// Selects columns by name.
  /// - Parameter rank: rank of a column's match with a name in lower case, the lowest wins; nil if it does not match.
  private func chosen(
    _ names: [String], among columns: [RowColumn<Row>], rank: (RowColumn<Row>, String) -> Int?
  ) throws(UnknownColumn) -> ColumnSet {
    var chosen: [RowColumn<Row>] = []
    for name in names {
      let ranked = columns.compactMap { column in rank(column, name.lowercased()).map { (rank: $0, column: column) } }
      guard var column = ranked.min(by: { $0.rank < $1.rank })?.column else {
        throw UnknownColumn(name: name, known: Self.names(of: columns, rank))
      }
      column.presence = .always
      chosen.append(column)
    }
    return ColumnSet(chosen)
  }

  /// Names that select columns: their keys, and headings that differ from keys and can be typed.
  private static func names(of columns: [RowColumn<Row>], _ rank: (RowColumn<Row>, String) -> Int?) -> [String] {
    let keys = Set(columns.map(\.key))
    return columns.flatMap { column in
      let title = column.title.lowercased()
      let isOther = !title.contains(" ") && !keys.contains(title) && rank(column, title) != nil
      return isOther ? [column.key, title] : [column.key]
    }
  }

  /// The rows as a table, without optional columns if it would be wider than `width`; nil: no column is dropped.
  /// - Returns: the table and the headings of the columns that were dropped.
  public func fitted(_ rows: [Row], isWide: Bool, width: Int?) -> (table: TextTable, leftOut: [String]) {
    var shown = columns.filter { $0.presence == .always || $0.presence == .ifRoom || (isWide && $0.presence == .wide) }
    var leftOut: [String] = []
    while true {
      let table = TextTable(
        columns: shown.map {
          TextTable.Column($0.title, $0.alignment, isWhole: $0.isWhole, losesMiddle: $0.losesMiddle)
        },
        rows: rows.map { row in shown.map { $0.cell(row) } })
      // Columns of wide tables are dropped first.
      let last = shown.lastIndex { $0.presence == .wide } ?? shown.lastIndex { $0.presence == .ifRoom }
      guard let width, table.naturalWidth > width, let last else { return (table, leftOut) }
      leftOut.insert(shown.remove(at: last).title, at: 0)
    }
  }

  /// The table without the dropped headings.
  public func table(_ rows: [Row], isWide: Bool, width: Int? = nil) -> TextTable {
    fitted(rows, isWide: isWide, width: width).table
  }

  /// The rows as JSON objects.
  public func json(_ rows: [Row]) -> [JSONValue] {
    rows.map { row in
      .object(columns.compactMap { column in column.json.map { JSONValue.Field(column.key, $0(row)) } })
    }
  }
}
