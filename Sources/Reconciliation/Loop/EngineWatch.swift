import EngineInterface
import FleetModel
import Synchronization

/// Follows one engine: looks at everything, then waits for changes as long as the engine reports them. After an error it looks
/// at everything again.
struct EngineWatch: Sendable {
  let spec: EngineSpec
  let engine: any Engine
  let mailbox: Mailbox<Message>
  let time: any TimeSource
  /// The fleet's step count, which dates a look.
  let steps: StepCounter
  let limit: CallLimit

  /// Seconds between attempts at an engine that does not answer.
  static let retryDelay = TimeSpan.seconds(5)

  /// Runs until its task is cancelled. With a cursor it begins with the changes since then.
  func run(from cursor: ObservationCursor?) async {
    var cursor = cursor
    while !Task.isCancelled {
      do throws(EngineError) {
        let from: ObservationCursor
        if let cursor {
          from = cursor
        } else {
          let asOf = steps.value
          let engine = engine
          let snapshot = try await limit.call("a look", isLook: true) { () throws(EngineError) in
            try await engine.observe()
          }
          mailbox.post(.looked(spec, snapshot, asOf: asOf))
          from = snapshot.cursor
        }
        let changes = try await engine.changes(since: from)
        if !changes.runs.isEmpty { mailbox.post(.changed(spec, changes.runs)) }
        cursor = changes.isIncomplete ? nil : changes.cursor
      } catch {
        cursor = nil
        if Task.isCancelled { return }
        mailbox.post(.silent(spec, error.message, isRetried: true))
        do { try await time.sleep(until: time.now() + Self.retryDelay) } catch { return }
      }
    }
  }
}

/// The fleet's step count, readable from outside the loop.
final class StepCounter: Sendable {
  private let count = Mutex(0)
  /// Number of the last step.
  var value: Int {
    get { count.withLock { $0 } }
    set { count.withLock { $0 = newValue } }
  }
}
