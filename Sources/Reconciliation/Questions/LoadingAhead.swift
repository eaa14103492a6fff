import Dispatch
import FleetCore
import StateStore
import Synchronization

/// A recorded state that is loaded while whoever will need it does something else: reads the manifests.
public final class LoadingAhead: Sendable {
  private let loaded = Mutex<Result<Fleet, any Error>?>(nil)
  private let isDone = DispatchGroup()

  /// Begins to load what is recorded. The store may be used meanwhile; it serves one at a time.
  public init(_ store: StateStore) {
    // A queue of its own has a thread of its own: whoever waits for it can't keep it from running.
    DispatchQueue(label: "berth.loading-ahead").async(group: isDone) { [self] in
      let result = Result { Fleet(try store.load()) }
      loaded.withLock { $0 = result }
    }
  }

  /// Waits for it; nil: somebody has taken it already.
  func take() throws -> Fleet? {
    isDone.wait()
    return try loaded.withLock { $0.take() }?.get()
  }
}
