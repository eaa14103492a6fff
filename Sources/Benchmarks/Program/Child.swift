import Glibc
import SystemPackage

/// Cost of a process from its start to its end.
struct Cost {
  /// Wall-clock time in seconds.
  var wall: Double
  /// Processor time in seconds, user and system, including processes that it waited for.
  var processor: Double
  /// Peak resident memory in bytes.
  var peakBytes: Double
  /// The beginning of its output.
  var output: String

  /// Wall-clock time in seconds that the process reports itself: the first word of its output.
  var reportedWall: Double { number(0) ?? wall }
  /// Processor time in seconds that the process reports itself.
  var reportedProcessor: Double { number(2) ?? processor }

  private func number(_ word: Int) -> Double? {
    let words = output.split(separator: " ")
    return word < words.count ? Double(words[word]) : nil
  }
}

/// A process that was started and has not been waited for.
struct Child {
  let pid: pid_t
  let begin: ContinuousClock.Instant
  private let command: [String]
  private let outputPath: String?
  /// Path of every child's standard error, for the last words of one that fails.
  private static let errorsPath = "/tmp/berth-bench-\(getpid()).errors"

  /// Removes the file of the children's standard error.
  static func removeErrors() { unlink(errorsPath) }

  /// Starts a command with an empty standard input.
  ///
  /// - Parameters:
  ///   - outputPath: the file for its output; `nil`: none.
  ///   - outputDescriptor: a descriptor for its output instead.
  static func start(_ command: [String], outputPath: String? = nil, outputDescriptor: Int32? = nil) throws -> Child {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let outputDescriptor {
      posix_spawn_file_actions_adddup2(&actions, outputDescriptor, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, outputPath ?? "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 2, errorsPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var arguments = command.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let begin = ContinuousClock.now
    let code = posix_spawnp(&pid, command[0], &actions, nil, arguments, environ)
    guard code == 0 else { throw BenchmarkFailure("\(command[0]): \(Errno(rawValue: code))") }
    return Child(pid: pid, begin: begin, command: command, outputPath: outputPath)
  }

  /// Waits for the end of the process.
  /// - Throws: an error if it ends with anything but 0, unless that is allowed.
  @discardableResult
  func end(allowingFailure: Bool = false) throws -> Cost {
    var (status, usage): (Int32, rusage) = (0, rusage())
    while wait4(pid, &status, 0, &usage) == -1 {
      guard errno == EINTR else { throw BenchmarkFailure("\(command[0]) can't be waited for") }
    }
    let wall = begin.duration(to: .now) / .seconds(1)
    if status != 0, !allowingFailure {
      let words = try Text.read(Self.errorsPath).split(separator: "\n").suffix(5).joined(separator: "\n")
      throw BenchmarkFailure(
        "`\(command.joined(separator: " "))` ended with \(status >> 8), signal \(status & 127)\n\(words)")
    }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Cost(
      wall: wall, processor: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakBytes: Double(usage.ru_maxrss) * 1024, output: try outputPath.map { try Text.read($0, limit: 64 << 10) } ?? ""
    )
  }

  /// Runs a command to its end.
  static func run(_ command: [String], outputPath: String? = nil) throws -> Cost {
    try start(command, outputPath: outputPath).end()
  }
}

/// Reads and writes text files.
enum Text {
  static func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw BenchmarkFailure("\(path) can't be written") }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard fclose(file) == 0, isWritten else { throw BenchmarkFailure("\(path) can't be written") }
  }

  static func read(_ path: String, limit: Int = 1 << 20) throws -> String {
    guard let file = fopen(path, "r") else { throw BenchmarkFailure("\(path) can't be read") }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { $1 = fread($0.baseAddress, 1, limit, file) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
