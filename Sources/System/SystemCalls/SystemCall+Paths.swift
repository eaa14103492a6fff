import Glibc
import SystemPackage

extension SystemCall {
  /// Makes a directory and those above it, each unless it exists.
  public static func makeDirectories(_ path: String, permissions: FilePermissions) throws(SystemFailure) {
    if mkdir(path, permissions.rawValue) == 0 || errno == EEXIST { return }
    var made = FilePath(root: FilePath(path).root, [])
    for component in FilePath(path).components {
      made.append(component)
      if mkdir(made.string, permissions.rawValue) == 0 || errno == EEXIST { continue }
      let code = Errno(rawValue: errno)
      // A directory that exists and can't be written may be refused in words other than EEXIST.
      if isDirectory(made.string) { continue }
      throw SystemFailure("mkdir", made.string, code)
    }
  }

  /// Returns the absolute path without symbolic links of a file that exists.
  public static func realPath(_ path: String) throws(SystemFailure) -> String {
    guard let resolved = realpath(path, nil) else { throw SystemFailure("realpath", path, Errno(rawValue: errno)) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a path is a directory or a link to one.
  public static func isDirectory(_ path: String) -> Bool {
    do throws(Errno) {
      return try Stat(path).type == .directory
    } catch {
      return false
    }
  }
}
