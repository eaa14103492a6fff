import FleetModel
import GRDB
import Glibc

@testable import StateStore

/// A directory of its own for one test, removed at its end.
final class TemporaryState {
  let directory: String
  var path: String { directory + "/.berth/state.db" }

  init() {
    var template = Array("/tmp/berth-state-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
  }

  deinit { remove(directory) }

  /// An installation that is the same in every run.
  static let installation = Installation(id: String(repeating: "0f", count: 16), key: (0..<32).map { UInt8($0) })

  func open(_ mode: OpenMode = .create) throws -> StateStore {
    try StateStore.open(path: path, mode: mode, newInstallation: Self.installation)
  }

  /// A store with a state, loaded.
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
  /// One number, likewise.
  func number(_ text: String) throws -> Double? {
    try DatabaseQueue(path: path).read { try Double.fetchOne($0, sql: text) }
  }
  /// One text, likewise.
  func text(_ text: String) throws -> String? {
    try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: text) }
  }

  private func remove(_ path: String) {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        let inner = path + "/" + name
        if unlink(inner) != 0 { remove(inner) }
      }
      closedir(entries)
    }
    rmdir(path)
  }
}

extension StateStore {
  /// The first column of the first row, on the store's own connection.
  func answer(_ sql: String) throws -> String? {
    try reading { db in try String.fetchOne(db, sql: sql) }
  }
}
