import Diagnostics
import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// The reading of one path. Links wait until all else is read, so that a file goes by its own name where it has one here.
struct ManifestWalk {
  /// Files and directories that were read, by this walk or before it.
  private(set) var seen: Set<FileIdentity>
  private var files: [ManifestFile] = []
  private var problems: [Diagnostic] = []

  private let root: OpenDirectory
  /// Without links, absolute.
  private let rootPath: String
  /// What comes before a path of the tree, as the user would write it, and relative to the base.
  private let displayPrefix: String
  private let relativePrefix: String
  /// The one name in `root` that is meant; nil: all.
  private let only: String?
  private var rules = IgnoreRules()
  /// Paths of links, to be followed.
  private var links: [String] = []
  /// What a former look has seen; nil: everything is read.
  private let before: FormerLook?
  /// Is shown every directory on the way.
  private let notifier: DirectoryNotifier?

  /// Opens the directory at a path, or the one that holds the file there.
  init(
    path: String, base: String, seen: Set<FileIdentity>, before: FormerLook? = nil,
    notifier: DirectoryNotifier? = nil
  ) throws(ManifestSourceError) {
    self.before = before
    self.notifier = notifier
    var status = stat()
    guard !path.isEmpty, lstat(path, &status) == 0 else {
      let code = path.isEmpty ? Errno.noSuchFileOrDirectory : Errno(rawValue: errno)
      throw code == .noSuchFileOrDirectory || code == .notDirectory
        ? .missing(path: path) : .unreadable(path: path, reason: code.description)
    }
    let directory: String
    if ManifestDirectory.isDirectory(path) {
      (directory, only) = (path, nil)
      let trimmed = path.dropLast(while: { $0 == "/" })
      displayPrefix = path == "." || path == "./" ? "" : "\(trimmed)/"
    } else {
      let slash = path.lastIndex(of: "/")
      directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      displayPrefix = slash.map { String(path[...$0]) } ?? ""
      only = String(slash.map { path[path.index(after: $0)...] } ?? path[...])
    }
    do throws(SystemFailure) {
      root = try OpenDirectory(path: directory)
      guard let resolved = ManifestDirectory.realPath(directory) else {
        throw SystemFailure.last("realpath", directory)
      }
      rootPath = resolved
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
    let inRoot = rootPath.hasSuffix("/") ? rootPath : rootPath + "/"
    let inBase = base.hasSuffix("/") ? base : base + "/"
    relativePrefix = inRoot.hasPrefix(inBase) ? String(inRoot.dropFirst(inBase.count)) : inRoot
    self.seen = seen
  }

  /// By path in byte order.
  var sortedFiles: [ManifestFile] {
    files.sorted { $0.relativePath.utf8.lexicographicallyPrecedes($1.relativePath.utf8) }
  }
  /// By path in byte order.
  var sortedProblems: [Diagnostic] {
    problems.sorted { ($0.place?.file ?? "").utf8.lexicographicallyPrecedes(($1.place?.file ?? "").utf8) }
  }

  /// Reads everything.
  mutating func run() throws(ManifestSourceError) {
    if let only {
      notifier?.show(root)
      visit(only, kind: nil, path: only, in: root, isNamed: true)
    } else {
      readRules()
      seen.insert(root.identity)
      do throws(SystemFailure) {
        try walk(root, prefix: "")
      } catch {
        throw .unreadable(path: displayPrefix.isEmpty ? "." : String(displayPrefix.dropLast()), reason: error.reason)
      }
    }
    // Following a link to a directory may find more of them.
    var next = 0
    while next < links.count {
      follow(links[next])
      next += 1
    }
  }

  private mutating func readRules() {
    let name = ".berthignore"
    do throws(SystemFailure) {
      let file = try root.openFile(name)
      guard case .file = file.kind else { throw SystemFailure("read", name, .invalidArgument) }
      guard let bytes = try file.contents(limit: 1 << 20) else { throw SystemFailure("read", name, .fileTooLarge) }
      rules = IgnoreRules(bytes)
    } catch {
      if error.code != .noSuchFileOrDirectory { problems.append(.unreadable(displayPrefix + name, error)) }
    }
  }

  private mutating func walk(_ directory: OpenDirectory, prefix: String) throws(SystemFailure) {
    notifier?.show(directory)
    let entries = try directory.entries().sorted { $0.name.lexicographicallyPrecedes($1.name) }
    var names: [(name: String, kind: EntryKind?)] = []
    for entry in entries where entry.name.first != UInt8(ascii: ".") {
      guard let name = String(validating: entry.name, as: UTF8.self) else {
        problems.append(.nameNotUTF8(displayPrefix + prefix + String(decoding: entry.name, as: UTF8.self)))
        continue
      }
      names.append((name, entry.kind))
    }
    let plain = before == nil ? names.filter { isPlain($0.name, $0.kind, path: prefix + $0.name) }.map(\.name) : []
    var looks = FileLook.ahead(plain, in: directory)[...]
    var next = plain[...].prefix(looks.count)
    for (name, kind) in names {
      var look: Result<FileLook, SystemFailure>?
      if name == next.first {
        look = looks.popFirst()
        next.removeFirst()
      }
      visit(name, kind: kind, path: prefix + name, in: directory, isNamed: false, ahead: look)
    }
  }

  /// Whether a name is that of a file to be read, as far as its directory tells.
  private func isPlain(_ name: String, _ kind: EntryKind?, path: String) -> Bool {
    guard case .file = kind, ManifestWalk.isManifest(name) else { return false }
    return !rules.names(path, isDirectory: false)
  }

  /// Looks at one name. `isNamed`: the user named it, so that it is read whatever its name is.
  /// - Parameter look: what reading it came to, where that was done ahead.
  private mutating func visit(
    _ name: String, kind known: EntryKind?, path: String, in here: OpenDirectory, isNamed: Bool,
    ahead look: Result<FileLook, SystemFailure>? = nil
  ) {
    let isManifest = isNamed || ManifestWalk.isManifest(name)
    do throws(SystemFailure) {
      let kind: EntryKind = if let known { known } else { EntryKind(mode: try here.status(of: name).st_mode) }
      switch kind {
      case .directory:
        if !rules.names(path, isDirectory: true) { descend(name, path: path, in: here) }
      case .link:
        if !rules.names(path, isDirectory: false) { links.append(path) }
      case .special(let what):
        if isManifest && !rules.names(path, isDirectory: false) {
          problems.append(.special(displayPrefix + path, what))
        }
      case .file:
        if isManifest && !rules.names(path, isDirectory: false) {
          try read(name, path: path, in: here, ahead: look)
        }
      }
    } catch {
      problems.append(.unreadable(displayPrefix + path, error))
    }
  }

  private mutating func descend(_ name: String, path: String, in parent: OpenDirectory) {
    do throws(SystemFailure) {
      try enter(OpenDirectory(name, in: parent), path: path)
    } catch {
      problems.append(.unreadableDirectory(displayPrefix + path, error))
    }
  }

  private mutating func enter(_ directory: OpenDirectory, path: String) throws(SystemFailure) {
    guard path.utf8.count(where: { $0 == UInt8(ascii: "/") }) < ManifestDirectory.depthLimit else {
      problems.append(.tooDeep(displayPrefix + path))
      return
    }
    guard seen.insert(directory.identity).inserted else { return }
    try walk(directory, prefix: path + "/")
  }

  private mutating func read(
    _ name: String, path: String, in directory: OpenDirectory, ahead: Result<FileLook, SystemFailure>? = nil
  ) throws(SystemFailure) {
    if let known = before?.file(relativePrefix + path) {
      let status = try directory.status(of: name)
      if case .file = EntryKind(mode: status.st_mode), FileStamp(status) == known.stamp {
        guard seen.insert(FileIdentity(status)).inserted else { return }
        var file = ManifestFile(displayPath: displayPrefix + path, relativePath: relativePrefix + path, bytes: [])
        (file.stamp, file.digest, file.isAsBefore) = (known.stamp, known.digest, true)
        return files.append(file)
      }
    }
    let file = if let ahead { try ahead.get() } else { try FileLook(name, in: directory) }
    // Asked again of what was opened: the name may stand for something else by now.
    if case .special(let what) = file.kind { return problems.append(.special(displayPrefix + path, what)) }
    guard case .file = file.kind else { return problems.append(.special(displayPrefix + path, "a directory")) }
    guard seen.insert(file.identity).inserted else { return }
    guard let bytes = file.bytes else { return problems.append(.tooLarge(displayPrefix + path)) }
    var found = ManifestFile(displayPath: displayPrefix + path, relativePath: relativePrefix + path, bytes: bytes)
    found.stamp = file.stamp
    before?.settle(&found)
    files.append(found)
  }

  private mutating func follow(_ path: String) {
    notifier?.showLink()
    let isManifest = only != nil || ManifestWalk.isManifest(path)
    do throws(SystemFailure) {
      switch try LinkResolution.end(of: path, below: root, rootPath: rootPath, notifier: notifier) {
      case .file(let name, in: let directory):
        guard isManifest else { return }
        if case .special(let what) = EntryKind(mode: try directory.status(of: name).st_mode) {
          return problems.append(.special(displayPrefix + path, what))
        }
        try read(name, path: path, in: directory)
      case .directory(let directory):
        if !rules.names(path, isDirectory: true) { try enter(directory, path: path) }
      case .outside:
        // A link to some file that is no manifest is nobody's concern; a directory could hold manifests.
        guard isManifest || leadsToDirectory(path) else { return }
        problems.append(.leadsOut(displayPrefix + path))
      case .broken(let reason):
        if isManifest { problems.append(.broken(displayPrefix + path, reason)) }
      }
    } catch {
      if isManifest { problems.append(.broken(displayPrefix + path, error.reason)) }
    }
  }

  private func leadsToDirectory(_ path: String) -> Bool {
    do throws(SystemFailure) {
      return try root.status(of: path, following: true).st_mode & S_IFMT == S_IFDIR
    } catch {
      return false
    }
  }

  /// By the last part of a path.
  static func isManifest(_ path: String) -> Bool {
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return false }
    let name = path.split(separator: "/").last ?? ""
    return name != "kustomization.yaml" && name != "kustomization.yml"
  }
}

extension String {
  /// Without the characters at its end that satisfy a condition.
  fileprivate func dropLast(while condition: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, condition(last) { rest.removeLast() }
    return rest
  }
}
