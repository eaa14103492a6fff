import EngineInterface
import FleetModel
import Synchronization

/// Follows one engine: a whole look, then its changes for as long as it tells them; after silence a whole look again.
struct EngineWatch: Sendable {
  let spec: EngineSpec
  let engine: any Engine
  let mailbox: Mailbox<Message>
  let time: any TimeSource
  /// The fleet's step count, for a look to say as of when it speaks.
  let steps: StepCounter

  /// Between attempts at an engine that does not answer.
  static let pause = TimeSpan.seconds(5)

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
          let snapshot = try await engine.observe()
          mailbox.post(.looked(spec, snapshot, asOf: asOf))
          from = snapshot.cursor
        }
        let changes = try await engine.changes(since: from)
        if !changes.runs.isEmpty { mailbox.post(.changed(spec, changes.runs)) }
        cursor = changes.isIncomplete ? nil : changes.cursor
      } catch {
        cursor = nil
        if Task.isCancelled { return }
        mailbox.post(.silent(spec, error.message))
        do { try await time.sleep(until: time.now() + Self.pause) } catch { return }
      }
    }
  }
}

/// The fleet's step count where those outside the loop can read it.
final class StepCounter: Sendable {
  private let count = Mutex(0)
  /// The number of the last step that was taken.
  var value: Int {
    get { count.withLock { $0 } }
    set { count.withLock { $0 = newValue } }
  }
}
