import Dispatch
import Glibc
import Synchronization

/// Handling of Ctrl-C and similar signals: the first one cancels a task, the second ends the program at once.
enum Interruption {
  /// Seconds after the first signal in which another counts as the same: timeout(1) and some supervisors signal the process and
  /// then its whole group.
  private static let repetition = 0.3
  /// Seconds that `abandoned` may take before the program ends.
  private static let endTimeout = 0.5

  /// Runs a body in a task that SIGINT, SIGTERM and SIGHUP cancel.
  ///
  /// - Parameters:
  ///   - again: is called at SIGHUP, which then cancels nothing.
  ///   - abandoned: is called before the program ends at once, unless it takes too long.
  static func interrupting<Result: Sendable>(
    again: (@Sendable () -> Void)? = nil, abandoned: @escaping @Sendable () -> Void = {},
    _ body: sending @escaping () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await body() }
    let first = Mutex<DispatchTime?>(nil)
    let signals = [SIGINT, SIGTERM, SIGHUP]
    // The signals must not be ignored: on Linux ignored signals never reach the sources.
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
        // On queues of their own, because a thread that writes to a pager nobody reads may hold a lock for ever.
        let end: @Sendable () -> Void = { _exit(ExitStatus.interrupted.rawValue) }
        DispatchQueue(label: "berth.abandoned").async {
          abandoned()
          end()
        }
        DispatchQueue(label: "berth.end").asyncAfter(deadline: now + endTimeout) { end() }
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
  }
}
