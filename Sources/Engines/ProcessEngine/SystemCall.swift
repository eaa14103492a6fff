import EngineInterface
import Glibc

/// A call to the system that failed.
struct SystemFailure: Error {
  /// What was being done, and to what: `open /x/y`.
  var action: String
  /// `errno`.
  var code: Int32
  /// For people.
  var message: String { "\(action): \(String(cString: strerror(code)))" }
}

/// The few calls that the engine makes, with their errors typed and their interruptions repeated.
enum SystemCall {
  /// Repeats an interrupted call; throws its error.
  @discardableResult
  static func check(_ action: @autoclosure () -> String, _ call: () -> Int32) throws(SystemFailure) -> Int32 {
    while true {
      let result = call()
      if result != -1 { return result }
      let code = errno
      if code != EINTR { throw SystemFailure(action: action(), code: code) }
    }
  }

  /// The bytes of a file; nil: there is no such file.
  static func contents(of path: String) throws(SystemFailure) -> [UInt8]? {
    let descriptor: Int32
    do throws(SystemFailure) {
      descriptor = try check("open \(path)") { open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR { return nil }
      throw error
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let chunk = try read(descriptor, path, upTo: 4096)
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  /// The next bytes of a descriptor; empty: its end.
  static func read(_ descriptor: Int32, _ path: String, upTo count: Int) throws(SystemFailure) -> [UInt8] {
    while true {
      var got = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        got = Glibc.read(descriptor, buffer.baseAddress, count)
        initialized = max(0, got)
      }
      if got >= 0 { return bytes }
      let code = errno
      if code != EINTR { throw SystemFailure(action: "read \(path)", code: code) }
    }
  }

  /// Makes a file by writing it under another name and renaming it, so that a reader finds all of it or nothing.
  static func write(_ bytes: [UInt8], to path: String, temporary: String) throws(SystemFailure) {
    let descriptor = try check("create \(temporary)") {
      open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    }
    do throws(SystemFailure) {
      var offset = 0
      while offset < bytes.count {
        let written = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        if written >= 0 {
          offset += written
        } else if code != EINTR {
          throw SystemFailure(action: "write \(temporary)", code: code)
        }
      }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    try check("rename \(temporary)") { rename(temporary, path) }
  }

  /// Makes a directory, for its owner only, and those above it.
  static func makeDirectories(_ path: String) throws(SystemFailure) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    let code = errno
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw SystemFailure(action: "make \(path)", code: code)
    }
    try makeDirectories(String(path[..<slash]))
    try makeIfMissing(path) { mkdir(path, 0o700) }
  }

  /// Makes something that may be there already.
  static func makeIfMissing(_ path: String, _ call: () -> Int32) throws(SystemFailure) {
    do throws(SystemFailure) {
      try check("make \(path)", call)
    } catch {
      if error.code != EEXIST { throw error }
    }
  }

  /// Unlinks what may be gone already.
  static func unlinkIfThere(_ path: String) throws(SystemFailure) {
    do throws(SystemFailure) {
      try check("unlink \(path)") { unlink(path) }
    } catch {
      if error.code != ENOENT { throw error }
    }
  }

  /// The names in a directory, sorted; empty if there is none.
  static func names(in path: String) throws(SystemFailure) -> [String] {
    guard let directory = opendir(path) else {
      let code = errno
      if code == ENOENT { return [] }
      throw SystemFailure(action: "list \(path)", code: code)
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
  /// A full disk, a lack of descriptors or memory pass; what is missing or forbidden stays so.
  init(_ failure: SystemFailure) {
    switch failure.code {
    case EACCES, EPERM, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EROFS, E2BIG, ENOEXEC: self = .terminal(failure.message)
    default: self = .retryable(failure.message)
    }
  }
}
