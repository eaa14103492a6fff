import Diagnostics
import Glibc
import SystemCalls

/// The reading of one path. Links are followed after everything else, so that a file goes by its own name if it has one here.
/// The walk stops at every directory that it has opened (`nextDirectory`).
struct ManifestWalk {
  /// The reason why a directory is walked, which decides what becomes of a failure to list it.
  enum Origin {
    case root
    /// The path of a directory in another directory.
    case entry(String)
    /// The path of a link that leads to the directory.
    case link(String)
  }
  /// A directory that is being walked.
  private struct Level {
    let directory: OpenDirectory
    let prefix: String
    let origin: Origin
    /// `nil` until the directory is listed.
    var entries: [DirectoryEntry]?
    /// Position of the next entry.
    var next = 0
  }

  var collector: FileCollector
  /// Whether a link is being followed, or was.
  private(set) var followsLinks = false
  let root: WalkRoot
  private let readsAhead: Bool
  var rules = IgnoreRules()
  private var levels: [Level] = []
  /// Paths of links, in the order in which they were found.
  private var links: [String] = []
  private var nextLink = 0
  var resolution: (link: String, steps: LinkResolution)?
  private var hasBegun = false

  init(_ root: WalkRoot, seen: Set<FileIdentity>, before: FormerLook?) {
    self.root = root
    // A known file need not be opened, so that reading ahead would be in vain.
    readsAhead = before == nil
    collector = FileCollector(of: root, seen: seen, before: before)
  }

  /// Reads on until the next directory has been opened, and returns it before anything in it is looked at; `nil` at the end.
  ///
  /// - Throws: `ManifestSourceError` when the root can't be listed.
  mutating func nextDirectory() throws(ManifestSourceError) -> OpenDirectory? {
    if !hasBegun { return begin() }
    while true {
      if !levels.isEmpty {
        if let directory = try goOnInDirectory() { return directory }
      } else if resolution != nil {
        if let directory = goOnWithLink() { return directory }
      } else if nextLink < links.count {
        followsLinks = true
        resolution = (links[nextLink], LinkResolution(links[nextLink], below: root.directory, rootPath: root.path))
        nextLink += 1
      } else {
        return nil
      }
    }
  }

  private mutating func begin() -> OpenDirectory {
    hasBegun = true
    var level = Level(directory: root.directory, prefix: "", origin: .root)
    if let only = root.only {
      level.entries = [DirectoryEntry(name: only, kind: nil, ahead: nil)]
    } else {
      _ = collector.enter(root.directory)
    }
    levels.append(level)
    return root.directory
  }

  // MARK: Directories

  /// Goes on in the innermost directory until another one is opened, or its entries are used up.
  private mutating func goOnInDirectory() throws(ManifestSourceError) -> OpenDirectory? {
    let position = levels.count - 1
    let level = levels[position]
    guard let entries = level.entries else {
      do throws(SystemFailure) {
        if case .root = level.origin { rules = IgnoreRules(in: level.directory, &collector) }
        let listing = DirectoryListing(directory: level.directory, prefix: level.prefix, rules: rules)
        levels[position].entries = try listing.entries(readingAhead: readsAhead, &collector)
      } catch {
        levels.removeLast()
        try add(error, of: level.origin)
      }
      return nil
    }
    for index in level.next..<entries.count {
      levels[position].next = index + 1
      if let directory = visit(entries[index], path: level.prefix + entries[index].name, in: level.directory) {
        return directory
      }
    }
    levels.removeLast()
    return nil
  }

  private mutating func add(_ failure: SystemFailure, of origin: Origin) throws(ManifestSourceError) {
    switch origin {
    case .root:
      let path = root.displayPrefix.isEmpty ? "." : String(root.displayPrefix.dropLast())
      throw .unreadable(path: path, reason: failure.reason)
    case .entry(let path): collector.add(path) { .unreadableDirectory($0, failure) }
    case .link(let path): if isNamedManifest(path) { collector.add(path) { .broken($0, failure.reason) } }
    }
  }

  /// Whether a file at a path is read: because the user named it, or by its name.
  func isNamedManifest(_ path: String) -> Bool { root.only != nil || ManifestPath.isManifest(path) }

  // MARK: Entries

  /// Looks at one entry. Returns the directory that it is, if that is to be walked.
  private mutating func visit(_ entry: DirectoryEntry, path: String, in here: OpenDirectory) -> OpenDirectory? {
    let isManifest = isNamedManifest(path)
    do throws(SystemFailure) {
      let kind: EntryKind =
        if let kind = entry.kind { kind } else { EntryKind(mode: try here.status(of: entry.name).st_mode) }
      switch kind {
      case .directory:
        if !rules.names(path, isDirectory: true) { return descend(entry.name, path: path, in: here) }
      case .link:
        if !rules.names(path, isDirectory: false) { links.append(path) }
      case .special(let what):
        if isManifest && !rules.names(path, isDirectory: false) { collector.add(path) { .special($0, what) } }
      case .file:
        if isManifest && !rules.names(path, isDirectory: false) {
          try collector.read(entry.name, path: path, in: here, ahead: entry.ahead)
        }
      }
    } catch {
      collector.add(path) { .unreadable($0, error) }
    }
    return nil
  }

  private mutating func descend(_ name: String, path: String, in parent: OpenDirectory) -> OpenDirectory? {
    do throws(SystemFailure) {
      return enter(try OpenDirectory(name, in: parent), path: path, origin: .entry(path))
    } catch {
      collector.add(path) { .unreadableDirectory($0, error) }
      return nil
    }
  }

  /// Begins the walk of a directory, and returns it, unless it is nested too deep or was walked already.
  mutating func enter(_ directory: OpenDirectory, path: String, origin: Origin) -> OpenDirectory? {
    guard path.utf8.count(where: { $0 == UInt8(ascii: "/") }) < ManifestLimits.depth else {
      collector.add(path, Diagnostic.tooDeep)
      return nil
    }
    guard collector.enter(directory) else { return nil }
    levels.append(Level(directory: directory, prefix: path + "/", origin: origin))
    return directory
  }
}
