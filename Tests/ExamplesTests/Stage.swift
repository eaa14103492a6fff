import Foundation
import Glibc
import Testing

/// A temporary directory in which command lines are run one after the other, as in one shell: what a line exports, the next
/// one sees. `berth` is this build's. What still runs when the stage goes is killed: nothing else has ever heard of the
/// directory.
final class Stage {
  /// The directory in which the lines run.
  let place: String
  private let root: String
  private var lines = 0

  /// The top of this repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// What a line came to.
  struct Outcome {
    var status: Int32
    var output: String
    var error: String
  }

  /// Makes a stage with copies of files and directories of the repository, or of what is in one of them.
  init(copying names: [String] = [], contentsOf directory: String? = nil) throws {
    root = FileManager.default.temporaryDirectory.appending(path: "berth-stage-\(UUID().uuidString)").path
    place = "\(root)/place"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    if let directory {
      try FileManager.default.copyItem(atPath: Stage.repository.appending(path: directory).path, toPath: place)
    } else {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }
    for name in names {
      try FileManager.default.copyItem(
        atPath: Stage.repository.appending(path: name).path, toPath: "\(place)/\(name)")
    }
    try "".write(toFile: "\(root)/variables", atomically: true, encoding: .utf8)
  }

  deinit {
    while endOne() { usleep(1000) }
    try? FileManager.default.removeItem(atPath: root)
  }

  /// Runs a line to its end.
  /// - Parameter merged: whether what it writes to standard error stands in its output, in the order of writing.
  func run(_ line: String, merged: Bool = false) throws -> Outcome {
    lines += 1
    let script = "\(root)/\(lines).sh"
    // A line may be wrong on purpose, and its variables are wanted all the same.
    let text = """
      . \(root)/variables
      \(merged ? "exec 2>&1\n" : "")\(line)
      status=$?
      export -p >\(root)/variables
      exit $status

      """
    try text.write(toFile: script, atomically: true, encoding: .utf8)
    let process = Foundation.Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["-k", "5", "240", "bash", script]
    process.currentDirectoryURL = URL(filePath: place)
    let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    process.environment = [
      "PATH": "\(programs):/usr/local/bin:/usr/bin:/bin", "HOME": root, "TZ": "UTC", "LANG": "C.UTF-8",
    ]
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: what a line leaves running holds them open.
    for name in ["out", "err"] { try Data().write(to: URL(filePath: "\(root)/\(lines).\(name)")) }
    process.standardOutput = FileHandle(forWritingAtPath: "\(root)/\(lines).out")
    process.standardError = FileHandle(forWritingAtPath: "\(root)/\(lines).err")
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOfFile: "\(root)/\(lines).out", encoding: .utf8),
      error: try String(contentsOfFile: "\(root)/\(lines).err", encoding: .utf8))
  }

  /// Kills what still runs here; false: there was nothing.
  private func endOne() -> Bool {
    var found = false
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let pid = pid_t(name), pid != getpid() else { continue }
      let isOurs = ["cmdline", "environ"].contains { file in
        FileManager.default.contents(atPath: "/proc/\(name)/\(file)")
          .map { String(decoding: $0, as: UTF8.self).contains("\(root)/") } ?? false
      }
      guard isOurs else { continue }
      kill(pid, SIGKILL)
      found = true
    }
    return found
  }
}
