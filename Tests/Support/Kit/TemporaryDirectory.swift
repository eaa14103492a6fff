import Foundation

/// A directory of one test, removed with its owner.
public final class TemporaryDirectory: Sendable {
  /// The absolute path, without symbolic links.
  public let path: String

  /// Makes a new empty directory.
  /// - Parameters:
  ///   - purpose: a word for its name, so that a directory that was left behind tells its test.
  ///   - isInMemory: whether it lies in memory, where the machine has such a filesystem.
  public init(_ purpose: String, isInMemory: Bool = false) throws {
    let parent = isInMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    var template = Array("\(parent)/berth-\(purpose)-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw FailedCall("mkdtemp") }
    defer { free(real) }
    path = String(cString: real)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path): \(error)") }
  }

  /// Writes a file, and makes the directories above it.
  public func write(_ text: String, to name: String) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}

/// A system call that failed in a test.
public struct FailedCall: Error, CustomStringConvertible {
  var call: String
  var code: Int32

  /// A call that failed with an error number, by default the one that it has just left in `errno`.
  public init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  /// The call with the system's text for its error.
  public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
