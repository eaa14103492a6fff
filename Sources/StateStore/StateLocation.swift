import CFilesystem
import Glibc

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
    let cut = database.lastIndex(of: "/")
    self.database = database
    directory = cut.map { $0 == database.startIndex ? "/" : String(database[..<$0]) } ?? "."
    lock = (database.hasSuffix(".db") ? String(database.dropLast(3)) : database) + ".lock"
  }

  /// Makes the directory with those above it, for their owner only, and an empty database file, likewise; each unless
  /// it exists. An empty file that exists becomes its owner's alone, because it will hold secrets.
  func create() throws(StateError) {
    guard !database.isEmpty, !database.utf8.contains(0) else {
      throw .unsuitable(path: database, why: "the path is empty or holds a NUL")
    }
    try makeDirectory()
    try checkFilesystem()
    let descriptor = Glibc.open(database, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno == EEXIST {
      try tighten()
    } else {
      throw .system(call: "open", path: database, errno: errno)
    }
  }

  private func makeDirectory() throws(StateError) {
    var made = directory.hasPrefix("/") ? "/" : ""
    for part in directory.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      if mkdir(made, 0o700) == 0 || errno == EEXIST { continue }
      let why = errno
      // Above may lie what exists and can't be written, in words other than EEXIST.
      var status = stat()
      if stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw .system(call: "mkdir", path: made, errno: why)
    }
  }

  private func tighten() throws(StateError) {
    var status = stat()
    guard stat(database, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 else { return }
    if chmod(database, 0o600) != 0 { throw .system(call: "chmod", path: database, errno: errno) }
  }

  /// Checks that the database is a regular file that this process may read, on a local filesystem.
  func check() throws(StateError) {
    var status = stat()
    guard stat(database, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .missing(path: database) }
      throw .system(call: "stat", path: database, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unsuitable(path: database, why: "it is not a regular file") }
    if access(database, R_OK) != 0, errno == EACCES {
      let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) }
      throw .denied(path: database, owner: owner ?? "user \(status.st_uid)")
    }
    try checkFilesystem()
  }

  /// Whether an open for reading finds the whole state in the database file alone and may take it as immutable.
  ///
  /// SQLite reads a write-ahead log only through an index beside it, which it must be able to make. A user who may read
  /// the directory but not write to it can have the database alone while the log is empty: then nobody works on it.
  /// - Throws: `unreadable` if the log is not empty and its index can't be read.
  func isFixed(canWrite: Bool) throws(StateError) -> Bool {
    if canWrite { return false }
    var status = stat()
    guard stat(database + "-wal", &status) == 0, status.st_size > 0 else { return true }
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
    guard statfs(directory, &status) == 0 else { throw .system(call: "statfs", path: directory, errno: errno) }
    if let type = NetworkFilesystem.name(magic: UInt32(truncatingIfNeeded: status.f_type)) {
      throw .networkFilesystem(path: directory, type: type)
    }
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
