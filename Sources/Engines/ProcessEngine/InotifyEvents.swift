import Glibc

/// Result of one read from an inotify descriptor.
struct InotifyEvents {
  /// Names in the events, in order.
  var names: [String] = []
  /// Whether events were lost.
  var isOverflow = false
  /// Whether there was nothing to read.
  var isEmpty = true

  /// Reads the events that are available.
  static func read(_ descriptor: Int32) -> InotifyEvents {
    var result = InotifyEvents()
    withUnsafeTemporaryAllocation(byteCount: 16384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      result.isEmpty = got <= 0
      let header = MemoryLayout<inotify_event>.size
      var offset = 0
      while offset + header <= got {
        let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { result.isOverflow = true }
        let name = buffer[(offset + header)..<(offset + header + Int(event.len))].prefix { $0 != 0 }
        if !name.isEmpty { result.names.append(String(decoding: name, as: UTF8.self)) }
        offset += header + Int(event.len)
      }
    }
    return result
  }
}
