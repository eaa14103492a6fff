import FleetModel
import GRDB
import GRDBSQLite

/// A prepared statement that is bound and read by index, directly on SQLite's values: GRDB's arguments and rows cost
/// several times the work itself where a hundred thousand rows are read or written.
struct SQLStatement {
  private let statement: Statement
  private let handle: OpaquePointer
  /// Number of the next parameter to bind.
  private var parameter: Int32 = 1

  /// Prepares a statement, or takes it from the connection's cache.
  init(_ db: Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
    sqlite3_reset(handle)
  }

  /// Binds the next parameter.
  mutating func bind(_ value: Int64?) {
    if let value { sqlite3_bind_int64(handle, parameter, value) } else { sqlite3_bind_null(handle, parameter) }
    parameter += 1
  }
  /// Binds the next parameter.
  mutating func bind(_ value: Int) { bind(Int64(value)) }
  /// Binds the next parameter to 0 or 1.
  mutating func bind(_ value: Bool) { bind(value ? 1 as Int64 : 0) }
  /// Binds the next parameter to the row's number.
  mutating func bind<Row>(_ value: RowID<Row>) { bind(value.value) }
  /// Binds the next parameter to a time span in nanoseconds.
  mutating func bind(_ value: TimeSpan?) { bind(value?.nanoseconds) }
  /// Binds the next parameter to an instant in nanoseconds since 1970.
  mutating func bind(nanoseconds value: Instant?) { bind(value?.nanoseconds) }
  /// Binds the next parameter to an instant as RFC 3339 text.
  mutating func bind(text value: Instant?) { bind(value.map(InstantText.text)) }
  /// Binds the next parameter.
  mutating func bind(_ value: String?) {
    if var value {
      // SQLITE_TRANSIENT, a cast of -1 to a function pointer: SQLite copies the bytes.
      let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      let parameter = parameter
      let handle = handle
      _ = value.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // An empty buffer may have no address, which SQLite would take for NULL.
          guard let address = characters.baseAddress else {
            return sqlite3_bind_text(handle, parameter, "", 0, transient)
          }
          return sqlite3_bind_text(handle, parameter, address, Int32(characters.count), transient)
        }
      }
    } else {
      sqlite3_bind_null(handle, parameter)
    }
    parameter += 1
  }
  /// Binds the next parameter.
  mutating func bind(_ value: [UInt8]) {
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_blob(handle, parameter, value, Int32(value.count), transient)
    parameter += 1
  }

  /// Runs a statement that returns no rows, and resets it for the next parameters.
  ///
  /// - Returns: the number of rows that it changed, without those that triggers changed.
  @discardableResult
  mutating func run() throws -> Int {
    let code = sqlite3_step(handle)
    defer { reset() }
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure() }
    return Int(sqlite3_changes(sqlite3_db_handle(handle)))
  }

  /// Calls a body with every row, and resets the statement for the next parameters.
  mutating func forEachRow(of table: String, _ body: (SQLRow) throws -> Void) throws {
    defer { reset() }
    let row = SQLRow(handle: handle, table: table)
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: try body(row)
      case SQLITE_DONE: return
      default: throw failure()
      }
    }
  }

  private mutating func reset() {
    sqlite3_reset(handle)
    parameter = 1
  }

  /// Returns SQLite's error; must be called before the statement is reset.
  private func failure() -> DatabaseError {
    let connection = sqlite3_db_handle(handle)
    return DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
      message: String(cString: sqlite3_errmsg(connection)))
  }
}
