import GRDB
import Glibc
import SystemCalls
import SystemPackage

extension StateStore {
  /// Writes a copy of the state as of the last commit to a new file, which is whole without a log. Readers and writers go on
  /// meanwhile. The copy has the permissions of the database, and appears under its name only once it is complete.
  ///
  /// - Throws: `unsuitable` if there is a file of that name, which is never overwritten.
  public func backUp(to path: String) throws(StateError) {
    if access(path, F_OK) == 0 { throw .unsuitable(path: path, why: "it exists, and a backup overwrites nothing") }
    let partial = "\(path).partial-\(getpid())"
    try translatingFailures { () throws(SystemFailure) in
      let mode = try SystemCall.typed("stat", location.database) { try Stat(location.database).permissions }
      let file = try OpenedFile(
        partial, .writeOnly, options: [.create, .exclusiveCreate, .noFollow], permissions: .ownerReadWrite)
      // Not by the permissions of the call, from which the process's mask is taken.
      try SystemCall.check("chmod", partial) { fchmod(file.descriptor.rawValue, mode.rawValue) }
    }
    defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partial + suffix) } }
    try translatingErrors(path: partial) {
      let copy = try DatabaseQueue(path: partial)
      try queue.backup(to: copy)
      try copy.writeWithoutTransaction { db in
        // Nobody holds or watches the copy, and it has no log.
        try db.execute(sql: "UPDATE meta SET log_is_open = 0; DELETE FROM lease; DELETE FROM watches")
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try copy.close()
    }
    try translatingFailures { () throws(SystemFailure) in
      let file = try OpenedFile(partial, .readOnly)
      try SystemCall.check("fsync", partial) { fsync(file.descriptor.rawValue) }
      try SystemCall.check("link", path) { link(partial, path) }
    }
  }
}
