import Dispatch
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// Tells when something changes in the directories that a walk has gone through, once it has been quiet for a moment.
///
/// It knows nothing of trees: each walk shows it every directory that it opens, also those through which links lead, and what
/// the walk does not show any more is let go (`beginWalk`, `endWalk`). A directory that a walk shows for the first time is
/// watched from before the walk lists it, so that nothing which is made in it is missed.
public final class DirectoryNotifier: Sendable {
  private struct State {
    /// Watches of the current walk, and of the one before while it lasts.
    var shown: Set<Int32> = []
    var former: Set<Int32> = []
    /// Directories of the tree: those of the walk before count until the one that goes on has ended.
    var inTree: Set<Int32> = []
    /// Names that alone matter in directories that are no part of a tree: on the way to it.
    var ways: [Int32: Set<[UInt8]>] = [:]
    /// The last walk followed links, so that any name may matter.
    var hasLinks = false
    /// Files that are no manifests matter too.
    var tellsOfAllFiles = false
    /// The system refused a watch.
    var lacksWatches = false
    var pending = PendingChanges()
    /// The earliest time, in nanoseconds since the system began, at which it is looked whether all is quiet; nil: none is set.
    var timerAt: UInt64?
  }

  private let descriptor: Int32
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "berth.directory-notifier")
  // Dispatch's objects may be used from any thread; this one is set once, and cancelled once.
  private nonisolated(unsafe) let source: any DispatchSourceRead
  private let changed: @Sendable (_ isQuiet: Bool) -> Void

  /// Makes a notifier of no directory yet. The callback comes on a queue of its own; it is told whether all has been quiet for
  /// so long that no more is about to come.
  /// - Throws: `ManifestSourceError` when the system has no notifications left to give.
  public init(changed: @escaping @Sendable (_ isQuiet: Bool) -> Void) throws(ManifestSourceError) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else {
      throw .unreadable(path: "inotify", reason: Errno(rawValue: errno).description)
    }
    self.changed = changed
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setCancelHandler { [descriptor] in close(descriptor) }
    source.setEventHandler { [weak self] in self?.drain() }
    source.activate()
  }

  deinit { source.cancel() }

  /// Whether the system has refused to watch a directory: then changes in it are only found by looking.
  public var lacksWatches: Bool { state.withLock { $0.lacksWatches } }

  // MARK: Walks

  func beginWalk() {
    state.withLock { state in
      state.former = state.shown.union(state.ways.keys)
      state.inTree = state.shown
      state.shown = []
      state.ways = [:]
      state.hasLinks = false
      state.lacksWatches = false
    }
  }

  /// A directory that is being walked through, before it is listed.
  func show(_ directory: OpenDirectory) {
    // By its descriptor: whatever is called by its name by now, this is the one that is listed.
    let watch = add("/proc/self/fd/\(directory.descriptor)", IN_MODIFY)
    state.withLock { state in
      if watch >= 0 {
        state.shown.insert(watch)
        state.inTree.insert(watch)
      } else {
        state.lacksWatches = true
      }
    }
  }

  private func add(_ path: String, _ more: Int32 = 0) -> Int32 {
    let mask =
      more | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
      | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    return inotify_add_watch(descriptor, path, UInt32(mask))
  }

  /// What decides where a path leads: the links on its way, and its last part, which may be made anew.
  func showWay(to path: String) {
    var pending = path.split(separator: "/").map(String.init)
    pending.reverse()
    var here = path.hasPrefix("/") ? "/" : "."
    var links = 0
    while let part = pending.popLast() {
      let next = here == "/" ? "/" + part : here + "/" + part
      var status = stat()
      let isThere = lstat(next, &status) == 0
      let isLink = isThere && status.st_mode & S_IFMT == S_IFLNK
      if isLink || !isThere || pending.isEmpty, part != ".", part != ".." { showWay(through: part, in: here) }
      guard isThere else { return }
      guard isLink else {
        here = next
        continue
      }
      links += 1
      do throws(SystemFailure) {
        let target = String(decoding: try SystemFailure.target(ofLink: next), as: UTF8.self)
        guard links < 40 else { return }
        if target.hasPrefix("/") { here = "/" }
        pending += target.split(separator: "/").map(String.init).reversed()
      } catch {
        return
      }
    }
  }

  private func showWay(through name: String, in directory: String) {
    // It may be a directory of the tree as well.
    let watch = add(directory, IN_MASK_ADD)
    // What can't be watched here is found by looking from time to time.
    if watch >= 0 { state.withLock { _ = $0.ways[watch, default: []].insert(Array(name.utf8)) } }
  }

  /// Whether files that are no manifests matter as well: where secrets are read from them.
  public func setTellsOfAllFiles(_ value: Bool) { state.withLock { $0.tellsOfAllFiles = value } }

  /// A link was met.
  func showLink() { state.withLock { $0.hasLinks = true } }

  func endWalk() {
    let gone = state.withLock { state in
      let gone = state.former.subtracting(state.shown).subtracting(state.ways.keys)
      state.former = []
      state.inTree = state.shown
      for watch in gone { state.pending.forgetWriting(in: watch) }
      return gone
    }
    for watch in gone { inotify_rm_watch(descriptor, watch) }
  }

  // MARK: What a walk may be too early for

  /// Whether somebody is writing one of the manifests: whoever has just read them may have read half of it. It is told when
  /// that is over, or has taken too long.
  public var isBeingWritten: Bool {
    // What has happened until now is known first.
    queue.sync { drain() }
    return state.withLock { $0.pending.isBeingWritten(at: DispatchTime.now().uptimeNanoseconds) }
  }

  /// Tells once more that something has changed, once all is quiet and complete.
  public func tellWhenQuiet() {
    state.withLock { $0.pending.noteAny(at: DispatchTime.now().uptimeNanoseconds) }
    lookWhenDue()
  }

  // MARK: Events

  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { return }
      take(buffer[..<count])
    }
  }

  /// Takes what the kernel has written: whole events.
  func take(_ bytes: ArraySlice<UInt8>) {
    let (inTree, ways, takesAll) = state.withLock { ($0.inTree, $0.ways, $0.hasLinks || $0.tellsOfAllFiles) }
    let now = DispatchTime.now().uptimeNanoseconds
    var rest = bytes
    let header = MemoryLayout<inotify_event>.size
    while rest.count >= header {
      let event = rest.withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
      let name = Array(rest.dropFirst(header).prefix(Int(event.len)).prefix { $0 != 0 })
      rest = rest.dropFirst(header + Int(event.len))
      // On the way to a tree only the parts of its path matter.
      if let names = ways[event.wd], !inTree.contains(event.wd), !names.contains(name) { continue }
      let (mask, isInTree) = (Int32(bitPattern: event.mask), inTree.contains(event.wd))
      // A file that was named by itself may have any name.
      let takesName = takesAll || ways[event.wd]?.contains(name) == true
      guard Self.isRelevant(mask, name, takesAll: takesName || !isInTree) else { continue }
      let isManifest = Self.isManifest(name)
      state.withLock { state in
        if mask & IN_Q_OVERFLOW != 0 { state.pending.forgetWriting() }
        let place = PendingChanges.Name(watch: event.wd, name: name)
        if name.isEmpty || !isInTree || mask & (IN_ISDIR | IN_Q_OVERFLOW) != 0 || (takesName && !isManifest) {
          // A walk may be about to show the directory.
          if isManifest { state.pending.noteWriting(place, mask: mask, at: now) }
          if mask & IN_MODIFY == 0 { state.pending.noteAny(at: now) }
        } else {
          state.pending.note(place, mask: mask, cookie: event.cookie, isManifest: isManifest, at: now)
        }
      }
    }
    lookWhenDue()
  }

  private static func isManifest(_ name: [UInt8]) -> Bool {
    ManifestWalk.isManifest(String(decoding: name, as: UTF8.self))
  }

  /// Whether a walk could come to another result. The end of a watch that was let go is none.
  static func isRelevant(_ mask: Int32, _ name: [UInt8], takesAll: Bool) -> Bool {
    if mask & IN_IGNORED != 0 { return false }
    if mask & IN_Q_OVERFLOW != 0 || name.isEmpty || takesAll { return true }
    if name == Array(".berthignore".utf8) { return true }
    if name.first == UInt8(ascii: ".") { return false }
    // A link that is made may lead to a directory, whatever its name.
    if mask & (IN_ISDIR | IN_CREATE | IN_MOVED_TO) != 0 { return true }
    return isManifest(name)
  }

  /// Looks again when what is pending may be told, if no timer comes by then.
  private func lookWhenDue() {
    let due = state.withLock { state -> UInt64? in
      guard let due = state.pending.due else { return nil }
      if let timerAt = state.timerAt, timerAt <= due { return nil }
      state.timerAt = due
      return due
    }
    guard let due else { return }
    queue.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: due)) { [weak self] in self?.tellIfQuiet(due) }
  }

  private func tellIfQuiet(_ timer: UInt64) {
    let notice = state.withLock { state in
      if state.timerAt == timer { state.timerAt = nil }
      return state.pending.take(at: DispatchTime.now().uptimeNanoseconds)
    }
    if let notice { changed(notice == .quiet) }
    lookWhenDue()
  }
}
