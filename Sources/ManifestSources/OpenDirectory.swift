import Glibc
import SystemCalls
import SystemPackage

/// Identity of a file or directory, independent of its names.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// Kind of an entry, without following a link.
enum EntryKind: Sendable {
  case file
  case directory
  case link
  /// Anything else, with a word for it.
  case special(String)

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .link
    case S_IFIFO: self = .special("a FIFO")
    case S_IFSOCK: self = .special("a socket")
    default: self = .special("a device")
    }
  }
}

extension SystemFailure {
  /// Returns the failure of the call that has just set `errno`.
  static func last(_ call: String, _ path: String? = nil) -> SystemFailure {
    SystemFailure(call, path, Errno(rawValue: errno))
  }

  /// Returns the target of a link.
  static func target(ofLink name: String, in directory: CInt = AT_FDCWD) throws(SystemFailure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlinkat(directory, name, $0, characters.count) } ?? 0
      }
    }
    guard count >= 0 else { throw .last("readlink", name) }
    return Array(buffer[..<count])
  }
}

/// A directory held open, so that entries found below it stay below it despite concurrent renames.
final class OpenDirectory: Sendable {
  let descriptor: CInt
  let identity: FileIdentity

  /// Opens a directory by its path, through links.
  convenience init(path: String) throws(SystemFailure) {
    try self.init(path, descriptor: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  /// Opens a directory in a directory. A link is refused.
  convenience init(_ name: String, in parent: OpenDirectory) throws(SystemFailure) {
    try self.init(name, descriptor: openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
  }

  private init(_ name: String, descriptor: CInt) throws(SystemFailure) {
    guard descriptor >= 0 else { throw .last("open", name) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let failure = SystemFailure.last("fstat", name)
      close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
    identity = FileIdentity(status)
  }

  deinit { close(descriptor) }

  /// Returns the entries except `.` and `..`, unordered. The kind is `nil` if the listing does not tell.
  func entries() throws(SystemFailure) -> [(name: [UInt8], kind: EntryKind?)] {
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { throw .last("open") }
    guard let stream = fdopendir(copy) else {
      let failure = SystemFailure.last("fdopendir")
      close(copy)
      throw failure
    }
    defer { closedir(stream) }
    var entries: [(name: [UInt8], kind: EntryKind?)] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let start = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      let name = Array(UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      let kind: EntryKind? =
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): .file
        case Int(DT_DIR): .directory
        case Int(DT_LNK): .link
        default: nil
        }
      entries.append((name, kind))
    }
    guard errno == 0 else { throw .last("readdir") }
    return entries
  }

  /// Returns the status of a name in this directory; that of a link itself, unless `following`.
  func status(of name: String, following: Bool = false) throws(SystemFailure) -> stat {
    var status = stat()
    guard fstatat(descriptor, name, &status, following ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else {
      throw .last("stat", name)
    }
    return status
  }

  /// Returns the target of a link in this directory.
  func target(ofLink name: String) throws(SystemFailure) -> [UInt8] {
    try SystemFailure.target(ofLink: name, in: descriptor)
  }

  /// Opens a file in this directory for reading. A link is refused, and a FIFO does not block.
  func openFile(_ name: String) throws(SystemFailure) -> OpenFile {
    let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw .last("open", name) }
    return try OpenFile(name, descriptor: file)
  }
}
