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
  private let place: StatePlace
  private let isWritable: Bool
  /// The load of the state that was started in advance, if any.
  private var ahead: LoadingAhead?
  /// Files of the compared source that are skipped as long as they have their stamps.
  private(set) var knownFiles: [String: KnownFile] = [:]

  private init(_ place: StatePlace, _ mode: OpenMode) throws {
    StateNotes.tell(of: place)
    store = try StateStore.open(path: place.path, mode: mode, epoch: Self.epoch())
    isWritable = mode != .readOnly
    self.place = place
    if let last = try store.lastEventTime() { SystemTime().advance(to: last) }
  }

  /// Opens the state for reading; `nil` if there is none yet.
  init?(_ options: StateOptions) throws {
    do { try self.init(try options.place(), .readOnly) } catch StateError.missing { return nil }
  }

  /// Opens the state for a plan that may be carried out; `nil` if there is none yet. A state of an older Berth is migrated. A
  /// state that can't be written is opened for reading, so that the plan is shown before the error.
  init?(applying options: StateOptions) throws {
    let place = try options.place()
    // An empty file is a state that nobody has made yet.
    if Surroundings.isEmptyFile(place.path) { return nil }
    do { try self.init(place, .existing) } catch {
      do { try self.init(options) } catch StateError.olderSchema { throw error }
    }
  }

  /// Opens the state for reading.
  ///
  /// - Throws: `StateError.missing` if there is none.
  static func required(_ options: StateOptions) throws -> StateSession {
    guard let session = try StateSession(options) else { throw StateError.missing(path: try options.place().path) }
    return session
  }

  /// Opens the state for writing, and creates it if there is none, which is told.
  ///
  /// - Parameter session: an open session of the same state, which is used if it can write.
  /// - Throws: `CommandError.system` if runs can't be supervised on this machine; `StateError`.
  init(creating options: StateOptions, reusing session: StateSession? = nil) throws {
    try LocalEngines.check()
    var isNew = false
    if let session, session.isWritable {
      self = session
    } else {
      let place = try options.place()
      isNew = !Surroundings.exists(place.path) || Surroundings.isEmptyFile(place.path)
      try self.init(place, .create)
      if isNew { StateNotes.tellOfNew(place) }
    }
    if place.rule == .local(isHere: true) { try LocalPlace.settle(beside: store.path, isNew: isNew) }
    try keepOutOfGit()
  }

  /// Creates a `.gitignore` beside a state in `.berth`, once. Such a state usually lies in the repository of the manifests, and
  /// holds secrets that must not be committed.
  private func keepOutOfGit() throws {
    let directory = FilePath(store.path).removingLastComponent()
    if directory.lastComponent?.string == StatePlace.localDirectory { try LocalPlace.keepOutOfGit(directory.string) }
  }

  /// Returns this session with the load of the state started, and with the known files of a source.
  func loadingAhead(comparing source: String) throws -> StateSession {
    var session = self
    session.knownFiles = try store.knownFiles(ofSource: source)
    session.ahead = LoadingAhead(store)
    return session
  }

  /// Returns a reconciler for one command, which can only ask questions unless it is told otherwise.
  func reconciler(
    command: String, _ access: LocalEngines.Access = .reading, observer: (any ReconcilerObserver)? = nil
  ) throws -> Reconciler {
    Reconciler(
      store: store, holder: Self.holder(command), engines: try LocalEngines(store, access), secrets: LocalSecrets(),
      time: SystemTime(), observer: observer, ahead: ahead)
  }

  /// Returns the objects of other sources, and those of the source itself if only a part of it is read.
  ///
  /// - Parameter binding: the directory that the source is read from; `nil`: files or standard input.
  func known(beside source: SourceChoice, at binding: String?, includingOwn: Bool) async throws -> KnownObjects {
    try await reconciler(command: "berth").knownObjects(
      beside: source.name, isDerived: source.isDerived, binding: binding, includingOwn: includingOwn)
  }

  /// Returns an epoch that no other process has, so that names of runs never repeat, also after a backup was restored.
  fileprivate static func epoch() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

  /// Returns this process as a holder of the lock.
  static func holder(_ command: String) -> LockHolder {
    LockHolder(
      who: Surroundings.user, host: Surroundings.host, pid: getpid(), command: command, since: SystemTime().now())
  }
}
