import GRDB
import Glibc
import SystemCalls
import SystemPackage

extension StateStore {
  /// Writes a copy of the state as of the last commit to a new file, which is whole without a log. Readers and writers go on
  /// meanwhile. The copy has the permissions of the database, and appears under its name only once it is complete and on the
  /// disk. A state of an older Berth is copied as it is.
  ///
  /// - Throws: `unsuitable` if there is a file of that name, which is never overwritten.
  public func backUp(to path: String) throws(StateError) {
    let taken = StateError.unsuitable(path: path, why: "it exists, and a backup overwrites nothing")
    if access(path, F_OK) == 0 { throw taken }
    let partial = "\(path).partial-\(getpid())"
    let file = try translatingFailures { () throws(SystemFailure) in
      PartialFile(
        try OpenedFile(
          partial, .readWrite, options: [.create, .exclusiveCreate, .noFollow], permissions: .ownerReadWrite))
    }
    try translatingFailures { () throws(SystemFailure) in
      let mode = try SystemCall.typed("stat", location.database) { try Stat(location.database).permissions }
      // Not by the permissions of the call that made it, from which the process's mask is taken.
      try SystemCall.check("chmod", partial) { fchmod(file.opened.descriptor.rawValue, mode.rawValue) }
    }
    try copyDatabase(to: partial)
    do throws(SystemFailure) {
      try file.publish(as: path)
    } catch {
      throw error.code == .fileExists ? taken : .system(error)
    }
  }

  /// Copies the database to an empty file.
  private func copyDatabase(to path: String) throws(StateError) {
    try translatingErrors(path: path) {
      let copy = try DatabaseQueue(path: path)
      try queue.backup(to: copy)
      try copy.writeWithoutTransaction { db in
        // Nobody holds or watches the copy, and it has no log. Earlier schemas did not tell all of it.
        try db.execute(sql: "DELETE FROM lease")
        if case .ours(let version) = try Migration.fileKind(db, path: path), version >= Migration.firstWithMark {
          try db.execute(sql: "UPDATE meta SET log_is_open = 0; DELETE FROM watches")
        }
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try copy.close()
    }
  }
}

/// A file that is being made under a name of its own, which is removed with it and with what SQLite has left beside it.
struct PartialFile: ~Copyable {
  let opened: OpenedFile

  init(_ opened: consuming OpenedFile) { self.opened = opened }

  deinit { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(opened.path + suffix) } }

  /// Gives the complete file its name, which no file has, and waits until both are on the disk.
  ///
  /// - Parameter link: link(2), or what a test puts in its place.
  /// - Throws: with `fileExists` if a file has that name.
  func publish(
    as path: String, link: (String, String) -> Int32 = { Glibc.link($0, $1) }
  ) throws(SystemFailure) {
    try SystemCall.check("fsync", opened.path) { fsync(opened.descriptor.rawValue) }
    do throws(SystemFailure) {
      try SystemCall.check("link", path) { link(opened.path, path) }
    } catch {
      switch error.code {
      case .notPermitted, .notSupported, .noFunction, .tooManyLinks: try replaceEmptyFile(at: path)
      default: throw error
      }
    }
    let parent = FilePath(path).removingLastComponent()
    let directory = try OpenedFile(parent.isEmpty ? "." : parent.string, .readOnly, options: .directory)
    try SystemCall.check("fsync", directory.path) { fsync(directory.descriptor.rawValue) }
  }

  /// Takes the name with an empty file, and puts the complete one in its place: the way where a file has one name only.
  private func replaceEmptyFile(at path: String) throws(SystemFailure) {
    _ = try OpenedFile(path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
    do throws(SystemFailure) {
      try SystemCall.check("rename", path) { rename(opened.path, path) }
    } catch {
      unlink(path)
      throw error
    }
  }
}
