/// One thing that is known of every row: as a cell of a table, and as a value of JSON.
public struct RowColumn<Row> {
  /// Which tables show it when none is asked for by name.
  public enum Presence: Sendable, Hashable {
    /// All.
    case always
    /// All that have room for it: the last of these is left out first.
    case ifRoom
    /// Wide ones.
    case wide
    /// None.
    case onRequest
  }

  /// Its name in JSON, and where columns are chosen.
  public var key: String
  /// What stands above it.
  public var title: String
  /// Where its cells stand.
  public var alignment: TextTable.Alignment
  /// Which tables show it.
  public var presence: Presence
  /// Its cells are never cut: words of which one is looked for.
  public var isWhole = false
  /// Where its cells are too wide, their middle is left out.
  public var losesMiddle = false
  /// How a row shows it.
  public var cell: (Row) -> TextTable.Cell
  /// What JSON says of it; nil: nothing, because it would differ from call to call.
  public var json: ((Row) -> JSONValue)?

  /// The same column of words that are never cut.
  public var whole: RowColumn { with { $0.isWhole = true } }
  /// The same column of names, which differ at their ends.
  public var losingMiddle: RowColumn { with { $0.losesMiddle = true } }

  private func with(_ change: (inout RowColumn) -> Void) -> RowColumn {
    var column = self
    change(&column)
    return column
  }

  /// Makes a column; its title is its key in capitals.
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

/// A name that no column has.
public struct UnknownColumn: Error, Sendable, Hashable {
  /// As it was given.
  public var name: String
  /// The names there are, in the order of the columns.
  public var known: [String]
}

/// The columns of one kind of rows, in the order in which tables and JSON show them.
public struct ColumnSet<Row> {
  private let columns: [RowColumn<Row>]

  /// Makes a set.
  public init(_ columns: [RowColumn<Row>]) { self.columns = columns }

  /// The columns of these titles or keys, in any case, in that order.
  public func chosen(_ names: [String]) throws(UnknownColumn) -> ColumnSet {
    try chosen(names, among: columns) { column, name in
      [column.title.lowercased(), column.key].firstIndex(of: name)
    }
  }

  /// The columns of these keys, in any case, in that order, for JSON.
  public func chosenForJSON(_ keys: [String]) throws(UnknownColumn) -> ColumnSet {
    try chosen(keys, among: columns.filter { $0.json != nil }) { column, name in column.key == name ? 0 : nil }
  }

  /// - Parameter rank: how well a column bears a name in lower case; nil: not at all. The lowest is meant.
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

  /// What columns may be called: their keys, and the titles that say something else and can be typed.
  private static func names(of columns: [RowColumn<Row>], _ rank: (RowColumn<Row>, String) -> Int?) -> [String] {
    let keys = Set(columns.map(\.key))
    return columns.flatMap { column in
      let title = column.title.lowercased()
      let isOther = !title.contains(" ") && !keys.contains(title) && rank(column, title) != nil
      return isOther ? [column.key, title] : [column.key]
    }
  }

  /// The rows as a table that is no wider than `width`, as far as leaving out columns makes it so; nil: none is left out.
  /// - Returns: the titles of what was left out as well.
  public func fitted(_ rows: [Row], isWide: Bool, width: Int?) -> (table: TextTable, leftOut: [String]) {
    var shown = columns.filter { $0.presence == .always || $0.presence == .ifRoom || (isWide && $0.presence == .wide) }
    var leftOut: [String] = []
    while true {
      let table = TextTable(
        columns: shown.map {
          TextTable.Column($0.title, $0.alignment, isWhole: $0.isWhole, losesMiddle: $0.losesMiddle)
        },
        rows: rows.map { row in shown.map { $0.cell(row) } })
      // What only wide tables have goes first.
      let last = shown.lastIndex { $0.presence == .wide } ?? shown.lastIndex { $0.presence == .ifRoom }
      guard let width, table.naturalWidth > width, let last else { return (table, leftOut) }
      leftOut.insert(shown.remove(at: last).title, at: 0)
    }
  }

  /// The table alone.
  public func table(_ rows: [Row], isWide: Bool, width: Int? = nil) -> TextTable {
    fitted(rows, isWide: isWide, width: width).table
  }

  /// The rows as objects of JSON.
  public func json(_ rows: [Row]) -> [JSONValue] {
    rows.map { row in
      .object(columns.compactMap { column in column.json.map { JSONValue.Field(column.key, $0(row)) } })
    }
  }
}
