import Diagnostics
import FleetModel
import SystemCalls

/// The files and problems that a walk has found. Each file is read once.
struct FileCollector {
  /// Files and directories that were read, by this walk or an earlier one of the same source.
  private(set) var seen: Set<FileIdentity>
  private var files: [ManifestFile] = []
  private var problems: [Diagnostic] = []
  private let displayPrefix: String
  private let relativePrefix: String
  /// Knowledge from an earlier look; `nil`: every file is read.
  private let before: FormerLook?

  init(of root: WalkRoot, seen: Set<FileIdentity>, before: FormerLook?) {
    self.seen = seen
    self.before = before
    displayPrefix = root.displayPrefix
    relativePrefix = root.relativePrefix
  }

  /// The files, by path in byte order.
  var sortedFiles: [ManifestFile] {
    files.sorted { $0.relativePath.utf8.lexicographicallyPrecedes($1.relativePath.utf8) }
  }
  /// The problems, by path in byte order.
  var sortedProblems: [Diagnostic] {
    problems.sorted { ($0.place?.file ?? "").utf8.lexicographicallyPrecedes(($1.place?.file ?? "").utf8) }
  }

  /// Notes a directory as seen. Returns whether it is new.
  mutating func enter(_ directory: OpenDirectory) -> Bool { seen.insert(directory.identity).inserted }

  /// Adds a problem of a path below the root.
  mutating func add(_ path: String, _ problem: (_ displayPath: String) -> Diagnostic) {
    problems.append(problem(displayPrefix + path))
  }

  /// Reads a file, unless it was read already or is known by its stamp.
  ///
  /// - Parameter ahead: result of reading the file in advance, if that was done.
  mutating func read(
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
    // The kind of the opened file counts, because the name may have changed its meaning since the listing.
    if case .special(let what) = file.kind { return add(path) { .special($0, what) } }
    guard case .file = file.kind else { return add(path) { .special($0, "a directory") } }
    guard seen.insert(file.identity).inserted else { return }
    guard let bytes = file.bytes else { return add(path, Diagnostic.tooLarge) }
    var found = ManifestFile(displayPath: displayPrefix + path, relativePath: relativePrefix + path, bytes: bytes)
    found.stamp = file.stamp
    before?.settle(&found)
    files.append(found)
  }
}
