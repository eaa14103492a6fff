import Synchronization

/// Where results of calls, changes on engines and timers meet the one loop that takes them: many post, one receives, and it
/// receives all that is there at once.
final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var messages: [Element] = []
    var receiver: CheckedContinuation<[Element], Never>?
  }
  private let state = Mutex(State())

  /// Never waits.
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

  /// Everything that was posted, once there is anything. For one receiver at a time.
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
