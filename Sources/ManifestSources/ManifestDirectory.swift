import Diagnostics
import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// Reads manifests from directories and files.
///
/// A directory is read recursively: every `*.yaml` and `*.yml`. Passed over are hidden files and directories, `kustomization.yaml`
/// and `kustomization.yml`, and what the `.berthignore` in its root names. Symbolic links that stay within the directory
/// are followed, and each file is read once, under its own name where it has one here. Nothing outside is read: a link
/// that leads out is refused by name, and so are devices, FIFOs and sockets that are named like manifests.
public enum ManifestDirectory {
  /// The most bytes that a file may have: 64 MiB.
  public static let sizeLimit = 64 << 20
  /// How many directories may lie within each other below the root.
  public static let depthLimit = 64

  /// Reads what the user named. A file that more than one input leads to is read once.
  /// - Throws: `ManifestSourceError` when an input is not there, or is a directory that can't be opened or listed. An empty
  ///   directory is no error: it gives no files.
  public static func read(_ inputs: [ManifestInput]) throws(ManifestSourceError) -> ManifestReading {
    try read(inputs, before: nil, notifier: nil)
  }

  /// Reads what the user named, all but those files that are known, by the paths that they have relative to the source's
  /// directory, and have their stamps still: these come without their bytes (`ManifestFile.isAsBefore`).
  public static func read(
    _ inputs: [ManifestInput], knowing known: [String: KnownFile]
  ) throws(ManifestSourceError) -> ManifestReading {
    // Nothing is known: what is read may be read on all cores.
    if known.isEmpty { return try read(inputs) }
    return try read(inputs, before: FormerLook(known: known, accepted: { known[$0]?.digest }), notifier: nil)
  }

  /// Reads all but those files that still have the stamps that they had before.
  static func read(
    _ inputs: [ManifestInput], before: FormerLook?, notifier: DirectoryNotifier?
  ) throws(ManifestSourceError) -> ManifestReading {
    var reading = ManifestReading(base: realPath(".") ?? "/")
    if inputs.count == 1, case .path(let path) = inputs[0], isDirectory(path) {
      guard let binding = realPath(path) else {
        throw .unreadable(path: path, reason: Errno(rawValue: errno).description)
      }
      reading.binding = binding
      reading.base = binding
    }
    var seen: Set<FileIdentity> = []
    for input in inputs {
      switch input {
      case .standardInput(let bytes):
        if bytes.count > sizeLimit {
          reading.problems.append(.tooLarge("<stdin>"))
        } else {
          reading.files.append(ManifestFile(displayPath: "<stdin>", relativePath: "<stdin>", bytes: bytes))
        }
      case .path(let path):
        var walk = try ManifestWalk(
          path: path, base: reading.base, seen: seen, before: before, notifier: notifier)
        try walk.run()
        seen = walk.seen
        reading.files += walk.sortedFiles
        reading.problems += walk.sortedProblems
      }
    }
    return reading
  }

  /// The absolute path without links; nil when there is none.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a path is a directory or a link to one.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
