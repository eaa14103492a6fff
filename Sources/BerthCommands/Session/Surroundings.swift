import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// The environment of the process. No other code reads it.
struct Surroundings: Sendable {
  private let variables: [String: String]

  /// The limit of open files with which this process was started, for the runs that it starts; `nil` if it was not raised.
  static let openFiles = Mutex<Int?>(nil)

  /// The environment of this process.
  static let current = Surroundings(variables: readEnvironment())

  /// Creates an environment for tests.
  init(variables: [String: String]) { self.variables = variables }

  /// The value of a variable; `nil` if it is not set.
  subscript(name: String) -> String? { variables[name] }

  /// All variables, for a program that is started.
  var all: [String: String] { variables }

  private static func readEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let cut = text.firstIndex(of: "=") {
        variables[String(text[..<cut])] = String(text[text.index(after: cut)...])
      }
      next += 1
    }
    return variables
  }

  /// The working directory, absolute.
  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// The working directory with the links that led there, as a shell keeps it in `PWD`.
  static var logicalWorkingDirectory: String {
    guard let path = current["PWD"], path.hasPrefix("/") else { return workingDirectory }
    do throws(Errno) {
      let (named, real) = (try Stat(path), try Stat("."))
      return named.deviceID == real.deviceID && named.inode == real.inode ? path : workingDirectory
    } catch {
      return workingDirectory
    }
  }

  /// Returns the absolute form of a path, relative to the working directory or to another one.
  static func absolute(_ path: String, in directory: String = workingDirectory) -> String {
    path.hasPrefix("/") ? path : (directory == "/" ? "" : directory) + "/" + path
  }

  /// The directory of this program's file, links resolved.
  static var programDirectory: String {
    do throws(SystemFailure) {
      return FilePath(try SystemCall.realPath("/proc/self/exe")).removingLastComponent().string
    } catch {
      return "/"
    }
  }

  /// Name of this build of the program, because another build may read manifests differently. Size and mtime are equal for
  /// reproducible builds; ctime can't be set.
  static var program: String {
    var status = stat()
    // Without a status the name is unique, so that nothing noted under it is trusted.
    guard stat("/proc/self/exe", &status) == 0 else { return "berth \(getpid())" }
    let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
    return "berth \(status.st_size) \(times.joined(separator: " "))"
  }

  /// The machine's name.
  static var host: String { Machine.current.host }

  /// Name of the user who runs the program, or `uid` and the number.
  static var user: String {
    let number = getuid()
    guard let entry = getpwuid(number) else { return "uid \(number)" }
    return String(cString: entry.pointee.pw_name)
  }
}

extension Surroundings {
  /// Whether a path names a file that this process may execute.
  static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// Whether a path leads to anything.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a path leads to a file without contents.
  static func isEmptyFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
  }
}
