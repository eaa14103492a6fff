import FleetModel
import Glibc
import Manifests
import PlanModel
import Reconciliation
import Reports
import StateStore
import SystemCalls
import SystemPackage

/// The open recorded state of one command.
struct StateSession {
  let store: StateStore
  let path: String
  private let isWritable: Bool
  /// The load of the state that was started in advance, if any.
  private var ahead: LoadingAhead?
  /// Files of the compared source that are skipped as long as they have their stamps.
  private(set) var knownFiles: [String: KnownFile] = [:]

  private init(_ store: StateStore, _ options: StateOptions, isWritable: Bool) {
    self.store = store
    self.isWritable = isWritable
    path = options.path
  }

  /// Opens the state for reading; `nil` if there is none yet.
  init?(_ options: StateOptions) throws {
    do {
      self.init(try StateStore.open(path: options.path, mode: .readOnly), options, isWritable: false)
    } catch StateError.missing { return nil }
  }

  /// Opens the state for a plan that may be carried out; `nil` if there is none yet. A state of an older Berth is migrated. A
  /// state that can't be written is opened for reading, so that the plan is shown before the error.
  init?(applying options: StateOptions) throws {
    // An empty file is a state that nobody has made yet.
    if Surroundings.isEmptyFile(options.path) { return nil }
    do {
      self.init(try StateStore.open(path: options.path, mode: .existing), options, isWritable: true)
    } catch {
      do { try self.init(options) } catch StateError.olderSchema { throw error }
    }
  }

  /// Opens the state for reading.
  ///
  /// - Throws: `StateError.missing` if there is none.
  static func required(_ options: StateOptions) throws -> StateSession {
    guard let session = try StateSession(options) else { throw StateError.missing(path: options.path) }
    return session
  }

  /// Opens the state for writing, and creates it if there is none.
  ///
  /// - Parameter session: an open session of the same state, which is used if it can write.
  /// - Throws: `CommandError.system` if runs can't be supervised on this machine; `StateError`.
  init(creating options: StateOptions, reusing session: StateSession? = nil) throws {
    try LocalEngines.check()
    if let session, session.isWritable {
      self = session
    } else {
      self.init(try StateStore.open(path: options.path, mode: .create), options, isWritable: true)
    }
    try keepOutOfGit()
  }

  /// Creates a `.gitignore` beside a state in `.berth`, once. Such a state usually lies in the repository of the manifests, and
  /// holds secrets that must not be committed.
  private func keepOutOfGit() throws {
    let directory = FilePath(store.path).removingLastComponent()
    guard directory.lastComponent == ".berth" else { return }
    let file = directory.appending(".gitignore").string
    do throws(SystemFailure) {
      try OpenedFile(
        file, .writeOnly, options: [.create, .exclusiveCreate], permissions: FilePermissions(rawValue: 0o644)
      ).writeAll(Array("*\n".utf8))
    } catch {
      if error.code == .fileExists { return }
      throw error.call == "write"
        ? CommandError.system("can't write \(file)", hint: "check that there is room on the disk")
        : .system("can't make \(file): \(error.reason)", hint: "check the rights to its directory")
    }
  }

  /// Returns this session with the load of the state started, and with the known files of a source.
  func loadingAhead(comparing source: String) throws -> StateSession {
    var session = self
    session.knownFiles = try store.knownFiles(ofSource: source)
    session.ahead = LoadingAhead(store)
    return session
  }

  /// Returns a reconciler for one command.
  func reconciler(command: String, observer: (any ReconcilerObserver)? = nil) -> Reconciler {
    Reconciler(
      store: store, holder: Self.holder(command), engines: LocalEngines(state: store.path), secrets: LocalSecrets(),
      time: SystemTime(), observer: observer, ahead: ahead)
  }

  /// Returns the objects of other sources, and those of the source itself if only a part of it is read.
  func known(beside source: String, includingOwn: Bool) async throws -> KnownObjects {
    try await reconciler(command: "berth").knownObjects(beside: source, includingOwn: includingOwn)
  }

  /// Returns this process as a holder of the lock.
  static func holder(_ command: String) -> LockHolder {
    LockHolder(
      who: Surroundings.user, host: Surroundings.host, pid: getpid(), command: command, since: SystemTime().now())
  }
}
