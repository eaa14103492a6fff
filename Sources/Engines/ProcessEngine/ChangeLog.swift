import EngineInterface
import FleetModel
import Synchronization

/// Which runs changed, in order, and who waits for it. A cursor is a place in it.
final class ChangeLog: Sendable {
  private struct State {
    var sequence = 0
    /// The last change of each run.
    var latest: [RunName: Int] = [:]
    /// Changes up to here may have been lost.
    var lostUntil = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  /// What `next` found.
  struct Batch {
    var names: [RunName]
    var cursor: ObservationCursor
    var isIncomplete: Bool
  }

  /// Tells this log's cursors from those of another engine, or of another life of this one.
  private let epoch: String
  private let state = Mutex(State())

  /// Makes an empty log.
  init() { epoch = String(UInt64.random(in: .min ... .max), radix: 16) }

  /// The place after all that is known now.
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

  /// Waits for changes after the cursor; returns none when the task is cancelled.
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
        // A run that was removed since then left no name.
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
          // A change or a cancellation that came before the continuation was there must not be slept through.
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
