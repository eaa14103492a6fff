import Glibc

/// Standard streams of a program that is to be started.
public enum SpawnStreams {
  /// Calls a function with the file actions of a program that reads nothing and whose errors nobody reads.
  ///
  /// - Parameter output: the descriptor that becomes its standard output.
  public static func withQuiet<Result>(
    output: Int32, _ body: (UnsafePointer<posix_spawn_file_actions_t>) -> Result
  ) -> Result {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    return body(&actions)
  }
}
