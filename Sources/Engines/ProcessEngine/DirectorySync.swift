import Dispatch
import Glibc
import Synchronization
import SystemCalls

/// Syncs the entries of a directory to the disk, with one sync for all callers at about the same time.
final class DirectorySync: Sendable {
  private struct State {
    var waiters: [CheckedContinuation<SystemFailure?, Never>] = []
    var isRunning = false
  }

  private let path: String
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "berth.directory-sync")

  init(path: String) { self.path = path }

  /// Returns when all entries made before the call are on the disk.
  func sync() async throws(SystemFailure) {
    let failure = await withCheckedContinuation { continuation in
      let begins = state.withLock { state in
        state.waiters.append(continuation)
        defer { state.isRunning = true }
        return !state.isRunning
      }
      if begins { queue.async { self.run() } }
    }
    if let failure { throw failure }
  }

  private func run() {
    while true {
      let waiters = state.withLock { state in
        defer { state.waiters = [] }
        if state.waiters.isEmpty { state.isRunning = false }
        return state.waiters
      }
      if waiters.isEmpty { return }
      let failure = syncOnce()
      for waiter in waiters { waiter.resume(returning: failure) }
    }
  }

  private func syncOnce() -> SystemFailure? {
    do throws(SystemFailure) {
      let directory = try OpenedFile(path, .readOnly, options: .directory)
      try SystemCall.check("fsync", path) { fsync(directory.descriptor.rawValue) }
      return nil
    } catch {
      return error
    }
  }
}
