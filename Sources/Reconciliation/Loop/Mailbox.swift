import Synchronization

/// A queue of messages with many senders and one receiver, which receives all queued messages at once. Carries results of
/// calls, changes on engines and timers to the loop.
final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var messages: [Element] = []
    var receiver: CheckedContinuation<[Element], Never>?
  }
  private let state = Mutex(State())

  /// Queues a message. Never blocks.
  func post(_ message: Element) {
    let wake = state.withLock { state -> (CheckedContinuation<[Element], Never>, [Element])? in
      state.messages.append(message)
      guard let receiver = state.receiver else { return nil }
      let messages = state.messages
      state.messages = []
      state.receiver = nil
      return (receiver, messages)
    }
    if let (receiver, messages) = wake { receiver.resume(returning: messages) }
  }

  /// Returns all queued messages, waiting for the first if there is none. Only one receiver may wait at a time.
  func receive() async -> [Element] {
    await withCheckedContinuation { continuation in
      let messages = state.withLock { state -> [Element] in
        if state.messages.isEmpty {
          state.receiver = continuation
          return []
        }
        let messages = state.messages
        state.messages = []
        return messages
      }
      if !messages.isEmpty { continuation.resume(returning: messages) }
    }
  }
}
