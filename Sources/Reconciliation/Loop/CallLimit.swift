import EngineInterface
import Synchronization

/// Limit of the time for which calls of engines are waited for.
public struct CallLimit: Sendable {
  /// Longest time of one call.
  let longest: Duration
  /// Longest time of one look at everything that an engine has.
  let longestLook: Duration

  /// Makes a limit.
  public init(longest: Duration = .seconds(30), longestLook: Duration = .seconds(120)) {
    self.longest = longest
    self.longestLook = longestLook
  }

  /// Makes a call, and waits for it for a limited time. A call that comes back later is ignored: each may be repeated.
  ///
  /// - Parameter what: the call, for the error: `launch`.
  /// - Throws: the call's error; `retryable` if it does not come back in time.
  public func call<Answer: Sendable>(
    _ what: String, isLook: Bool = false, _ body: @escaping @Sendable () async throws(EngineError) -> Answer
  ) async throws(EngineError) -> Answer {
    let limit = isLook ? longestLook : longest
    let result = await withCheckedContinuation { continuation in
      let first = FirstAnswer<Answer>(continuation)
      let work = Task {
        do throws(EngineError) {
          first.give(.success(try await body()))
        } catch {
          first.give(.failure(error))
        }
      }
      first.begin(
        Task {
          do { try await Task.sleep(for: limit) } catch { return }
          let why = "\(what) did not come back within \(limit.components.seconds) seconds"
          first.give(.failure(.retryable(why)))
          work.cancel()
        })
    }
    return try result.get()
  }
}

/// The answer to a call, or that there is none in time: what comes first.
private final class FirstAnswer<Answer: Sendable>: Sendable {
  private typealias Outcome = Result<Answer, EngineError>
  private struct State {
    var continuation: CheckedContinuation<Result<Answer, EngineError>, Never>?
    var clock: Task<Void, Never>?
  }
  private let state: Mutex<State>

  init(_ continuation: CheckedContinuation<Result<Answer, EngineError>, Never>) {
    state = Mutex(State(continuation: continuation))
  }

  /// Keeps the clock, which is stopped by the answer.
  func begin(_ clock: Task<Void, Never>) {
    let isLate = state.withLock { state in
      state.clock = clock
      return state.continuation == nil
    }
    if isLate { clock.cancel() }
  }

  func give(_ outcome: Result<Answer, EngineError>) {
    let taken = state.withLock { state in
      defer { state.continuation = nil }
      return (state.continuation, state.clock)
    }
    taken.1?.cancel()
    taken.0?.resume(returning: outcome)
  }
}
