import FleetModel
import GRDB
import Glibc
import SystemCalls
import SystemPackage

/// The mark of an open log, by which a copy of the database without its write-ahead log is recognized.
///
/// Commits go to the log, and reach the database file at a checkpoint. A copy of that file alone looks whole, and lacks them.
/// So the file itself says that it is not the whole state: `meta.log_is_open` is set, and copied to the file, before the first
/// commit, and it is cleared by the same commit that a last checkpoint copies to the file when a writer ends. In a file that
/// says 1 and has no log beside it, commits are missing, unless another SQLite client has copied the log of a killed writer
/// to the file: then the file has as many commits as the note in the lock's file. All of this happens under the lock;
/// readers change nothing.
extension StateStore {
  /// Throws `logLeftBehind` if the database says that commits are in its log, and there is none.
  static func checkLog(_ db: Database, of location: StateLocation) throws {
    // A transaction, so that no writer ends between the two looks.
    try db.inTransaction(.deferred) {
      if try isLogOpen(db), location.isLogEmpty, try CommitNote(db) < (CommitNote(at: location.lock) ?? .endless) {
        throw StateError.logLeftBehind(path: location.database)
      }
      return .commit
    }
  }

  /// Sets the mark, unless it is set, before a commit. The caller holds the lock.
  func openLog() throws(StateError) {
    let isOpen = try translatingErrors(path: path) { try queue.unsafeRead { try Self.isLogOpen($0) } }
    if isOpen, !isMarkPending.withLock({ $0 }) { return }
    try setMark(true)
  }

  /// Copies the whole log to the database file, and says there that nothing is missing. The caller holds the lock. While
  /// another process reads an older commit, the file goes on saying that it needs its log.
  public func closeLog() throws(StateError) {
    let isOpen = try translatingErrors(path: path) { try queue.unsafeRead { try Self.isLogOpen($0) } }
    if isOpen { try setMark(false) }
  }

  private func setMark(_ isOpen: Bool) throws(StateError) {
    try writing { db in
      var update = try SQLStatement(db, "UPDATE meta SET log_is_open = ?")
      update.bind(isOpen)
      try update.run()
    }
    // A passive checkpoint waits for nobody. What readers keep it from copying is tried again at the next commit.
    let isWhole = try translatingErrors(path: path) {
      try queue.writeWithoutTransaction { db in
        do {
          let (frames, copied) = try db.checkpoint(.passive)
          return frames == copied
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
          return false
        }
      }
    }
    isMarkPending.withLock { $0 = isOpen && !isWhole }
  }

  private static func isLogOpen(_ db: Database) throws -> Bool {
    var select = try SQLStatement(db, "SELECT id, log_is_open FROM meta")
    var isOpen = false
    try select.forEachRow(of: "meta") { isOpen = $0.bool(1) }
    return isOpen
  }
}

extension StateLocation {
  /// Whether there is no write-ahead log, or nothing in it.
  fileprivate var isLogEmpty: Bool {
    do throws(Errno) {
      return try Stat(database + "-wal").size == 0
    } catch {
      return true
    }
  }
}
