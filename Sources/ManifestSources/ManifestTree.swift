import Diagnostics
import FleetModel
import Glibc
import Synchronization

/// A source that is looked at again and again. A file is read again only if its stamp says that it may have changed.
public final class ManifestTree: Sendable {
  /// The directories and files, as the user wrote them.
  public let paths: [String]
  private let known = Mutex<[String: KnownFile]>([:])
  private let notifier: DirectoryNotifier?

  /// Creates a tree that has not been looked at.
  ///
  /// - Parameter notifier: is shown every directory that a look opens.
  public init(paths: [String], notifier: DirectoryNotifier? = nil) {
    self.paths = paths
    self.notifier = notifier
  }

  /// Looks at every file, and returns it with its digest. A file whose digest is accepted comes without its bytes. One look
  /// must end before the next begins.
  ///
  /// - Parameter accepted: returns the digest of a file that need not be decoded again, by its path. `nil`: every file is read,
  ///   and comes with its bytes.
  /// - Throws: `ManifestSourceError` as `ManifestDirectory.read` does; files that were known stay known.
  public func look(accepted: ((String) -> [UInt8]?)?) throws(ManifestSourceError) -> ManifestReading {
    notifier?.beginWalk()
    defer { notifier?.endWalk() }
    for path in paths { notifier?.showWay(to: path) }
    let reading = try ManifestDirectory.read(
      paths.map { .path($0) }, before: FormerLook(known: known.withLock { $0 }, accepted: accepted), notifier: notifier)
    var found: [String: KnownFile] = [:]
    for file in reading.files {
      if let stamp = file.stamp, let digest = file.digest {
        found[file.relativePath] = KnownFile(stamp: stamp, digest: digest)
      }
    }
    known.withLock { $0 = found }
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
