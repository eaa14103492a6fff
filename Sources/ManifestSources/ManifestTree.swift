import Diagnostics
import FleetModel
import Glibc

/// What a user named as a source, to be looked at again and again: a file is only read anew when its stamp says that it may
/// have changed.
public struct ManifestTree: Sendable {
  /// The directories and files, as the user wrote them.
  public let paths: [String]
  private var known: [String: KnownFile] = [:]
  private let notifier: DirectoryNotifier?

  /// Makes a tree that nobody has looked at yet; every walk is shown to the notifier.
  public init(paths: [String], notifier: DirectoryNotifier? = nil) {
    self.paths = paths
    self.notifier = notifier
  }

  /// Looks at every file. Each has its digest; those whose digest is the accepted one come without their bytes.
  ///
  /// - Parameters:
  ///   - accepted: digests of files that the caller need not decode again, by path; nil: every file is read, and comes with
  ///     its bytes.
  /// - Throws: `ManifestSourceError` as `ManifestDirectory.read` does; what was known stays known.
  public mutating func look(accepted: ((String) -> [UInt8]?)?) throws(ManifestSourceError) -> ManifestReading {
    notifier?.beginWalk()
    defer { notifier?.endWalk() }
    for path in paths { notifier?.showWay(to: path) }
    let reading = try ManifestDirectory.read(
      paths.map { .path($0) }, before: FormerLook(known: known, accepted: accepted), notifier: notifier)
    known = [:]
    for file in reading.files {
      if let stamp = file.stamp, let digest = file.digest {
        known[file.relativePath] = KnownFile(stamp: stamp, digest: digest)
      }
    }
    return reading
  }
}

/// What a look knows of the one before.
struct FormerLook {
  let known: [String: KnownFile]
  let accepted: ((String) -> [UInt8]?)?

  /// What is known of a file that need not be read while it has its stamp.
  func file(_ path: String) -> KnownFile? {
    guard let accepted, let file = known[path], accepted(path) == file.digest else { return nil }
    return file
  }

  /// Gives a file that was read its digest, and lets its bytes go where that is the accepted one.
  func settle(_ file: inout ManifestFile) {
    let digest = MessageDigest.sha256(file.bytes)
    file.digest = digest
    if let accepted, accepted(file.relativePath) == digest {
      file.bytes = []
      file.isAsBefore = true
    }
  }
}
