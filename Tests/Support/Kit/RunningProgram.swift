import Foundation
import Glibc

/// A program that a test has started, with its output in files. It stays the test's own child until it is waited for, so
/// that its pid can not belong to another process when it is signaled.
public final class RunningProgram {
  /// The process.
  public let pid: pid_t
  private let outputPath: String
  private let errorPath: String
  private var end: Ending?

  /// The way a program ended.
  public enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
  }

  /// The end of a program with all its output.
  public struct Result: Sendable {
    public var ending: Ending
    public var output: String
    public var error: String

    /// The exit code; `nil` if a signal ended the program.
    public var status: Int32? { if case .exited(let status) = ending { status } else { nil } }
  }

  /// Starts a program.
  /// - Parameters:
  ///   - files: path prefix of the files that take its output.
  ///   - input: file for its standard input.
  ///   - environment: its variables; `nil`: those of this process, with a state beside `files`.
  public init(
    _ program: String, _ arguments: [String], files: String, input: String = "/dev/null",
    environment: [String: String]? = nil
  ) throws {
    outputPath = "\(files).out"
    errorPath = "\(files).err"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errorPath, flags, 0o600)
    let pointers = ([program] + arguments).map { strdup($0) } + [nil]
    let variables = (environment ?? Self.environment(beside: files)).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in pointers + variables { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, nil, pointers, variables)
    guard code == 0 else { throw FailedCall("start \(program)", code: code) }
    self.pid = pid
  }

  /// The variables of this process, with a state of its own for programs whose output is in files with a prefix: no test may
  /// find the state of the user who runs it, nor leave one there.
  public static func environment(beside files: String) -> [String: String] {
    let directory = URL(filePath: files).deletingLastPathComponent().path
    return ProcessInfo.processInfo.environment.merging([
      "BERTH_STATE": "\(directory)/state-home/state.db", "XDG_STATE_HOME": "\(directory)/state-home",
    ]) { $1 }
  }

  deinit {
    if end == nil {
      signal(SIGKILL)
      _ = try? wait()
    }
  }

  /// Sends a signal, unless the program has been waited for already.
  public func signal(_ number: Int32) {
    if end == nil { kill(pid, number) }
  }

  /// Waits for the end. A program that hangs is aborted after some minutes, so that the test fails by the signal instead of
  /// hanging.
  public func wait() throws -> Result {
    var looks = 0
    while isAlive {
      usleep(2000)
      looks += 1
      if looks == 90_000 { signal(SIGABRT) }
    }
    return Result(ending: end ?? .exited(-1), output: try output, error: try errors)
  }

  /// Stops the process with SIGSTOP, and returns when it has stopped; false if it has ended instead.
  public func pause() throws -> Bool {
    signal(SIGSTOP)
    var status: Int32 = 0
    while waitpid(pid, &status, WUNTRACED) == -1 {
      guard errno == EINTR else { throw FailedCall("waitpid") }
    }
    if status & 0xff == 0x7f { return true }
    end = Self.ending(status)
    return false
  }

  /// The standard output so far.
  public var output: String { get throws { try String(contentsOfFile: outputPath, encoding: .utf8) } }

  /// The standard error so far.
  public var errors: String { get throws { try String(contentsOfFile: errorPath, encoding: .utf8) } }

  /// True if the program has not ended. Does not wait.
  public var isAlive: Bool {
    if end != nil { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return true }
    end = Self.ending(status)
    return false
  }

  private static func ending(_ status: Int32) -> Ending {
    status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
  }
}
