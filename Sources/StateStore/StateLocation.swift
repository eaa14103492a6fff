import CFilesystem
import Glibc

/// The files of one recorded state, and the rules for where they may be.
struct StateLocation: Sendable, Equatable {
  /// The database, with symbolic links resolved where it exists.
  var database: String
  /// The directory that it is in.
  var directory: String
  /// The file whose lock makes one writer at a time: beside the database, `state.lock` for `state.db`.
  var lock: String

  /// The location of a database, without looking at the disk for more than symbolic links.
  init(database path: String) {
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    let database = resolved.map { String(cString: $0) } ?? path
    let cut = database.lastIndex(of: "/")
    self.database = database
    directory = cut.map { $0 == database.startIndex ? "/" : String(database[..<$0]) } ?? "."
    lock = (database.hasSuffix(".db") ? String(database.dropLast(3)) : database) + ".lock"
  }

  /// Makes the directory (for its owner alone) and an empty database file (likewise), each unless it is there.
  func create() throws(StateError) {
    guard !database.isEmpty, !database.utf8.contains(0) else {
      throw .unsuitable(path: database, why: "the path is empty or holds a NUL")
    }
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw .system(call: "mkdir", path: directory, errno: errno)
    }
    try checkFilesystem()
    let descriptor = Glibc.open(database, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw .system(call: "open", path: database, errno: errno)
    }
  }

  /// Refuses what is missing, is no regular file, or is on a network filesystem.
  func check() throws(StateError) {
    var status = stat()
    guard stat(database, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .missing(path: database) }
      throw .system(call: "stat", path: database, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unsuitable(path: database, why: "it is not a regular file") }
    try checkFilesystem()
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
/// The numbers are those of statfs(2) and `linux/magic.h`. FUSE is among them: what lies behind it can't be known from
/// here, and most of it (sshfs, buckets) is remote. overlayfs, tmpfs and the like are local.
enum NetworkFilesystem {
  /// The name of a filesystem to refuse; nil: a local one.
  static func name(magic: UInt32) -> String? { names.first { $0.magic == magic }?.name }

  private static let names: [(magic: UInt32, name: String)] = [
    (0x6969, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"), (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"), (0x6B41_4653, "AFS"), (0x7375_7245, "Coda"), (0x00C3_6400, "Ceph"), (0x0BD0_0BD0, "Lustre"),
    (0x0116_1970, "GFS2"), (0x7461_636F, "OCFS2"), (0x6573_5546, "FUSE"), (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"), (0x786F_4256, "vboxsf"),
  ]
}
