import Foundation
import Glibc
import TestKit

/// Files that FileManager does not make.
extension TemporaryDirectory {
  /// Makes a symbolic link.
  func link(_ name: String, to target: String) throws {
    try directories(above: name)
    guard symlink(target, "\(path)/\(name)") == 0 else { throw FailedCall("symlink") }
  }

  /// Replaces a symbolic link.
  func relink(_ name: String, to target: String) throws {
    guard unlink("\(path)/\(name)") == 0 else { throw FailedCall("unlink") }
    try link(name, to: target)
  }

  /// Makes a special file, such as a FIFO.
  func special(_ name: String, _ kind: mode_t) throws {
    guard mknod("\(path)/\(name)", kind | 0o600, 0) == 0 else { throw FailedCall("mknod") }
  }

  /// Makes a directory and those above it.
  func directory(_ name: String) throws { try directories(above: name + "/x") }

  /// Sets a file's length without writing it.
  func resize(_ name: String, to size: Int) throws {
    guard truncate("\(path)/\(name)", off_t(size)) == 0 else { throw FailedCall("truncate") }
  }

  private func directories(above name: String) throws {
    let directory = URL(filePath: "\(path)/\(name)").deletingLastPathComponent()
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }
}
