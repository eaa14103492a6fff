import Glibc

/// Changes that were noticed and are not told yet, and when they may be: a pure value, which a clock is handed to.
///
/// Whoever replaces one manifest is answered at once. Where several change, as when a commit is checked out, or one may not
/// be complete yet, it is waited until all has been quiet for longer, so that no half of a commit is taken for the whole. What
/// somebody has begun to write and not closed yet is waited for longest.
struct PendingChanges {
  /// How long it must be quiet where one manifest was written to its end, in nanoseconds.
  static let shortQuiet: UInt64 = 10_000_000
  /// How long it must be quiet otherwise.
  static let quiet: UInt64 = 100_000_000
  /// How long it may go on before it is told all the same.
  static let patience: UInt64 = 1_000_000_000
  /// How long somebody may take to write one manifest, until it counts as it stands.
  static let writingPatience: UInt64 = 10_000_000_000

  /// A name in a watched directory.
  struct Name: Hashable {
    var watch: Int32
    var name: [UInt8]
  }

  /// When what is not told yet began, and when the last came; nanoseconds of a clock that never goes back.
  private var since: UInt64?
  private var last: UInt64 = 0
  /// The manifests, and whether each stands there as somebody has left it: written and closed, or moved there.
  private var manifests: [Name: Bool] = [:]
  /// Manifests that were moved away, by what the kernel tells both ends of a move by.
  private var movedFrom: [UInt32: Name] = [:]
  /// Something else may have changed than manifests that were named: a directory, a link's end, anything after an overflow.
  private var isBroad = false
  /// The manifests that somebody is writing, and since when, whether anything is to be told or not.
  private var unfinished: [Name: UInt64] = [:]

  /// Whether nothing is to be told.
  var isEmpty: Bool { since == nil }

  /// Notes that something changed, whatever it was.
  mutating func noteAny(at now: UInt64) {
    isBroad = true
    note(at: now)
  }

  /// Whether somebody is writing a manifest, which would be read by half.
  func isBeingWritten(at now: UInt64) -> Bool { unfinished.values.contains { now < $0 + Self.writingPatience } }

  /// Nothing is known any more of what is being written: in a directory, or anywhere after an overflow.
  mutating func forgetWriting(in watch: Int32? = nil) {
    unfinished = unfinished.filter { watch != nil && $0.key.watch != watch }
  }

  /// Notes what an event says about whether somebody is writing a manifest.
  mutating func noteWriting(_ name: Name, mask: Int32, at now: UInt64) {
    if mask & IN_MODIFY != 0 {
      // What is hidden is read by nobody.
      if name.name.first != UInt8(ascii: "."), unfinished[name] == nil { unfinished[name] = now }
    } else if mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) != 0 {
      unfinished[name] = nil
    }
  }

  /// Notes an event about a name that is no directory.
  mutating func note(_ name: Name, mask: Int32, cookie: UInt32, isManifest: Bool, at now: UInt64) {
    if isManifest { noteWriting(name, mask: mask, at: now) }
    // What it has become is told by its being closed.
    if mask & IN_MODIFY != 0 { return }
    note(at: now)
    // A file of another name is a link at most, or an editor's temporary file: it is looked at with the rest.
    guard isManifest else { return }
    if mask & IN_MOVED_TO != 0 {
      // One that was only made to be moved there is the same change.
      if let former = movedFrom.removeValue(forKey: cookie) { manifests[former] = nil }
      manifests[name] = true
    } else if mask & IN_CLOSE_WRITE != 0 {
      manifests[name] = true
    } else if mask & IN_ATTRIB != 0 {
      manifests[name] = manifests[name] ?? true
    } else {
      // Made and not closed yet, or gone and perhaps about to come back.
      manifests[name] = false
      if mask & IN_MOVED_FROM != 0 { movedFrom[cookie] = name }
    }
  }

  private mutating func note(at now: UInt64) {
    last = max(last, now)
    since = since ?? last
  }

  /// When it may be told, if nothing else comes before; nil: there is nothing.
  var due: UInt64? {
    guard let since else { return nil }
    let isOne = !isBroad && manifests.count == 1 && manifests.values.allSatisfy { $0 }
    let due = min(last + (isOne ? Self.shortQuiet : Self.quiet), since + Self.patience)
    guard let begun = unfinished.values.max() else { return due }
    return max(due, min(begun, since) + Self.writingPatience)
  }

  /// What is told when it is time to tell.
  enum Notice: Equatable {
    /// Soon after the last change, so that more may be about to come.
    case soon
    /// After a quiet that says that all is there.
    case quiet
  }

  /// What is to be told now, and all is told with it; nil: it is not time yet.
  mutating func take(at now: UInt64) -> Notice? {
    guard let due, due <= now else { return nil }
    let isQuiet = last + Self.quiet <= now && !isBeingWritten(at: now)
    let writing = unfinished
    self = PendingChanges()
    unfinished = writing
    return isQuiet ? .quiet : .soon
  }
}
