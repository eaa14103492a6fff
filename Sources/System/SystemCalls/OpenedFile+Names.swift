import Glibc
import SystemPackage

extension OpenedFile {
  /// Returns the names in an open directory except `.` and `..`, sorted.
  public func names() throws(SystemFailure) -> [String] {
    let parent = descriptor.rawValue
    // Of its own position: a listing moves that of its descriptor.
    let copy = try SystemCall.check("open", path) { openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = fdopendir(copy) else {
      let code = Errno(rawValue: errno)
      close(copy)
      throw SystemFailure("fdopendir", path, code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    if errno != 0 { throw SystemFailure("readdir", path, Errno(rawValue: errno)) }
    return names.sorted()
  }
}
