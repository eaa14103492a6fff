import Foundation
import TestKit

/// A temporary directory in which command lines run one after the other, as in one shell: a later line sees the variables
/// that an earlier one exports. `berth` is this build's. Processes that are still alive at the end are killed.
final class ShellSession {
  private let temporary: TemporaryDirectory
  private var lines = 0

  /// The working directory of the lines.
  var directory: String { "\(temporary.path)/work" }

  /// Makes a session with copies of files and directories of the repository, or of the contents of one directory.
  init(copying names: [String] = [], contentsOf directory: String? = nil) throws {
    temporary = try TemporaryDirectory("shell")
    let work = self.directory
    if let directory {
      try FileManager.default.copyItem(atPath: Repository.root.appending(path: directory).path, toPath: work)
    } else {
      try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    }
    for name in names {
      try FileManager.default.copyItem(atPath: Repository.root.appending(path: name).path, toPath: "\(work)/\(name)")
    }
    try temporary.write("", to: "variables")
  }

  deinit { RelatedProcesses(of: temporary.path).kill() }

  /// Runs a line to its end.
  /// - Parameter merged: whether standard error is part of the output, in the order of writing.
  func run(_ line: String, merged: Bool = false) throws -> (status: Int32, output: String, error: String) {
    lines += 1
    let root = temporary.path
    // A line may fail on purpose, and its variables are needed all the same.
    let text = """
      cd \(directory) || exit
      . \(root)/variables
      \(merged ? "exec 2>&1\n" : "")\(line)
      status=$?
      export -p >\(root)/variables
      exit $status

      """
    try temporary.write(text, to: "\(lines).sh")
    // The output goes to files, not to pipes: processes that a line leaves running would hold those open.
    let program = try RunningProgram(
      "/usr/bin/timeout", ["-k", "5", "240", "bash", "\(root)/\(lines).sh"], files: "\(root)/\(lines)",
      environment: [
        "PATH": "\(Repository.programs):/usr/local/bin:/usr/bin:/bin", "HOME": root,
        "XDG_STATE_HOME": "\(root)/.local/state", "TZ": "UTC", "LANG": "C.UTF-8",
      ])
    let result = try program.wait()
    return (result.status ?? -1, result.output, result.error)
  }
}
