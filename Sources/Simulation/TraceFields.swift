import FleetModel

/// An iterator over the lines of a trace, on its bytes.
struct TraceLines {
  private let bytes: [UInt8]
  private var next = 0
  /// The number of the line last returned, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A UTF-8 byte order mark is skipped.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
  }

  /// Returns the next line without its line break; `nil` at the end.
  mutating func nextLine() -> Range<Int>? {
    if next >= bytes.count { return nil }
    let start = next
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    next = end + 1
    number += 1
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }
}
