import FleetModel
import Foundation
import GRDB
import Glibc
import SystemCalls
import TestKit
import Testing

@testable import StateStore

/// Copies of a state, with and without its log.
@Suite struct LogTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  /// Copies the database file alone, and opens the copy.
  private func copyAlone(_ mode: OpenMode = .readOnly, acceptsLostLog: Bool = false) throws -> StateStore {
    let copy = state.directory + "/copy.db"
    for suffix in ["", "-wal", "-shm"] where access(copy + suffix, F_OK) == 0 {
      try FileManager.default.removeItem(atPath: copy + suffix)
    }
    try FileManager.default.copyItem(atPath: state.path, toPath: copy)
    return try StateStore.open(path: copy, mode: mode, acceptsLostLog: acceptsLostLog)
  }

  /// Opens a state as another SQLite client, writes, and closes it.
  private func touchAsAnotherClient(_ path: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE meta SET commits = commits") }
  }

  private func commit(_ store: StateStore, _ id: Int64) throws {
    try store.commit([.run(Samples.run(id, of: id))], counters: IDCounters())
  }

  @Test func `while a writer lives, its file alone is recognized as a part of the state`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    for id in 1...3 as ClosedRange<Int64> {
      try commit(store, id)
      for mode in [OpenMode.readOnly, .existing, .create] {
        #expect(throws: StateError.logLeftBehind(path: state.directory + "/copy.db")) { try copyAlone(mode) }
      }
    }
    // With its log, the copy is whole.
    let both = state.directory + "/both.db"
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: state.path + suffix, toPath: both + suffix) }
    #expect(try StateStore.open(path: both, mode: .existing).load().runs.count == 3)
  }

  @Test func `once a writer has closed its log, its file alone is the whole state`() throws {
    let (store, reader) = (try state.store(holding: Samples.fleet(deployments: 4)), try state.open(.readOnly))
    _ = try reader.load()
    try commit(store, 1)
    try store.closeLog()
    #expect(try copyAlone().load().runs.count == 1)
    // The next commit opens it again, also by a writer that has opened it before.
    try commit(store, 2)
    #expect(throws: StateError.self) { try copyAlone() }
    try store.closeLog()
    #expect(try copyAlone().load().runs.count == 2)
  }

  @Test func `of two writers, one may close the log of both`() throws {
    let first = try state.store(holding: Samples.fleet(deployments: 4))
    let second = try state.open()
    for id in 1...4 as ClosedRange<Int64> {
      let (writer, other) = id.isMultiple(of: 2) ? (first, second) : (second, first)
      _ = try writer.load()
      try commit(writer, id)
      #expect(throws: StateError.self) { try copyAlone() }
      try other.closeLog()
      #expect(try copyAlone().load().runs.count == Int(id))
    }
  }

  @Test func `what a long read keeps out of the file makes nothing look whole`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    try store.closeLog()
    let reader = try DatabaseQueue(path: state.path)
    try reader.writeWithoutTransaction { db in
      try db.inTransaction(.deferred) {
        _ = try Int.fetchOne(db, sql: "SELECT commits FROM meta")
        try commit(store, 1)
        try store.closeLog()
        return .commit
      }
    }
    // The mark is tried again at the next commit.
    _ = try store.load()
    try commit(store, 2)
    #expect(throws: StateError.self) { try copyAlone() }
    try store.closeLog()
    #expect(try copyAlone().load().runs.count == 2)
  }

  @Test func `a mark that a reader kept from the file is set by the next writer`() throws {
    try state.store(holding: Samples.fleet(deployments: 4)).closeLog()
    let reader = try DatabaseQueue(path: state.path)
    try reader.writeWithoutTransaction { db in
      try db.inTransaction(.deferred) {
        _ = try Int.fetchOne(db, sql: "SELECT commits FROM meta")
        // A writer that ends without closing the log, as a kill ends it.
        let killed = try state.open()
        _ = try killed.load()
        try commit(killed, 1)
        return .commit
      }
    }
    let next = try state.open()
    _ = try next.load()
    try commit(next, 2)
    #expect(throws: StateError.logLeftBehind(path: state.directory + "/copy.db")) { try copyAlone() }
    try next.closeLog()
    #expect(try copyAlone().load().runs.count == 2)
  }

  @Test func `a writer that was killed leaves a state that its successor opens`() throws {
    do {
      let store = try state.store(holding: Samples.fleet(deployments: 4))
      try commit(store, 1)
      // As a kill leaves it: the files, copied while the writer lives.
      let dead = state.directory + "/dead.db"
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: state.path + suffix, toPath: dead + suffix)
      }
    }
    let next = try StateStore.open(path: state.directory + "/dead.db", mode: .existing)
    #expect(try next.load().runs.count == 1)
    try next.closeLog()
    #expect(try next.answer("SELECT log_is_open FROM meta") == "0")
  }

  @Test func `the log of a writer that was killed may be copied to the file by another client`() async throws {
    let dead = state.directory + "/dead"
    do {
      let store = try state.store(holding: Samples.fleet(deployments: 4))
      let lock = StateLock(store)
      try await lock.acquire(as: LockHolder(who: "a", host: "h", pid: 1, command: "c", since: Samples.t0))
      try commit(store, 1)
      for suffix in [".db", ".db-wal", ".lock"] {
        try FileManager.default.copyItem(atPath: state.directory + "/.berth/state" + suffix, toPath: dead + suffix)
      }
      try commit(store, 2)
    }
    // The last connection that is closed copies and removes the log.
    try touchAsAnotherClient(dead + ".db")
    #expect(access(dead + ".db-wal", F_OK) != 0)
    #expect(try StateStore.open(path: dead + ".db", mode: .readOnly).load().runs.count == 1)
    // The note of a state that went on tells of commits that are not there.
    try FileManager.default.removeItem(atPath: dead + ".lock")
    try FileManager.default.copyItem(atPath: state.directory + "/.berth/state.lock", toPath: dead + ".lock")
    #expect(throws: StateError.logLeftBehind(path: dead + ".db")) {
      try StateStore.open(path: dead + ".db", mode: .readOnly)
    }
  }

  @Test func `a state without its log can be accepted as it is`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    try commit(store, 1)
    let copy = try copyAlone(.existing, acceptsLostLog: true)
    try copy.closeLog()
    #expect(try StateStore.open(path: copy.path, mode: .readOnly).load().installation == TemporaryState.installation)
  }

  // MARK: Backups

  @Test func `a backup of a state in use is whole, private, and of nobody`() async throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    try commit(store, 1)
    let lock = StateLock(store)
    try await lock.acquire(as: LockHolder(who: "a", host: "h", pid: 1, command: "c", since: Samples.t0))
    let holder = LockHolder(who: "a", host: "h", pid: 1, command: "c", since: Samples.t0)
    try store.record(WatchRecord(of: "m", by: holder, at: Samples.t0))
    let path = state.directory + "/backup.db"
    try state.open(.readOnly).backUp(to: path)
    let names = try FileManager.default.contentsOfDirectory(atPath: state.directory).filter { $0.hasPrefix("backup") }
    #expect(names == ["backup.db"])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    let copy = try StateStore.open(path: path, mode: .readOnly)
    #expect(parts(try copy.load()) == parts(try store.load()))
    #expect(try copy.lastLockHolder() == nil && copy.watches(Samples.t0).isEmpty)
    #expect(throws: StateError.unsuitable(path: path, why: "it exists, and a backup overwrites nothing")) {
      try store.backUp(to: path)
    }
    // Put in the place of the state, it is one.
    let restored = try StateStore.open(path: path, mode: .existing)
    _ = try restored.load()
    try commit(restored, 2)
  }

  @Test(arguments: ["nowhere/backup.db", "taken.db", "link.db", "database is gone"])
  func `a backup that can't be written leaves nothing`(name: String) throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    try Data().write(to: URL(filePath: state.directory + "/taken.db"))
    try FileManager.default.createSymbolicLink(atPath: state.directory + "/link.db", withDestinationPath: "taken.db")
    if name == "database is gone" { #expect(unlink(state.path) == 0) }
    #expect(throws: StateError.self) { try store.backUp(to: "\(state.directory)/\(name)") }
    let left = try FileManager.default.contentsOfDirectory(atPath: state.directory).sorted()
    #expect(left == [".berth", "link.db", "taken.db"])
  }

  @Test(arguments: [EPERM, EOPNOTSUPP, ENOSYS])
  func `a backup gets its name where files have only one`(code: Int32) throws {
    let (partial, path) = (state.directory + "/partial", state.directory + "/backup.db")
    func publish() throws {
      let file = PartialFile(
        try OpenedFile(partial, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite))
      try file.opened.writeAll(Array("whole".utf8))
      try file.publish(as: path) { _, _ in
        errno = code
        return -1
      }
    }
    try publish()
    #expect(FileManager.default.contents(atPath: path) == Data("whole".utf8))
    #expect(throws: SystemFailure.self) { try publish() }
    #expect(FileManager.default.contents(atPath: path) == Data("whole".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: state.directory) == ["backup.db"])
  }

  // MARK: Files that go away

  @Test(arguments: ["deleted", "replaced", "moved with its directory"])
  func `a store whose file is no longer at its path writes nothing more`(how: String) async throws {
    let store = try state.store(holding: Samples.fleet(deployments: 4))
    let lock = StateLock(store)
    let backup = state.directory + "/backup.db"
    try store.backUp(to: backup)
    switch how {
    case "deleted": #expect(unlink(state.path) == 0)
    case "replaced": #expect(rename(backup, state.path) == 0)
    default: #expect(rename(state.directory + "/.berth", state.directory + "/elsewhere") == 0)
    }
    let error = StateError.replaced(path: store.path, isGone: how != "replaced")
    #expect(throws: error) { try commit(store, 1) }
    #expect(throws: error) { try store.hasChangedElsewhere() }
    guard how != "moved with its directory" else { return }
    await #expect(throws: error) {
      try await lock.acquire(as: LockHolder(who: "a", host: "h", pid: 1, command: "c", since: Samples.t0))
    }
    #expect(!lock.isHeld)
  }

  @Test func `a lock on a file that was deleted excludes nobody, and is not taken for one`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    let holder = LockHolder(who: "a", host: "h", pid: 1, command: "c", since: Samples.t0)
    try await first.acquire(as: holder)
    #expect(unlink(state.directory + "/.berth/state.lock") == 0)
    try await second.acquire(as: holder)
    second.release()
    first.release()
    try await first.acquire(as: holder)
    await #expect(throws: StateError.locked(holder)) { try await second.acquire(as: holder) }
  }
}
