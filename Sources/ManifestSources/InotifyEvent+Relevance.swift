import Glibc
import SystemCalls

extension InotifyEvent {
  /// Whether the name is that of a manifest.
  var isOfManifest: Bool { ManifestPath.isManifest(String(decoding: name, as: UTF8.self)) }

  /// Whether a walk could come to another result after the event.
  ///
  /// - Parameter anyName: whether names other than those of manifests matter.
  func isRelevant(anyName: Bool) -> Bool {
    // The end of a watch that was removed.
    if mask & IN_IGNORED != 0 { return false }
    if mask & IN_Q_OVERFLOW != 0 || name.isEmpty || anyName { return true }
    if name == Array(".berthignore".utf8) { return true }
    if name.first == UInt8(ascii: ".") { return false }
    // A new link may lead to a directory, whatever its name.
    if mask & (IN_ISDIR | IN_CREATE | IN_MOVED_TO) != 0 { return true }
    return isOfManifest
  }
}
