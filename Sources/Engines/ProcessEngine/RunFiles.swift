import EngineInterface
import Glibc
import SystemCalls
import SystemPackage

/// Access to the small files of a run's directory, as `shim.h` describes them.
enum RunFiles {
  /// Returns the bytes of a file; `nil` if there is no such file.
  static func contents(of path: String) throws(SystemFailure) -> [UInt8]? {
    guard let file = try OpenedFile.ifThere(path, .readOnly, options: .noFollow) else { return nil }
    return try file.readAll()
  }

  /// Makes a file by writing it under another name and renaming it, so that a reader finds all of it or nothing.
  static func write(_ bytes: [UInt8], to path: String, temporary: String) throws(SystemFailure) {
    let file = try OpenedFile(
      temporary, .writeOnly, options: [.create, .truncate, .noFollow], permissions: .ownerReadWrite)
    do throws(SystemFailure) {
      try file.writeAll(bytes)
    } catch {
      unlink(temporary)
      throw error
    }
    try SystemCall.check("rename", temporary) { rename(temporary, path) }
  }

  /// Runs a call that makes a file, and ignores that the file exists.
  static func makeIfMissing(_ call: String, _ path: String, _ body: () -> Int32) throws(SystemFailure) {
    do throws(SystemFailure) {
      try SystemCall.check(call, path, body)
    } catch {
      if error.code != .fileExists { throw error }
    }
  }

  /// Unlinks a file, and ignores that it does not exist.
  static func unlinkIfThere(_ path: String) throws(SystemFailure) {
    do throws(SystemFailure) {
      try SystemCall.check("unlink", path) { unlink(path) }
    } catch {
      if error.code != .noSuchFileOrDirectory { throw error }
    }
  }

  /// Returns the names in a directory, sorted; none if there is no directory.
  static func names(in path: String) throws(SystemFailure) -> [String] {
    guard let directory = opendir(path) else {
      let code = Errno(rawValue: errno)
      if code == .noSuchFileOrDirectory { return [] }
      throw SystemFailure("opendir", path, code)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

extension EngineError {
  /// The engine's error for a failed call: a full disk and a lack of descriptors or memory pass; a file that is missing and
  /// a missing right stay so.
  init(_ failure: SystemFailure) {
    switch failure.code {
    case .permissionDenied, .notPermitted, .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels,
      .fileNameTooLong, .readOnlyFileSystem, .argListTooLong, .execFormatError:
      self = .terminal(failure.description)
    default: self = .retryable(failure.description)
    }
  }
}
