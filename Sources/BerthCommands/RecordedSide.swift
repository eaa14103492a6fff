import FleetModel
import Glibc
import Manifests
import PlanModel
import Reconciliation
import Reports
import StateStore

/// The recorded state with what plans against it and applies to it.
struct RecordedSide {
  let store: StateStore
  let path: String

  /// The state for reading; nil: there is none yet.
  init?(_ options: StateOptions) throws {
    path = options.path
    do throws(StateError) {
      store = try StateStore.open(path: path, mode: .readOnly)
    } catch .missing {
      return nil
    } catch .olderSchema {
      // Migrating is what every command that writes does first, and harmless.
      store = try StateStore.open(path: path, mode: .existing)
    }
  }

  /// The state for reading, where there must be one.
  static func required(_ options: StateOptions) throws -> RecordedSide {
    guard let side = try RecordedSide(options) else { throw StateError.missing(path: options.path) }
    return side
  }

  /// The state for writing; made if it is not there.
  init(creating options: StateOptions) throws {
    path = options.path
    store = try StateStore.open(path: path, mode: .create)
  }

  /// A reconciler for one command.
  func reconciler(command: String, observer: (any ReconcilerObserver)? = nil) -> Reconciler {
    Reconciler(
      store: store, holder: Self.holder(command), engines: LocalEngines(state: store.path), secrets: LocalSecrets(),
      time: SystemTime(), observer: observer)
  }

  /// What other sources own.
  func known(beside source: String) async throws -> KnownObjects {
    try await reconciler(command: "berth").knownObjects(beside: source)
  }

  /// Who this process is, for the lock.
  static func holder(_ command: String) -> LockHolder {
    LockHolder(
      who: Surroundings.user, host: Surroundings.host, pid: getpid(), command: command, since: SystemTime().now())
  }
}
