import Glibc
import SystemPackage

/// A file that is open for as long as the value lives; its errors name the path. Programs that this process executes do not
/// inherit the descriptor.
public struct OpenedFile: ~Copyable, Sendable {
  /// The path that was opened.
  public let path: String
  /// The open descriptor, which this value closes.
  public let descriptor: FileDescriptor

  /// Opens a path.
  ///
  /// - Parameter permissions: of a file that the call creates, before the process's mask; needed with `.create`.
  public init(
    _ path: String, _ access: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = [],
    permissions: FilePermissions? = nil
  ) throws(SystemFailure) {
    self.path = path
    descriptor = try SystemCall.typed("open", path) {
      try FileDescriptor.open(path, access, options: options.union(.closeOnExec), permissions: permissions)
    }
  }

  /// Opens a path that may not exist.
  ///
  /// - Returns: `nil` if there is no such file, or a part of the path is no directory.
  public static func ifThere(
    _ path: String, _ access: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = []
  ) throws(SystemFailure) -> OpenedFile? {
    do throws(SystemFailure) {
      return try OpenedFile(path, access, options: options)
    } catch {
      if error.code == .noSuchFileOrDirectory || error.code == .notDirectory { return nil }
      throw error
    }
  }

  /// Opens a name in an open directory. A link is refused, and a FIFO does not block.
  ///
  /// - Parameter permissions: of a file that the call creates, before the process's mask; needed with `.create`.
  public init(
    _ name: String, in directory: borrowing OpenedFile, _ access: FileDescriptor.AccessMode,
    options: FileDescriptor.OpenOptions = [], permissions: FilePermissions = []
  ) throws(SystemFailure) {
    let path = "\(directory.path)/\(name)"
    let parent = directory.descriptor.rawValue
    let flags = access.rawValue | options.union([.closeOnExec, .noFollow, .nonBlocking]).rawValue | O_NOCTTY
    self.path = path
    descriptor = FileDescriptor(
      rawValue: try SystemCall.check("open", path) { openat(parent, name, flags, permissions.rawValue) })
  }

  /// Opens a name in an open directory.
  ///
  /// - Returns: `nil` if there is no such name.
  public static func ifThere(
    _ name: String, in directory: borrowing OpenedFile, _ access: FileDescriptor.AccessMode,
    options: FileDescriptor.OpenOptions = []
  ) throws(SystemFailure) -> OpenedFile? {
    do throws(SystemFailure) {
      return try OpenedFile(name, in: directory, access, options: options)
    } catch {
      if error.code == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  deinit { _ = close(descriptor.rawValue) }

  /// Returns the status of the open file.
  public func status() throws(SystemFailure) -> Stat {
    do throws(Errno) {
      return try descriptor.stat()
    } catch {
      throw SystemFailure("fstat", path, error)
    }
  }

  /// Returns the next bytes, at most `count` of them; none at the end of the file.
  public func read(upTo count: Int) throws(SystemFailure) -> [UInt8] {
    try descriptor.read(from: path, upTo: count)
  }

  /// Returns all bytes from the current offset on; of more than `limit` bytes, the first `limit` + 1.
  public func readAll(limit: Int = .max) throws(SystemFailure) -> [UInt8] {
    try descriptor.readAll(from: path, limit: limit)
  }

  /// Writes all bytes at the current offset.
  public func writeAll(_ bytes: [UInt8]) throws(SystemFailure) {
    try SystemCall.typed("write", path) { _ = try descriptor.writeAll(bytes) }
  }
}
