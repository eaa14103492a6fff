import Foundation
import Glibc

/// A program that a test has started: known by its pid, with what it prints in files. It is the test's own child until
/// it is waited for, so that its pid can't be somebody else's when it is signalled.
final class RunningProgram {
  let pid: pid_t
  private let outputPath: String
  private let errorPath: String
  private var end: Ending?

  /// How a program ended.
  enum Ending: Equatable {
    case exited(Int32)
    case signaled(Int32)
  }

  /// What is left of a program that has ended.
  struct Result {
    var ending: Ending
    var output: String
    var error: String

    /// The exit code; nil: a signal ended it.
    var status: Int32? { if case .exited(let status) = ending { status } else { nil } }
  }

  /// Starts a program with the test's own environment and a file as its standard input: nothing unless said otherwise.
  init(_ program: String, _ arguments: [String], files: String, input: String = "/dev/null") throws {
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
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, nil, pointers, environ)
    guard code == 0 else { throw SystemFailure(call: "start \(program)", code: code) }
    self.pid = pid
  }

  deinit {
    if end == nil {
      signal(SIGKILL)
      _ = try? wait()
    }
  }

  /// Sends a signal, unless it has been waited for already.
  func signal(_ number: Int32) {
    if end == nil { kill(pid, number) }
  }

  /// Waits until it has ended. One that never does is killed after some minutes, as a last resort: then the test fails
  /// by the signal instead of hanging.
  func wait() throws -> Result {
    var looks = 0
    while isAlive {
      usleep(2000)
      looks += 1
      if looks == 90_000 { signal(SIGABRT) }
    }
    return Result(
      ending: end ?? .exited(-1), output: try String(contentsOfFile: outputPath, encoding: .utf8),
      error: try String(contentsOfFile: errorPath, encoding: .utf8))
  }

  /// Stops it where it is, and returns when it has stopped; false: it has ended instead.
  func pause() throws -> Bool {
    signal(SIGSTOP)
    var status: Int32 = 0
    while waitpid(pid, &status, WUNTRACED) == -1 {
      guard errno == EINTR else { throw SystemFailure(call: "waitpid", code: errno) }
    }
    if status & 0xff == 0x7f { return true }
    end = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
    return false
  }

  /// What it has printed so far to standard output.
  var output: String { get throws { try String(contentsOfFile: outputPath, encoding: .utf8) } }

  /// What it has printed so far to standard error.
  var errors: String { get throws { try String(contentsOfFile: errorPath, encoding: .utf8) } }

  /// Whether it has not ended. Does not wait.
  var isAlive: Bool {
    if end != nil { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return true }
    end = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
    return false
  }
}

/// A system call that failed in a test.
struct SystemFailure: Error, CustomStringConvertible {
  var call: String
  var code: Int32
  var description: String { "\(call): \(String(cString: strerror(code)))" }
}
