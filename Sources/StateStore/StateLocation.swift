import CFilesystem
import Glibc
import SystemCalls
import SystemPackage

/// Files of one recorded state, and the rules for where they may be.
struct StateLocation: Sendable, Equatable {
  /// The database, with symbolic links resolved where it exists.
  var database: String
  /// The directory of the database.
  var directory: String
  /// The file whose lock admits one writer at a time: beside the database, `state.lock` for `state.db`.
  var lock: String

  /// Locates the files of a database; looks at the disk only to resolve symbolic links.
  init(database path: String) {
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    let database = resolved.map { String(cString: $0) } ?? path
    self.database = database
    let directory = FilePath(database).removingLastComponent()
    self.directory = directory.isEmpty ? "." : directory.string
    lock = (database.hasSuffix(".db") ? String(database.dropLast(3)) : database) + ".lock"
  }

  /// Makes the directory with those above it, for their owner only, and an empty database file, likewise; each unless
  /// it exists. An empty file that exists becomes its owner's alone, because it will hold secrets.
  func create() throws(StateError) {
    guard !database.isEmpty, !database.utf8.contains(0) else {
      throw .unsuitable(path: database, why: "the path is empty or holds a NUL")
    }
    try translatingFailures { () throws(SystemFailure) in
      try SystemCall.makeDirectories(directory, permissions: .ownerReadWriteExecute)
    }
    try checkFilesystem()
    do throws(SystemFailure) {
      _ = try OpenedFile(
        database, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
    } catch {
      guard error.code == .fileExists else { throw .system(error) }
      try restrictPermissions()
    }
  }

  private func restrictPermissions() throws(StateError) {
    let status: Stat
    do throws(Errno) {
      status = try Stat(database)
    } catch {
      // `check` reports what is wrong with it.
      return
    }
    guard status.type == .regular, status.size == 0 else { return }
    try translatingFailures { () throws(SystemFailure) in
      try SystemCall.check("chmod", database) { chmod(database, 0o600) }
    }
  }

  /// Checks that the database is a regular file that this process may read, on a local filesystem.
  func check() throws(StateError) {
    let status: Stat
    do throws(Errno) {
      status = try Stat(database)
    } catch {
      if error == .noSuchFileOrDirectory || error == .notDirectory { throw .missing(path: database) }
      throw .system(SystemFailure("stat", database, error))
    }
    guard status.type == .regular else { throw .unsuitable(path: database, why: "it is not a regular file") }
    if access(database, R_OK) != 0, errno == EACCES {
      let owner = getpwuid(status.userID.rawValue).map { String(cString: $0.pointee.pw_name) }
      throw .denied(path: database, owner: owner ?? "user \(status.userID.rawValue)")
    }
    try checkFilesystem()
  }

  /// Whether an open for reading finds the whole state in the database file alone and may take it as immutable.
  ///
  /// SQLite reads a write-ahead log only through an index beside it, which it must be able to make. A user who may read
  /// the directory but not write to it can have the database alone while the log is empty: then nobody works on it.
  /// - Throws: `unreadable` if the log is not empty and its index can't be read.
  func isImmutable(canWrite: Bool) throws(StateError) -> Bool {
    if canWrite { return false }
    do throws(Errno) {
      if try Stat(database + "-wal").size == 0 { return true }
    } catch {
      // Without a log, everything is in the database file.
      return true
    }
    guard access(database + "-shm", R_OK) == 0, access(database + "-wal", R_OK) == 0 else {
      throw .unreadable(path: database)
    }
    return false
  }

  /// URI by which SQLite opens the database as a file that nobody changes. https://www.sqlite.org/uri.html
  var immutableURI: String {
    var uri = "file:"
    let digits = Array("0123456789ABCDEF")
    for byte in database.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      if isPlain || "-_./".unicodeScalars.contains(scalar) {
        uri.unicodeScalars.append(scalar)
      } else {
        uri += "%" + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return uri + "?immutable=1"
  }

  private func checkFilesystem() throws(StateError) {
    var status = statfs()
    try translatingFailures { () throws(SystemFailure) in
      try SystemCall.check("statfs", directory) { statfs(directory, &status) }
    }
    if let type = NetworkFilesystem.name(magic: UInt32(truncatingIfNeeded: status.f_type)) {
      throw .networkFilesystem(path: directory, type: type)
    }
  }
}

/// Runs system calls and turns their failure into a `StateError`.
@discardableResult
func translatingFailures<Result: ~Copyable>(_ body: () throws(SystemFailure) -> Result) throws(StateError) -> Result {
  do throws(SystemFailure) {
    return try body()
  } catch {
    throw .system(error)
  }
}

/// Filesystems on which the shared memory of a write-ahead log, or a lock, may not reach every writer.
///
/// The numbers are those of statfs(2) and `linux/magic.h`. FUSE is among them: nothing tells what is behind it, and
/// most of it (sshfs, buckets) is remote. overlayfs, tmpfs and the like are local.
enum NetworkFilesystem {
  /// Name of a filesystem to refuse; `nil` for a local one.
  static func name(magic: UInt32) -> String? { names.first { $0.magic == magic }?.name }

  private static let names: [(magic: UInt32, name: String)] = [
    (0x6969, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"), (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"), (0x6B41_4653, "AFS"), (0x7375_7245, "Coda"), (0x00C3_6400, "Ceph"), (0x0BD0_0BD0, "Lustre"),
    (0x0116_1970, "GFS2"), (0x7461_636F, "OCFS2"), (0x6573_5546, "FUSE"), (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"), (0x786F_4256, "vboxsf"),
  ]
}
