import FleetModel
import GRDB
import Glibc
import TestKit

@testable import StateStore

/// A recorded state in a directory of one test.
final class TemporaryState {
  private let temporary: TemporaryDirectory
  var directory: String { temporary.path }
  var path: String { directory + "/.berth/state.db" }

  init() throws { temporary = try TemporaryDirectory("state") }

  /// The installation, the same in every run.
  static let installation = Installation(id: String(repeating: "0f", count: 16), key: (0..<32).map { UInt8($0) })

  func open(_ mode: OpenMode = .create) throws -> StateStore {
    try StateStore.open(path: path, mode: mode, newInstallation: Self.installation)
  }

  /// Returns a loaded store that holds the given records.
  func store(holding writes: [StateWrite]) throws -> StateStore {
    let store = try open()
    _ = try store.load()
    try store.commit(writes, counters: IDCounters())
    return store
  }

  /// Runs SQL as any other client would, on a connection of its own.
  func sql(_ text: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: text) }
  }
  /// Returns one number, on a connection of its own.
  func number(_ text: String) throws -> Double? {
    try DatabaseQueue(path: path).read { try Double.fetchOne($0, sql: text) }
  }
  /// Returns one string, on a connection of its own.
  func text(_ text: String) throws -> String? {
    try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: text) }
  }
}

extension StateStore {
  /// Returns the first column of the first row, on the store's own connection.
  func answer(_ sql: String) throws -> String? {
    try reading { db in try String.fetchOne(db, sql: sql) }
  }
}
