import FleetModel
import Synchronization

/// A source that is looked at again and again. A file is read again only if its stamp says that it may have changed.
public final class ManifestTree: Sendable {
  /// The directories and files, as the user wrote them.
  public let paths: [String]
  private let known = Mutex<[String: KnownFile]>([:])
  private let notifier: DirectoryNotifier?

  /// Creates a tree that has not been looked at.
  ///
  /// - Parameter notifier: is told every directory that a look opens, before the look goes on in it.
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
    for path in paths { notifier?.watchWay(to: path) }
    let former = FormerLook(known: known.withLock { $0 }, accepted: accepted)
    var walk = try SourceWalk(paths.map { .path($0) }, before: former)
    while let directory = try walk.nextDirectory() { notifier?.watch(directory, followingLinks: walk.followsLinks) }
    var found: [String: KnownFile] = [:]
    for file in walk.reading.files {
      if let stamp = file.stamp, let digest = file.digest {
        found[file.relativePath] = KnownFile(stamp: stamp, digest: digest)
      }
    }
    known.withLock { $0 = found }
    return walk.reading
  }
}
