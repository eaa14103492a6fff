import FleetModel
import GRDBSQLite

/// The current row of a statement, read by index. A value that this program can't have written is an error that names
/// its table, column and row.
struct SQLRow {
  let handle: OpaquePointer
  /// The table whose number the first column is.
  let table: String

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
  func int(_ column: Int32) -> Int { Int(int64(column)) }
  func bool(_ column: Int32) -> Bool { int64(column) != 0 }
  func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
  func span(_ column: Int32) -> TimeSpan { TimeSpan(nanoseconds: int64(column)) }
  func optionalSpan(_ column: Int32) -> TimeSpan? { isNull(column) ? nil : span(column) }
  func nanoseconds(_ column: Int32) -> Instant { Instant(nanoseconds: int64(column)) }
  func optionalNanoseconds(_ column: Int32) -> Instant? { isNull(column) ? nil : nanoseconds(column) }
  func id<Row>(_ column: Int32, of row: Row.Type = Row.self) -> RowID<Row> { RowID(int64(column)) }

  func text(_ column: Int32) -> String {
    guard let bytes = utf8(column) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// Returns the instant of RFC 3339 text.
  func instant(_ column: Int32) throws -> Instant {
    guard let bytes = utf8(column), let instant = InstantText.instant(bytes) else { throw unexpected(column) }
    return instant
  }
  func optionalInstant(_ column: Int32) throws -> Instant? { isNull(column) ? nil : try instant(column) }

  /// Returns the case of an enumeration with the column's word.
  func word<Word: RawRepresentable<String>>(_ column: Int32) throws -> Word {
    guard let word = Word(rawValue: text(column)) else { throw unexpected(column) }
    return word
  }

  /// Returns the error for a value that this program never writes.
  func unexpected(_ column: Int32) -> StateError {
    let name = sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "column \(column)"
    return .unexpectedValue(UnexpectedValue(table: table, column: name, row: int64(0), found: text(column)))
  }

  private func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }
}
