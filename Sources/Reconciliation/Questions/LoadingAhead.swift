import Dispatch
import FleetCore
import StateStore
import Synchronization

/// A load of the recorded state that runs in the background while the manifests are read.
public final class LoadingAhead: Sendable {
  private let loaded = Mutex<Result<Fleet, any Error>?>(nil)
  private let isDone = DispatchGroup()

  /// Starts to load the recorded state. The store may be used meanwhile, by one caller at a time.
  public init(_ store: StateStore) {
    // The queue has a thread of its own, so that a caller who blocks until the end can't keep it from running.
    DispatchQueue(label: "berth.loading-ahead").async(group: isDone) { [self] in
      let result = Result { Fleet(try store.load()) }
      loaded.withLock { $0 = result }
    }
  }

  /// Waits for the end of the load, and hands the fleet over; `nil` at every call but the first.
  ///
  /// - Throws: the error of the load.
  func handOver() throws -> Fleet? {
    isDone.wait()
    return try loaded.withLock { $0.take() }?.get()
  }
}
