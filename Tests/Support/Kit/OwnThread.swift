import Foundation

/// Runs a long computation on a thread of its own with low priority. Tests that wait for events share few threads, and
/// would otherwise be late for their events.
public func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    let thread = Thread {
      // On Linux this applies to the calling thread only. If it fails, the thread merely keeps its priority.
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
      continuation.resume(returning: body())
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
