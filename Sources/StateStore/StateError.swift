import FleetModel

/// What SQLite said about a failure, without the statement's values: they may be secrets.
public struct SQLiteFailure: Sendable, Hashable {
  /// The primary result code: 13 for SQLITE_FULL.
  public var code: Int32
  /// The extended result code: 2067 for SQLITE_CONSTRAINT_UNIQUE.
  public var extendedCode: Int32
  /// SQLite's message: `UNIQUE constraint failed: users.email`, or the text of a trigger of ours.
  public var message: String

  /// Makes a failure.
  public init(code: Int32, extendedCode: Int32, message: String) {
    self.code = code
    self.extendedCode = extendedCode
    self.message = message
  }
}

/// A value of the database that this program can't have written.
public struct UnexpectedValue: Sendable, Hashable {
  /// The table.
  public var table: String
  /// The column.
  public var column: String
  /// The row's first column, which is its number.
  public var row: Int64
  /// What was found, cut to 60 characters; not yet escaped for a terminal. Never from a column that holds a secret.
  public var found: String

  /// Makes a description.
  public init(table: String, column: String, row: Int64, found: String) {
    self.table = table
    self.column = column
    self.row = row
    self.found = String(found.prefix(60))
  }
}

/// Why the recorded state could not be opened, read or written. Whatever it is, nothing was written.
public enum StateError: Error, Sendable, Hashable {
  /// There is no database at this path, and this open may not create one.
  case missing(path: String)
  /// The path names something that can't hold a database, with why.
  case unsuitable(path: String, why: String)
  /// Who asks may not read it; with the name of whose it is.
  case denied(path: String, owner: String)
  /// It can't be read by somebody who may not write beside it: another works on it, or was killed while it did.
  case unreadable(path: String)
  /// The directory is on a network filesystem, where SQLite's write-ahead log is not safe.
  case networkFilesystem(path: String, type: String)
  /// The file is no SQLite database.
  case notADatabase(path: String)
  /// The file is an SQLite database that another program made.
  case foreign(path: String)
  /// A newer Berth wrote it.
  case newerSchema(found: Int, known: Int)
  /// An older Berth wrote it, and an open for reading can't migrate it.
  case olderSchema(found: Int, known: Int)
  /// The file is damaged.
  case damaged(SQLiteFailure)
  /// A row holds what this program never writes.
  case unexpectedValue(UnexpectedValue)
  /// A rule of the schema refused the write: a CHECK, a unique constraint, a foreign key or a trigger.
  case refused(SQLiteFailure)
  /// The disk or the database is full.
  case diskFull(SQLiteFailure)
  /// The file, the directory or this open does not allow writing.
  case readOnly(SQLiteFailure)
  /// Another connection kept the database busy for longer than five seconds.
  case busy(SQLiteFailure)
  /// The system failed to read or write.
  case inputOutput(SQLiteFailure)
  /// Another failure of SQLite.
  case sqlite(SQLiteFailure)
  /// A call of the system failed.
  case system(call: String, path: String, errno: Int32)
  /// Another process has written since this store last loaded: what the writes were decided on may no longer hold.
  case changedElsewhere
  /// A write names a row that does not exist.
  case unknownRow(table: String, id: Int64)
  /// Another holds the lock, as far as it has said who it is.
  case locked(LockHolder?)
  /// A defect of this program: what it asked of the store makes no sense, with why.
  case misuse(String)
}
