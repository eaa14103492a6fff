import Diagnostics
import Glibc

/// What a user named as a source, to be looked at again and again: a file is only read anew when its stamp says that it may
/// have changed.
public struct ManifestTree: Sendable {
  /// The directories and files, as the user wrote them.
  public let paths: [String]
  private var stamps: [String: FileStamp] = [:]
  private let notifier: DirectoryNotifier?

  /// Makes a tree that nobody has looked at yet; every walk is shown to the notifier.
  public init(paths: [String], notifier: DirectoryNotifier? = nil) {
    self.paths = paths
    self.notifier = notifier
  }

  /// Looks at every file; those that are as the last look saw them come without their bytes.
  ///
  /// - Parameter readingAll: every file comes with its bytes.
  /// - Throws: `ManifestSourceError` as `ManifestDirectory.read` does; what was known stays known.
  public mutating func look(readingAll: Bool = false) throws(ManifestSourceError) -> ManifestReading {
    notifier?.beginWalk()
    defer { notifier?.endWalk() }
    for path in paths { notifier?.showWay(to: path) }
    let reading = try ManifestDirectory.read(
      paths.map { .path($0) }, before: readingAll ? [:] : stamps, notifier: notifier)
    stamps = [:]
    for file in reading.files { if let stamp = file.stamp { stamps[file.relativePath] = stamp } }
    return reading
  }

  /// Has every file read at the next look.
  public mutating func forget() { stamps = [:] }
}
