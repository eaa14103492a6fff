import Glibc
import SystemCalls

/// Result of one read from an inotify descriptor.
struct InotifyEvents {
  /// Names in the events, in order.
  var names: [String] = []
  /// Whether events were lost.
  var isOverflow = false
  /// Whether the watched directory is no longer at its path.
  var isDirectoryGone = false
  /// Whether there was nothing to read.
  var isEmpty = true

  /// Reads the events that are available.
  static func read(_ descriptor: Int32) -> InotifyEvents {
    var result = InotifyEvents()
    withUnsafeTemporaryAllocation(byteCount: 16384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      result.isEmpty = got <= 0
      for event in InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<max(0, got)])) {
        if event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { result.isDirectoryGone = true }
        if event.mask & IN_Q_OVERFLOW != 0 { result.isOverflow = true }
        if !event.name.isEmpty { result.names.append(String(decoding: event.name, as: UTF8.self)) }
      }
    }
    return result
  }
}
