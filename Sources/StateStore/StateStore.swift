import CSQLiteSettings
import FleetModel
import GRDB
import Glibc
import Synchronization
import SystemCalls

/// Access with which a recorded state is opened.
public enum OpenMode: Sendable, Hashable {
  /// Reading and writing; the state is made if it does not exist.
  case create
  /// Reading and writing; the state must exist.
  case existing
  /// Reading. Never makes, migrates or changes anything, and needs no lock; SQLite may leave its own `-wal` and `-shm`
  /// files, empty, beside the database.
  case readOnly
}

/// The recorded state: one SQLite file with its journal of runs and its events.
///
/// Has one connection, used by one caller at a time. Readers in other processes see the last commit and never wait for
/// a writer; writers take the `lock` first.
public final class StateStore: Sendable {
  let location: StateLocation
  let queue: DatabaseQueue
  let mode: OpenMode
  /// Path or URI that SQLite was asked to open.
  let openedPath: String
  /// Distinguishes the names of runs that are given by way of this store; see `Installation.epoch`.
  let epoch: String
  /// The database file as it was opened, by which another file at its path is told from it.
  private let file: FileNumber
  /// Whether the mark of an open log may not have reached the database file: not known of one that another process has set, which
  /// may have been killed before it could copy it.
  let isMarkPending = Mutex(true)
  /// Number of commits that this store saw when it last loaded or committed; `nil` before the first load.
  let lastCommit = Mutex<Int64?>(nil)

  /// Settings of every connection, made before it reads: the file may be hostile or damaged.
  static let hardeningPragmas = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"

  /// The database file, with symbolic links resolved.
  public var path: String { location.database }

  /// Result of the process-wide settings, which must be made before SQLite is first used; later they are refused, and
  /// SQLite is only slower.
  private static let settings: Int32 = berth_sqlite_stop_counting()

  /// Opens the recorded state at a path, and migrates it to the current schema unless it is opened for reading.
  ///
  /// - Parameter newInstallation: the identity of a new database; `nil`: drawn from the system's random numbers. Tests
  ///   hand one in.
  /// - Parameter acceptsLostLog: whether a state whose log was left behind is opened, without what was in the log.
  /// - Parameter acceptsOlderSchema: whether a state of an older Berth is opened for reading, only to be backed up.
  public static func open(
    path: String, mode: OpenMode, newInstallation: Installation? = nil, epoch: String = "",
    acceptsLostLog: Bool = false,
    acceptsOlderSchema: Bool = false
  ) throws(StateError) -> StateStore {
    _ = settings
    if mode == .create { try StateLocation(database: path).create() }
    let location = StateLocation(database: path)
    try location.check()
    do throws(StateError) {
      return try open(location, mode, newInstallation, epoch, acceptsLostLog, acceptsOlderSchema)
    } catch .readOnly(let failure) where mode == .readOnly && failure.extendedCode == readOnlyRollback {
      // The process that made it was killed before the journal was a write-ahead log: nothing has been committed, and
      // the next open for writing rolls back what there is.
      throw .missing(path: location.database)
    }
  }

  /// SQLITE_READONLY_ROLLBACK: a kill left a journal that must be rolled back, which an open for reading can't do.
  private static let readOnlyRollback: Int32 = 776

  private static func open(
    _ location: StateLocation, _ mode: OpenMode, _ newInstallation: Installation?, _ epoch: String,
    _ acceptsLostLog: Bool, _ acceptsOlderSchema: Bool
  ) throws(StateError) -> StateStore {
    let present = try translatingFailures { () throws(SystemFailure) in try FileNumber(at: location.database) }
    guard let file = present else { throw .missing(path: location.database) }
    return try translatingErrors(path: location.database) {
      var configuration = Configuration()
      configuration.readonly = mode == .readOnly
      configuration.busyMode = .timeout(5)
      let isImmutable = try mode == .readOnly && location.isImmutable(canWrite: access(location.directory, W_OK) == 0)
      let path = isImmutable ? location.immutableURI : location.database
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let prepare = { (db: Database) throws -> Void in
        let kind = try Migration.fileKind(db, path: location.database)
        try db.execute(sql: hardeningPragmas)
        if case .ours(let version) = kind, version >= Migration.firstWithMark, !acceptsLostLog {
          try checkLog(db, of: location)
        }
        if mode == .readOnly {
          switch kind {
          case .empty: throw StateError.missing(path: location.database)
          case .ours(let version) where version < Migration.current && !acceptsOlderSchema:
            throw StateError.olderSchema(found: version, known: Migration.current)
          case .ours: return
          }
        }
        // After the look at the header, so that a foreign file is left as it is.
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
          throw StateError.unsuitable(path: location.database, why: "SQLite can't keep a write-ahead log there")
        }
        try db.execute(sql: "PRAGMA synchronous = FULL")
        if kind != .ours(Migration.current) {
          try Migration.migrate(db, path: location.database) { () throws(StateError) in
            if let newInstallation { return newInstallation }
            return try Installation.random()
          }
        }
      }
      // `write` and `read` would begin a transaction, in which the journal's mode can't be set.
      try queue.writeWithoutTransaction(prepare)
      return StateStore(location: location, queue: queue, mode: mode, openedPath: path, epoch: epoch, file: file)
    }
  }

  private init(
    location: StateLocation, queue: DatabaseQueue, mode: OpenMode, openedPath: String, epoch: String, file: FileNumber
  ) {
    self.epoch = epoch
    self.file = file
    self.openedPath = openedPath
    self.location = location
    self.queue = queue
    self.mode = mode
  }

  /// Closes the connection; every later call fails. The end of the store's life closes it too.
  public func close() throws(StateError) {
    try translatingErrors(path: path) { try queue.close() }
  }

  /// Checks that the open database is still the file at its path. What is written into a file that was deleted or replaced is
  /// lost, and whoever opens the path works on another state.
  func checkFile() throws(StateError) {
    let present = try translatingFailures { () throws(SystemFailure) in try FileNumber(at: location.database) }
    if present != file { throw .replaced(path: location.database, isGone: present == nil) }
  }

  /// Runs a body in one transaction for reading, so that it sees one commit.
  ///
  /// Does not use GRDB's `read`, which sets `PRAGMA query_only` before and after: SQLite then compiles every statement
  /// of the connection anew, and that was seven tenths of the instructions of an `apply`.
  func reading<Result>(_ body: (Database) throws -> Result) throws(StateError) -> Result {
    try translatingErrors(path: path) {
      var result: Result?
      try queue.unsafeRead { db in
        try db.inTransaction(.deferred) {
          result = try body(db)
          return .commit
        }
      }
      guard let result else { throw StateError.misuse("a transaction without a result") }
      return result
    }
  }

  /// Runs a body in one transaction for writing, which is rolled back if the body throws.
  func writing<Result>(_ body: (Database) throws -> Result) throws(StateError) -> Result {
    try translatingErrors(path: path) {
      var result: Result?
      try queue.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          result = try body(db)
          return .commit
        }
      }
      guard let result else { throw StateError.misuse("a transaction without a result") }
      return result
    }
  }
}

extension Installation {
  /// Draws an identity and a key from the system's random numbers.
  static func random() throws(StateError) -> Installation {
    var bytes = [UInt8](repeating: 0, count: 48)
    try translatingFailures { () throws(SystemFailure) in
      try SystemCall.check("getentropy") { getentropy(&bytes, bytes.count) }
    }
    let digits = Array("0123456789abcdef")
    let id = String(bytes[..<16].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    return Installation(id: id, key: Array(bytes[16...]))
  }
}
