import Foundation
import Glibc
import Testing

/// A directory that goes away with the value that made it.
final class TemporaryTree {
  /// Absolute, without links.
  let path: String

  init() throws {
    var template = Array("/tmp/berth-sources-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw TreeError(number: errno) }
    defer { free(real) }
    path = String(cString: real)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
  }

  /// Writes a file with its directories.
  func write(_ name: String, _ text: String = "") throws {
    try directories(above: name)
    let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw TreeError(number: errno) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw TreeError(number: errno) }
  }

  func link(_ name: String, to target: String) throws {
    try directories(above: name)
    guard symlink(target, "\(path)/\(name)") == 0 else { throw TreeError(number: errno) }
  }

  /// Makes an existing link lead elsewhere.
  func relink(_ name: String, to target: String) throws {
    guard unlink("\(path)/\(name)") == 0 else { throw TreeError(number: errno) }
    try link(name, to: target)
  }

  func special(_ name: String, _ kind: mode_t) throws {
    guard mknod("\(path)/\(name)", kind | 0o600, 0) == 0 else { throw TreeError(number: errno) }
  }

  func directory(_ name: String) throws { try directories(above: name + "/x") }

  /// Sets a file's length without writing it.
  func resize(_ name: String, to size: Int) throws {
    guard truncate("\(path)/\(name)", off_t(size)) == 0 else { throw TreeError(number: errno) }
  }

  private func directories(above name: String) throws {
    var directory = path
    for part in name.split(separator: "/").dropLast() {
      directory += "/\(part)"
      guard mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw TreeError(number: errno) }
    }
  }
}

struct TreeError: Error { var number: Int32 }
