import Foundation

/// Runs a body that only computes, and for long, on a thread of its own, behind all others: the tests beside it that wait for
/// events have few threads in common, and would else be late for what they wait for.
public func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    let thread = Thread {
      // On Linux this is of the thread that calls it; without effect it is merely less kind.
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
      continuation.resume(returning: body())
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
