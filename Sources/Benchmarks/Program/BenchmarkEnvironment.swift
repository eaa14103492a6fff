import Glibc
import SystemPackage

/// A directory of the benchmark's own, and the programs that were built together.
struct BenchmarkEnvironment {
  let berth: String
  let floor: String
  let shim: String
  let bench: String
  /// Path of the directory. Nothing in it is removed before the end: a filesystem takes a while to reuse what was just
  /// freed, which doubles the time of a launch.
  let directory: String
  let settings: Settings

  /// Sizes of the measurements.
  struct Settings {
    var rounds: Int
    var files: Int
    var jobs: Int
    var manyJobs: Int
    var chain: Int
    var aliveRuns: Int
    /// Number of deployments that wait in measurements of decisions; the longest trace has ten times as many jobs.
    var pending: Int
    /// Number of ends of runs to measure.
    var ends: Int
    /// Path of a trace to measure.
    var trace: String?
    var hasCallgrind: Bool
  }

  init(settings: Settings, berth: String?, parent: String) throws {
    self.settings = settings
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { throw BenchmarkFailure("it is not known where this program is") }
    bench = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let programs = FilePath(bench).removingLastComponent()
    self.berth = berth ?? "\(programs)/berth"
    floor = "\(programs)/berth-bench-floor"
    shim = "\(programs)/berth-shim"
    for program in [self.berth, floor, shim] where access(program, X_OK) != 0 {
      throw BenchmarkFailure("\(program) is not built")
    }
    var template = Array("\(parent)/berth-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw BenchmarkFailure("no directory can be made in \(parent)") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Returns the path of a name in the directory.
  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Makes a directory for a state, and returns the path of its database.
  func state(_ name: String) throws -> String {
    try Inputs.make(path(name))
    return path("\(name)/state.db")
  }

  /// Removes the directory.
  func remove() throws { _ = try Child.run(["/bin/rm", "-rf", directory]) }

  // MARK: Programs

  func diff(_ manifests: String, state: String) -> [String] { [berth, "diff", manifests, "--state", state] }
  func apply(_ manifests: String, state: String, _ more: [String] = []) -> [String] {
    [berth, "apply", manifests, "--state", state, "--yes"] + more
  }

  /// Runs a floor, whose figure is `Cost.reportedWall`.
  func runFloor(_ arguments: [String]) throws -> Cost {
    try Child.run([floor] + arguments, outputPath: path("floor.txt"))
  }

  /// Counts the instructions of a command with its children, without the kernel; in one function if that is given.
  func instructions(_ command: [String], in function: String? = nil) throws -> Double {
    let log = path("callgrind.txt")
    var valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-file=\(log)"]
    if let function { valgrind.append("--toggle-collect=\(function)") }
    try Child.start(valgrind + [try strippedCopy(command[0])] + command.dropFirst()).end()
    for line in try Text.read(log).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let collected = words.firstIndex(of: "Collected"), collected + 2 < words.count else { continue }
      if let count = Double(words[collected + 2]) { return count }
    }
    throw BenchmarkFailure("callgrind did not count `\(command.joined(separator: " "))`")
  }

  /// Returns a copy of a program without debug information, on which some versions of valgrind fail.
  private func strippedCopy(_ program: String) throws -> String {
    let copy = path("stripped-" + (FilePath(program).lastComponent?.string ?? ""))
    if access(copy, F_OK) != 0 { _ = try Child.run(["strip", "--strip-debug", "-o", copy, program]) }
    // Berth looks for its shim in its own directory.
    let name = path("berth-shim")
    guard symlink(shim, name) == 0 || errno == EEXIST else { throw BenchmarkFailure("\(name) can't be made") }
    return copy
  }

  /// Runs bodies in turn, round by round.
  func alternate(rounds: Int? = nil, _ bodies: [(Int) throws -> Double]) throws -> [[Double]] {
    var results = [[Double]](repeating: [], count: bodies.count)
    for round in 0..<(rounds ?? settings.rounds) {
      for (position, body) in bodies.enumerated() { results[position].append(try body(round)) }
    }
    return results
  }
}
