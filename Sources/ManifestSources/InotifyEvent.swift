import Glibc

/// A notification of the kernel about a watched directory.
struct InotifyEvent {
  var watch: Int32
  var mask: Int32
  /// Number that connects both ends of a move.
  var cookie: UInt32
  /// Name in the directory; empty if the event is about the directory itself.
  var name: [UInt8]

  /// Parses bytes that the kernel wrote: whole events.
  static func parse(_ bytes: ArraySlice<UInt8>) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var rest = bytes
    let header = MemoryLayout<inotify_event>.size
    while rest.count >= header {
      let event = rest.withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
      let name = Array(rest.dropFirst(header).prefix(Int(event.len)).prefix { $0 != 0 })
      rest = rest.dropFirst(header + Int(event.len))
      events.append(
        InotifyEvent(watch: event.wd, mask: Int32(bitPattern: event.mask), cookie: event.cookie, name: name))
    }
    return events
  }

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
