import GRDB
import GRDBSQLite

/// Runs a body that uses GRDB and turns every error into a `StateError`.
func translatingErrors<Result>(path: String, _ body: () throws -> Result) throws(StateError) -> Result {
  do {
    return try body()
  } catch let error as StateError {
    throw error
  } catch let error as DatabaseError {
    let failure = SQLiteFailure(
      code: error.resultCode.rawValue, extendedCode: error.extendedResultCode.rawValue,
      message: error.message ?? "unknown error")
    throw StateError(failure, path: path)
  } catch {
    throw .misuse("\(error)")
  }
}

extension StateError {
  /// Creates the error for SQLite's result code.
  init(_ failure: SQLiteFailure, path: String) {
    switch failure.code {
    case SQLITE_NOTADB: self = .notADatabase(path: path)
    case SQLITE_CORRUPT: self = .damaged(failure)
    case SQLITE_CONSTRAINT: self = .refused(failure)
    case SQLITE_FULL: self = .diskFull(failure)
    case SQLITE_READONLY, SQLITE_PERM: self = .readOnly(failure)
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(failure)
    case SQLITE_IOERR, SQLITE_CANTOPEN: self = .inputOutput(failure)
    default: self = .sqlite(failure)
    }
  }
}
