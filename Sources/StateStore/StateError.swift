import FleetModel
import SystemCalls

/// SQLite's report of a failure, without the statement's values: they may be secrets.
public struct SQLiteFailure: Sendable, Hashable {
  /// The primary result code: 13 for SQLITE_FULL.
  public var code: Int32
  /// The extended result code: 2067 for SQLITE_CONSTRAINT_UNIQUE.
  public var extendedCode: Int32
  /// SQLite's message: `UNIQUE constraint failed: users.email`, or the text of one of our triggers.
  public var message: String

  /// Makes a failure.
  public init(code: Int32, extendedCode: Int32, message: String) {
    self.code = code
    self.extendedCode = extendedCode
    self.message = message
  }
}

/// A value in the database that this program can't have written.
public struct UnexpectedValue: Sendable, Hashable {
  /// The table.
  public var table: String
  /// The column.
  public var column: String
  /// Number of the row: its first column.
  public var row: Int64
  /// The value as text, cut to 60 characters; not yet escaped for a terminal. Never from a column that holds a secret.
  public var found: String

  /// Makes a description.
  public init(table: String, column: String, row: Int64, found: String) {
    self.table = table
    self.column = column
    self.row = row
    self.found = String(found.prefix(60))
  }
}

/// Reason why the recorded state could not be opened, read or written. Nothing was written.
public enum StateError: Error, Sendable, Hashable {
  /// No database exists at this path, and this open may not create one.
  case missing(path: String)
  /// The path names something that can't hold a database, with the reason.
  case unsuitable(path: String, why: String)
  /// The directory is to be given to a group, and is not the state's own, with the reason.
  case notItsOwn(directory: String, why: String)
  /// The user may not read the file; with the name of its owner.
  case denied(path: String, owner: String)
  /// The file can't be read without the right to write in its directory: another process works on it, or was killed
  /// while it did.
  case unreadable(path: String)
  /// The file says that its last commits are in a log beside it, and there is none: it was copied without the log.
  case logLeftBehind(path: String)
  /// The file was deleted or replaced while this store was open.
  case replaced(path: String, isGone: Bool)
  /// The directory is on a network filesystem, where SQLite's write-ahead log is not safe.
  case networkFilesystem(path: String, type: String)
  /// The file is not an SQLite database.
  case notADatabase(path: String)
  /// The file is an SQLite database of another program.
  case foreign(path: String)
  /// A newer Berth wrote the file.
  case newerSchema(found: Int, known: Int)
  /// An older Berth wrote the file, and an open for reading can't migrate it.
  case olderSchema(found: Int, known: Int)
  /// The file is damaged.
  case damaged(SQLiteFailure)
  /// A row holds a value that this program never writes.
  case unexpectedValue(UnexpectedValue)
  /// The schema refused the write: a CHECK, a unique constraint, a foreign key or a trigger.
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
  /// A system call failed.
  case system(SystemFailure)
  /// Another process has committed since this store last loaded, so the facts on which the writes rest may be stale.
  case changedElsewhere
  /// A write names a row that does not exist.
  case unknownRow(table: String, id: Int64)
  /// Another process holds the lock; with its description if it has written one.
  case locked(LockHolder?)
  /// A defect of this program: its call of the store makes no sense, with the reason.
  case misuse(String)
}
