import EngineInterface
import FleetModel
import Synchronization

/// Order in which runs have changed, and the tasks that wait for changes. A cursor is a position in it.
final class ChangeLog: Sendable {
  private struct State {
    var sequence = 0
    /// Sequence number of each run's last change.
    var latest: [RunName: Int] = [:]
    /// Sequence number up to which changes may have been lost.
    var lostUntil = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  /// Result of `next`.
  struct Batch {
    var names: [RunName]
    var cursor: ObservationCursor
    var isIncomplete: Bool
  }

  /// Distinguishes this log's cursors from those of another engine, or of an earlier process.
  private let epoch: String
  private let state = Mutex(State())

  /// Makes an empty log.
  init() { epoch = String(UInt64.random(in: .min ... .max), radix: 16) }

  /// The cursor after all changes known now.
  var cursor: ObservationCursor { cursor(at: state.withLock { $0.sequence }) }

  /// Records that a run changed.
  func record(_ name: RunName) {
    wake { state in
      state.sequence += 1
      state.latest[name] = state.sequence
    }
  }

  /// Records that changes were lost.
  func recordLoss() {
    wake { state in
      state.sequence += 1
      state.lostUntil = state.sequence
    }
  }

  /// Forgets a run that was removed.
  func forget(_ name: RunName) { state.withLock { _ = $0.latest.removeValue(forKey: name) } }

  /// Waits for changes after the cursor; returns none if the task is cancelled.
  func next(after cursor: ObservationCursor) async -> Batch {
    let parts = cursor.text.split(separator: "/")
    guard parts.count == 2, parts[0] == epoch, let since = Int(parts[1]) else {
      return Batch(names: [], cursor: self.cursor, isIncomplete: true)
    }
    while true {
      let batch = state.withLock { state -> Batch? in
        guard state.sequence > since else { return nil }
        let names = state.latest.filter { $0.value > since }.keys.sorted()
        let isIncomplete = state.lostUntil > since
        // A run that has been removed since then left no name.
        guard !names.isEmpty || isIncomplete else { return nil }
        return Batch(names: names, cursor: self.cursor(at: state.sequence), isIncomplete: isIncomplete)
      }
      if let batch { return batch }
      if Task.isCancelled { return Batch(names: [], cursor: cursor, isIncomplete: false) }
      await wait(after: state.withLock { $0.sequence }, since: since)
    }
  }

  private func cursor(at sequence: Int) -> ObservationCursor { ObservationCursor(text: "\(epoch)/\(sequence)") }

  private func wake(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume() }
  }

  private func wait(after sequence: Int, since: Int) async {
    let key = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          // A change or a cancellation before the continuation was stored must not be missed.
          if state.sequence > sequence || Task.isCancelled { return true }
          state.waiters[key] = continuation
          return false
        }
        if isLate { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: key) }?.resume()
    }
  }
}
