import Glibc
import SystemCalls
import SystemPackage

/// Calls on the files in an open directory.
enum RunFiles {
  /// Runs a call that makes a file, and ignores that the file exists.
  static func makeIfMissing(_ call: String, _ path: String, _ body: () -> Int32) throws(SystemFailure) {
    do throws(SystemFailure) {
      try SystemCall.check(call, path, body)
    } catch {
      if error.code != .fileExists { throw error }
    }
  }

  /// Unlinks a file in a directory, and ignores that it does not exist.
  static func unlinkIfThere(_ name: String, in directory: borrowing OpenedFile) throws(SystemFailure) {
    let (descriptor, path) = (directory.descriptor.rawValue, "\(directory.path)/\(name)")
    do throws(SystemFailure) {
      try SystemCall.check("unlink", path) { unlinkat(descriptor, name, 0) }
    } catch {
      if error.code != .noSuchFileOrDirectory { throw error }
    }
  }

  /// Returns a name that no other writer chooses.
  static func uniqueName(_ stem: String) -> String { "\(stem)-\(UInt64.random(in: .min ... .max))" }
}
