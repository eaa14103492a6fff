import Dispatch
import Glibc

/// Ctrl-C and its relatives: the first cancels, the second ends the program at once.
enum Interruption {
  /// Runs a body in a task that SIGINT and SIGTERM cancel, and SIGHUP too, unless it means to do something again.
  /// - Parameter abandoned: what is to be done before the program ends at once.
  static func interrupting<Result: Sendable>(
    again: (@Sendable () -> Void)? = nil, abandoned: @escaping @Sendable () -> Void = {},
    _ body: sending @escaping () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await body() }
    let signals = [SIGINT, SIGTERM, SIGHUP]
    // Ignoring the signals, as one would elsewhere, discards them here before the sources see them.
    let sources = signals.map { number in
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if number == SIGHUP, let again { return again() }
        if task.isCancelled {
          abandoned()
          _exit(ExitStatus.interrupted.rawValue)
        }
        task.cancel()
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
  }
}
