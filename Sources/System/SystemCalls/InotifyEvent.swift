import Glibc

/// A notification of the kernel about a watched directory: inotify(7).
public struct InotifyEvent: Sendable {
  /// The watch, as `inotify_add_watch` returned it; -1 for an overflow.
  public var watch: Int32
  /// The bits of the event, `IN_…`.
  public var mask: Int32
  /// Number that connects both ends of a move; 0 for other events.
  public var cookie: UInt32
  /// Name in the directory; empty if the event is about the directory itself.
  public var name: [UInt8]

  /// Makes an event.
  public init(watch: Int32, mask: Int32, cookie: UInt32, name: [UInt8]) {
    self.watch = watch
    self.mask = mask
    self.cookie = cookie
    self.name = name
  }

  /// Parses the bytes of one read. The kernel writes whole events only; a part of one at the end is skipped.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    let header = MemoryLayout<inotify_event>.size
    var offset = 0
    while offset + header <= bytes.count {
      let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
      let end = offset + header + Int(event.len)
      guard end <= bytes.count else { break }
      // The name is padded with zeros.
      let name = bytes[(offset + header)..<end].prefix { $0 != 0 }
      events.append(
        InotifyEvent(
          watch: event.wd, mask: Int32(bitPattern: event.mask), cookie: event.cookie, name: Array(name)))
      offset = end
    }
    return events
  }
}
