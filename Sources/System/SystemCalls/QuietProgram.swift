import CLinux
import Glibc
import SystemPackage

/// Programs that read nothing and whose errors nobody reads.
public enum QuietProgram {
  /// Starts a program, in which no signal is blocked, whatever the calling thread blocks.
  ///
  /// - Parameters:
  ///   - program: a path, or a name that is looked up in the `PATH` of this process.
  ///   - arguments: those after the program's own name.
  ///   - environment: variables as `NAME=VALUE`.
  /// - Returns: the process, for which the caller has to wait, and the read end of a pipe from its standard output, which the
  ///   caller has to close.
  public static func start(
    _ program: String, _ arguments: [String], environment: [String]
  ) throws(SystemFailure) -> (pid: pid_t, output: Int32) {
    var ends: [Int32] = [-1, -1]
    // Closed on execution from the start, because another thread may start a program at any moment.
    try SystemCall.check("pipe2") { pipe2(&ends, O_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let texts = ([program] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for text in texts + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, &actions, &attributes, texts, variables)
    if code != 0 {
      close(ends[0])
      throw SystemFailure("start", program, Errno(rawValue: code))
    }
    return (pid, ends[0])
  }
}
