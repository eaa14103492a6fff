import Diagnostics
import SystemCalls

/// An entry of a directory that is walked.
struct DirectoryEntry {
  let name: String
  /// `nil` if the listing does not tell.
  let kind: EntryKind?
  /// Result of reading the file in advance, if that was done.
  let ahead: Result<FileLook, SystemFailure>?
}

/// The listing of a directory, by the rules of the tree.
struct DirectoryListing {
  let directory: OpenDirectory
  /// The directory's path below the root, with a slash at its end; empty for the root.
  let prefix: String
  let rules: IgnoreRules

  /// Lists the entries that are not hidden, by name, and adds a problem for each name that is not UTF-8.
  ///
  /// - Parameter readingAhead: whether the manifests among them are read on all cores, if they are many.
  func entries(readingAhead: Bool, _ collector: inout FileCollector) throws(SystemFailure) -> [DirectoryEntry] {
    var names: [(name: String, kind: EntryKind?)] = []
    let entries = try directory.entries().sorted { $0.name.lexicographicallyPrecedes($1.name) }
    for entry in entries where entry.name.first != UInt8(ascii: ".") {
      guard let name = String(validating: entry.name, as: UTF8.self) else {
        collector.add(prefix + String(decoding: entry.name, as: UTF8.self), Diagnostic.nameNotUTF8)
        continue
      }
      names.append((name, entry.kind))
    }
    let plain = readingAhead ? names.filter(isPlain).map(\.name) : []
    var looks = zip(plain, FileLook.ahead(plain, in: directory)).makeIterator()
    var nextLook = looks.next()
    return names.map { name, kind in
      guard let (ahead, look) = nextLook, ahead == name else {
        return DirectoryEntry(name: name, kind: kind, ahead: nil)
      }
      nextLook = looks.next()
      return DirectoryEntry(name: name, kind: kind, ahead: look)
    }
  }

  /// Whether a name is that of a file to be read, as far as the listing tells.
  private func isPlain(_ name: String, _ kind: EntryKind?) -> Bool {
    guard case .file = kind, ManifestPath.isManifest(name) else { return false }
    return !rules.names(prefix + name, isDirectory: false)
  }
}

extension IgnoreRules {
  /// Reads the rules of a tree from its root; a file that can't be read is a problem, and gives no rules.
  init(in root: OpenDirectory, _ collector: inout FileCollector) {
    self.init()
    let name = ".berthignore"
    do throws(SystemFailure) {
      let file = try root.openFile(name)
      guard case .file = file.kind else { throw SystemFailure("read", name, .invalidArgument) }
      guard let bytes = try file.contents(limit: 1 << 20) else { throw SystemFailure("read", name, .fileTooLarge) }
      self = IgnoreRules(bytes)
    } catch {
      if error.code != .noSuchFileOrDirectory { collector.add(name) { .unreadable($0, error) } }
    }
  }
}
