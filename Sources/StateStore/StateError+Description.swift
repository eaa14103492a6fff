extension StateError: CustomStringConvertible {
  /// One sentence for people; not yet escaped for a terminal.
  public var description: String {
    switch self {
    case .missing(let path): "there is no state at \(path)"
    case .unsuitable(let path, let why): "\(path) can't hold the state: \(why)"
    case .notItsOwn(let directory, let why): "the state in \(directory) can't be given to a group: \(why)"
    case .denied(let path, let owner): "permission denied: \(path) belongs to \(owner), and may not be read by others"
    case .unreadable(let path):
      "\(path) can't be read without the right to write beside it: another works on it, or was killed while it did"
    case .logLeftBehind(let path):
      "the last commits of the state at \(path) are missing: it was copied without its log, \(path)-wal"
    case .replaced(let path, let isGone):
      isGone
        ? "the state at \(path) was deleted while it was in use" : "another file took the place of the state at \(path)"
    case .networkFilesystem(let path, let type):
      "\(path) is on a network filesystem (\(type)), where the state is not safe; choose a path on a local disk"
    case .notADatabase(let path): "\(path) is not an SQLite database"
    case .foreign(let path): "\(path) is the SQLite database of another program"
    case .newerSchema(let found, let known):
      "the state was written by a newer Berth: its schema is \(found), this program knows \(known)"
    case .olderSchema(let found, let known):
      "the state was written by an older Berth: its schema is \(found), this program's is \(known); the next apply migrates it"
    case .damaged(let failure): "the state is damaged: \(failure)"
    case .unexpectedValue(let value):
      "the state holds an unknown value: \(value.table).\(value.column) of row \(value.row) is \"\(value.found)\""
    case .refused(let failure): "the state refused the write: \(failure)"
    case .diskFull(let failure): "the disk is full: \(failure)"
    case .readOnly(let failure): "the state can't be written: \(failure)"
    case .busy(let failure): "the state is busy: \(failure)"
    case .inputOutput(let failure): "the state can't be read or written: \(failure)"
    case .sqlite(let failure): "\(failure)"
    case .system(let failure): "\(failure)"
    case .changedElsewhere: "another process changed the state in the meantime"
    case .unknownRow(let table, let id): "\(table) has no row \(id)"
    case .locked(let holder):
      if let holder { "the state is locked by \(holder)" } else { "the state is locked by another process" }
    case .misuse(let why): "defect: \(why)"
    }
  }
}

extension SQLiteFailure: CustomStringConvertible {
  /// Message and codes: `database or disk is full (SQLite 13, extended 13)`.
  public var description: String { "\(message) (SQLite \(code), extended \(extendedCode))" }
}
