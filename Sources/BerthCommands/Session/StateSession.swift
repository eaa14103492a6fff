import FleetModel
import Glibc
import Manifests
import PlanModel
import Reconciliation
import Reports
import StateStore

/// The recorded state with what plans against it and applies to it.
struct StateSession {
  let store: StateStore
  let path: String
  /// What is being loaded already.
  private var ahead: LoadingAhead?
  /// Files of the source that is compared which need not be read as long as they have their stamps.
  private(set) var knownFiles: [String: KnownFile] = [:]

  /// The state for reading; nil: there is none yet.
  ///
  /// - Parameter migrates: the command will write, so that a state of an older Berth is brought up to date first; else it is
  ///   an error.
  init?(_ options: StateOptions, migrates: Bool = false) throws {
    guard let store = try Self.open(options.path, migrates: migrates) else { return nil }
    self.store = store
    path = options.path
  }

  private static func open(_ path: String, migrates: Bool) throws -> StateStore? {
    do {
      return try StateStore.open(path: path, mode: .readOnly)
    } catch StateError.missing {
      return nil
    } catch StateError.olderSchema where migrates {
      return try StateStore.open(path: path, mode: .existing)
    }
  }

  /// The state for reading, where there must be one.
  static func required(_ options: StateOptions) throws -> StateSession {
    guard let side = try StateSession(options) else { throw StateError.missing(path: options.path) }
    return side
  }

  /// The state for writing; made if it is not there.
  init(creating options: StateOptions) throws {
    try LocalEngines.check()
    path = options.path
    store = try StateStore.open(path: path, mode: .create)
    try keepOutOfGit()
  }

  /// A state in `.berth` lies in somebody's repository, most often the one of the manifests. It holds what
  /// must not be committed: the file that says so is made with it, and never changed.
  private func keepOutOfGit() throws {
    guard let cut = store.path.lastIndex(of: "/"), store.path[..<cut].hasSuffix("/.berth") else { return }
    let file = store.path[..<cut] + "/.gitignore"
    let descriptor = Glibc.open(String(file), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 {
      if errno == EEXIST { return }
      throw CommandError.system(
        "can't make \(file): \(String(cString: strerror(errno)))", hint: "check the rights to its directory")
    }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, "*\n", 2) == 2 else {
      throw CommandError.system("can't write \(file)", hint: "check that there is room on the disk")
    }
  }

  /// The same, with the first reconciler's loading begun, and with what is known of the files of a source.
  func loadingAhead(comparing source: String) throws -> StateSession {
    var side = self
    side.knownFiles = try store.knownFiles(ofSource: source)
    side.ahead = LoadingAhead(store)
    return side
  }

  /// A reconciler for one command.
  func reconciler(command: String, observer: (any ReconcilerObserver)? = nil) -> Reconciler {
    Reconciler(
      store: store, holder: Self.holder(command), engines: LocalEngines(state: store.path), secrets: LocalSecrets(),
      time: SystemTime(), observer: observer, ahead: ahead)
  }

  /// What other sources own, and what the source itself owns where only a part of it is read.
  func known(beside source: String, includingOwn: Bool) async throws -> KnownObjects {
    try await reconciler(command: "berth").knownObjects(beside: source, includingOwn: includingOwn)
  }

  /// Who this process is, for the lock.
  static func holder(_ command: String) -> LockHolder {
    LockHolder(
      who: Surroundings.user, host: Surroundings.host, pid: getpid(), command: command, since: SystemTime().now())
  }
}
