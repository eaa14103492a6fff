import Dispatch
import Glibc
import Synchronization

/// Ctrl-C and its relatives: the first cancels, the second ends the program at once.
enum Interruption {
  /// Signals that come this soon after the first, in seconds, are the same one: timeout(1) and some supervisors signal the
  /// process and then its whole group.
  private static let repetition = 0.3
  /// How long what is to be done before the end may take, in seconds.
  private static let patience = 0.5

  /// Runs a body in a task that SIGINT and SIGTERM cancel, and SIGHUP too, unless it means to do something again.
  /// - Parameter abandoned: what is to be done before the program ends at once, if that takes no more than a moment.
  static func interrupting<Result: Sendable>(
    again: (@Sendable () -> Void)? = nil, abandoned: @escaping @Sendable () -> Void = {},
    _ body: sending @escaping () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await body() }
    let first = Mutex<DispatchTime?>(nil)
    let signals = [SIGINT, SIGTERM, SIGHUP]
    // Ignoring the signals, as one would elsewhere, discards them here before the sources see them.
    let sources = signals.map { number in
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if number == SIGHUP, let again { return again() }
        let now = DispatchTime.now()
        let isFirst = first.withLock { first in
          defer { first = first ?? now }
          return first == nil
        }
        if isFirst { return task.cancel() }
        guard let since = first.withLock({ $0 }), now > since + repetition else { return }
        // Beside: whoever writes what nobody reads (a plan to a pager) may hold what that needs for ever.
        let end: @Sendable () -> Void = { _exit(ExitStatus.interrupted.rawValue) }
        DispatchQueue(label: "berth.abandoned").async {
          abandoned()
          end()
        }
        DispatchQueue(label: "berth.end").asyncAfter(deadline: now + patience) { end() }
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
  }
}
