/// One thing that is known of every row: as a cell of a table, and as a value of JSON.
public struct RowColumn<Row> {
  /// Which tables show it when none is asked for by name.
  public enum Presence: Sendable, Hashable {
    /// All.
    case always
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
  /// How a row shows it.
  public var cell: (Row) -> TextTable.Cell
  /// What JSON says of it; nil: nothing, because it would differ from call to call.
  public var json: ((Row) -> JSONValue)?

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

  /// The columns of these names or titles, in any case, in that order.
  public func chosen(_ names: [String]) throws(UnknownColumn) -> ColumnSet {
    var chosen: [RowColumn<Row>] = []
    for name in names {
      let wanted = name.lowercased()
      guard
        let column = columns.first(where: { $0.key == wanted })
          ?? columns.first(where: { $0.title.lowercased() == wanted })
      else { throw UnknownColumn(name: name, known: columns.map(\.key)) }
      chosen.append(
        RowColumn(column.key, title: column.title, column.alignment, .always, json: column.json, cell: column.cell))
    }
    return ColumnSet(chosen)
  }

  /// The rows as a table.
  public func table(_ rows: [Row], isWide: Bool) -> TextTable {
    let shown = columns.filter { $0.presence == .always || (isWide && $0.presence == .wide) }
    return TextTable(
      columns: shown.map { TextTable.Column($0.title, $0.alignment) },
      rows: rows.map { row in shown.map { $0.cell(row) } })
  }

  /// The rows as objects of JSON.
  public func json(_ rows: [Row]) -> [JSONValue] {
    rows.map { row in
      .object(columns.compactMap { column in column.json.map { JSONValue.Field(column.key, $0(row)) } })
    }
  }
}
