import Glibc
import SystemCalls

/// Changes that were noticed and not reported yet, with the time at which they may be. A pure value: callers pass the time.
///
/// The replacement of one manifest is reported at once. If several change, as in a checkout of a commit, or if one may not be
/// complete, the report waits for a longer quiet, so that half of a commit is not mistaken for the whole. A manifest that is
/// being written and not closed is waited for longest.
struct PendingChanges {
  /// Nanoseconds of quiet after one manifest was written to its end.
  static let shortQuietInterval: UInt64 = 10_000_000
  /// Nanoseconds of quiet after any other change.
  static let quietInterval: UInt64 = 100_000_000
  /// Nanoseconds after which changes are reported although they go on.
  static let reportTimeout: UInt64 = 1_000_000_000
  /// Nanoseconds after which an unfinished manifest counts as it is.
  static let writingTimeout: UInt64 = 10_000_000_000

  /// A name in a watched directory.
  struct Name: Hashable {
    var watch: Int32
    var name: [UInt8]
  }

  /// Times of the first and the last unreported change, in nanoseconds of a monotonic clock.
  private var since: UInt64?
  private var last: UInt64 = 0
  /// Changed manifests, each with whether it is finished: written and closed, or moved into place.
  private var manifests: [Name: Bool] = [:]
  /// Manifests that were moved away, by the cookie that connects both ends of a move.
  private var movedFrom: [UInt32: Name] = [:]
  /// Whether more may have changed than the named manifests: a directory, a link's target, or anything after an overflow.
  private var isBroad = false
  /// Manifests that are being written, each with the start, even if no other change is to be reported.
  private var unfinished: [Name: UInt64] = [:]
  /// Unfinished manifests that were reported after the longest wait.
  private var overdue: Set<Name> = []

  /// Whether there is no change to report.
  var isEmpty: Bool { since == nil }

  /// Notes a change of any kind.
  mutating func noteAny(at now: UInt64) {
    isBroad = true
    note(at: now)
  }

  /// Whether a manifest is being written, so that a look could read half of it.
  func isBeingWritten(at now: UInt64) -> Bool { unfinished.values.contains { now < $0 + Self.writingTimeout } }

  /// Forgets manifests that are being written: those in a directory, or all of them after an overflow (`nil`).
  mutating func forgetWriting(in watch: Int32? = nil) {
    unfinished = unfinished.filter { watch != nil && $0.key.watch != watch }
  }

  /// Notes an event as the start or the end of writing a manifest.
  mutating func noteWriting(_ name: Name, mask: Int32, at now: UInt64) {
    if mask & IN_MODIFY != 0 {
      // Hidden files are never read.
      if name.name.first != UInt8(ascii: "."), unfinished[name] == nil { unfinished[name] = now }
    } else if mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) != 0 {
      unfinished[name] = nil
    }
  }

  /// Notes an event that may change the result of a walk.
  ///
  /// - Parameters:
  ///   - isInTree: whether the directory belongs to the tree, rather than to the way to it.
  ///   - anyName: whether the name matters even if it is not that of a manifest.
  mutating func note(_ event: InotifyEvent, isInTree: Bool, anyName: Bool, at now: UInt64) {
    if event.mask & IN_Q_OVERFLOW != 0 { forgetWriting() }
    let isManifest = event.isOfManifest
    let name = Name(watch: event.watch, name: event.name)
    let isBroad =
      event.name.isEmpty || !isInTree || event.mask & (IN_ISDIR | IN_Q_OVERFLOW) != 0 || (anyName && !isManifest)
    guard isBroad else {
      return note(name, mask: event.mask, cookie: event.cookie, isManifest: isManifest, at: now)
    }
    // A walk may be about to open the directory.
    if isManifest { noteWriting(name, mask: event.mask, at: now) }
    if event.mask & IN_MODIFY == 0 { noteAny(at: now) }
  }

  /// Notes an event about a name that is no directory.
  mutating func note(_ name: Name, mask: Int32, cookie: UInt32, isManifest: Bool, at now: UInt64) {
    if isManifest { noteWriting(name, mask: mask, at: now) }
    // The close that follows will be noted.
    if mask & IN_MODIFY != 0 { return }
    note(at: now)
    // A file of another name is at most a link, or an editor's temporary file. The next look sees it anyway.
    guard isManifest else { return }
    if mask & IN_MOVED_TO != 0 {
      // A temporary file that replaces the manifest is the same change.
      if let former = movedFrom.removeValue(forKey: cookie) { manifests[former] = nil }
      manifests[name] = true
    } else if mask & IN_CLOSE_WRITE != 0 {
      manifests[name] = true
    } else if mask & IN_ATTRIB != 0 {
      manifests[name] = manifests[name] ?? true
    } else {
      // Created and not closed yet, or gone and perhaps about to come back.
      manifests[name] = false
      if mask & IN_MOVED_FROM != 0 { movedFrom[cookie] = name }
    }
  }

  private mutating func note(at now: UInt64) {
    last = max(last, now)
    since = since ?? last
  }

  /// Time at which the changes may be reported, if no other comes before; `nil` if there are none.
  var due: UInt64? {
    // A manifest that is never closed is a change by itself, once it has been waited for.
    let waitedFor = unfinished.filter { !overdue.contains($0.key) }.values
    guard let since else { return waitedFor.min().map { $0 + Self.writingTimeout } }
    let isOne = !isBroad && manifests.count == 1 && manifests.values.allSatisfy { $0 }
    let due = min(last + (isOne ? Self.shortQuietInterval : Self.quietInterval), since + Self.reportTimeout)
    guard let begun = unfinished.values.max() else { return due }
    return max(due, min(begun, since) + Self.writingTimeout)
  }

  /// Kind of a report.
  enum Notice: Equatable {
    /// The last change was so recent that more may follow.
    case soon
    /// All has been quiet for so long that the files are complete.
    case quiet
  }

  /// Returns the report that is due, which covers all changes; `nil` if none is due yet.
  mutating func popNotice(at now: UInt64) -> Notice? {
    guard let due, due <= now else { return nil }
    let isQuiet = last + Self.quietInterval <= now && !isBeingWritten(at: now)
    let writing = unfinished
    let former = overdue
    self = PendingChanges()
    unfinished = writing
    overdue = Set(writing.filter { former.contains($0.key) || $0.value + Self.writingTimeout <= now }.keys)
    return isQuiet ? .quiet : .soon
  }
}
