import Dispatch
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// Reports changes in the directories that a walk has gone through, once they have been quiet for a moment.
///
/// Each walk passes every directory that it opens to `watch`, also those through which links lead, and directories that a walk
/// does not pass any more are let go (`beginWalk`, `endWalk`). A directory is watched before the walk lists it, so that nothing
/// created in it is missed.
public final class DirectoryNotifier: Sendable {
  private struct State {
    /// Watches of the current walk, and those of the walk before until this one ends.
    var watched: Set<Int32> = []
    var former: Set<Int32> = []
    /// Watches of directories in the tree. Those of the walk before count until the current one ends.
    var inTree: Set<Int32> = []
    /// Names that matter in directories on the way to a tree; no other names matter there.
    var ways: [Int32: Set<[UInt8]>] = [:]
    /// Whether the last walk followed links, so that any name may matter.
    var followsLinks = false
    /// Whether files that are no manifests matter too.
    var tellsOfAllFiles = false
    /// The limit for which the system refused a watch; `nil` if it refused none.
    var refusedBy: SystemLimit?
    var pending = PendingChanges()
    /// Time of the next check whether all is quiet, in nanoseconds since the system started; `nil` if none is due.
    var timerAt: UInt64?
  }

  /// The inotify instance; -1 if the system gave none.
  private let descriptor: Int32
  /// The limit for which the system gave none.
  private let lackOfInstance: SystemLimit?
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "berth.directory-notifier")
  // Dispatch's objects may be used from any thread; this one is set once, and cancelled once.
  private nonisolated(unsafe) let source: (any DispatchSourceRead)?
  private let changed: @Sendable (_ isQuiet: Bool) -> Void

  /// Creates a notifier without directories.
  ///
  /// - Parameter changed: is called on a queue of its own, with whether all has been quiet for so long that no more changes are
  ///   about to come.
  public init(changed: @escaping @Sendable (_ isQuiet: Bool) -> Void) {
    let instance: Int32
    do throws(SystemFailure) {
      instance = try SystemCall.check("inotify_init1") { inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) }
      lackOfInstance = nil
    } catch {
      instance = -1
      lackOfInstance = SystemLimit(behind: error)
    }
    descriptor = instance
    self.changed = changed
    source = descriptor < 0 ? nil : DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source?.setCancelHandler { [descriptor] in close(descriptor) }
    source?.setEventHandler { [weak self] in self?.drain() }
    source?.activate()
  }

  deinit { source?.cancel() }

  /// The limit of the system that is too low to watch every directory, so that changes are found only by looking; `nil` if all
  /// are watched.
  public var refusedBy: SystemLimit? { lackOfInstance ?? state.withLock { $0.refusedBy } }

  /// Sets whether files that are no manifests matter as well, because secrets are read from files.
  public func setTellsOfAllFiles(_ value: Bool) { state.withLock { $0.tellsOfAllFiles = value } }

  // MARK: Walks

  func beginWalk() {
    state.withLock { state in
      state.former = state.watched.union(state.ways.keys)
      state.inTree = state.watched
      state.watched = []
      state.ways = [:]
      state.followsLinks = false
      state.refusedBy = nil
    }
  }

  /// Watches a directory that a walk has opened and not listed yet.
  ///
  /// - Parameter followingLinks: whether the walk has met a link, so that any name may matter.
  func watch(_ directory: OpenDirectory, followingLinks: Bool) {
    // The descriptor names the directory that is listed, even if it is renamed meanwhile.
    if descriptor < 0 { return }
    let watch = Result { () throws(SystemFailure) in try add("/proc/self/fd/\(directory.descriptor)", IN_MODIFY) }
    state.withLock { state in
      if followingLinks { state.followsLinks = true }
      switch watch {
      case .success(let watch):
        state.watched.insert(watch)
        state.inTree.insert(watch)
      case .failure(let failure): state.refusedBy = SystemLimit(behind: failure)
      }
    }
  }

  /// Watches the names that decide where a path leads.
  func watchWay(to path: String) {
    if descriptor < 0 { return }
    for (name, directory) in PathWay(path) {
      do throws(SystemFailure) {
        // The directory may belong to the tree as well.
        let watch = try add(directory, IN_MASK_ADD)
        state.withLock { _ = $0.ways[watch, default: []].insert(Array(name.utf8)) }
      } catch {
        // Changes in a directory that can't be watched are found by the look at everything.
        continue
      }
    }
  }

  func endWalk() {
    let gone = state.withLock { state in
      let gone = state.former.subtracting(state.watched).subtracting(state.ways.keys)
      state.former = []
      state.inTree = state.watched
      for watch in gone { state.pending.forgetWriting(in: watch) }
      return gone
    }
    for watch in gone { inotify_rm_watch(descriptor, watch) }
  }

  private func add(_ path: String, _ more: Int32) throws(SystemFailure) -> Int32 {
    let mask =
      more | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
      | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    return try SystemCall.check("inotify_add_watch", path) { inotify_add_watch(descriptor, path, UInt32(mask)) }
  }

  // MARK: Completeness

  /// Whether somebody is writing one of the manifests, so that a look may have read half of it. A change is reported when that
  /// is over, or has taken too long.
  public var isBeingWritten: Bool {
    // Events up to now must be known first.
    queue.sync { drain() }
    return state.withLock { $0.pending.isBeingWritten(at: DispatchTime.now().uptimeNanoseconds) }
  }

  /// Reports a change once more, when all is quiet and complete.
  public func tellWhenQuiet() {
    state.withLock { $0.pending.noteAny(at: DispatchTime.now().uptimeNanoseconds) }
    scheduleCheck()
  }

  // MARK: Events

  private func drain() {
    if descriptor < 0 { return }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { return }
      note(buffer[..<count].withUnsafeBytes(InotifyEvent.parse))
    }
  }

  /// Notes events of the kernel as pending changes.
  func note(_ events: [InotifyEvent]) {
    let (inTree, ways, anyName) = state.withLock { ($0.inTree, $0.ways, $0.followsLinks || $0.tellsOfAllFiles) }
    let now = DispatchTime.now().uptimeNanoseconds
    for event in events {
      let (isInTree, wayNames) = (inTree.contains(event.watch), ways[event.watch])
      // On the way to a tree only the parts of its path matter.
      if let wayNames, !isInTree, !wayNames.contains(event.name) { continue }
      // A file that was named by itself may have any name.
      let anyName = anyName || wayNames?.contains(event.name) == true
      guard event.isRelevant(anyName: anyName || !isInTree) else { continue }
      state.withLock { $0.pending.note(event, isInTree: isInTree, anyName: anyName, at: now) }
    }
    scheduleCheck()
  }

  /// Schedules a check for when pending changes may be reported, unless one comes by then.
  private func scheduleCheck() {
    let due = state.withLock { state -> UInt64? in
      guard let due = state.pending.due else { return nil }
      if let timerAt = state.timerAt, timerAt <= due { return nil }
      state.timerAt = due
      return due
    }
    guard let due else { return }
    queue.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: due)) { [weak self] in self?.reportIfQuiet(due) }
  }

  private func reportIfQuiet(_ timer: UInt64) {
    let notice = state.withLock { state in
      if state.timerAt == timer { state.timerAt = nil }
      return state.pending.popNotice(at: DispatchTime.now().uptimeNanoseconds)
    }
    if let notice { changed(notice == .quiet) }
    scheduleCheck()
  }
}
