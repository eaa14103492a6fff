import CLinux
import Glibc
import SystemCalls

/// A reader of a run's log. The part that the cap has dropped is a hole in the file; a line in its place says so.
struct RunLog {
  /// Path of the log, for errors.
  let path: String
  /// Opens the log; returns `nil` if there is none.
  let open: @Sendable () throws(SystemFailure) -> OpenedFile?
  /// Offset of the next byte to read.
  var offset: Int64 = 0

  init(path: String, open: @escaping @Sendable () throws(SystemFailure) -> OpenedFile?) {
    self.path = path
    self.open = open
  }

  /// Moves to the start of the last `lines` lines.
  mutating func seek(toLast lines: Int) throws(SystemFailure) {
    guard let file = try open() else { return }
    let descriptor = file.descriptor.rawValue
    var end = Int64(lseek(descriptor, 0, SEEK_END))
    offset = end
    let begin = Self.beginOfData(descriptor, before: end)
    // A newline at the very end closes the last line; it does not begin another.
    var wanted = lines + 1
    if lines <= 0 { return }
    var isLastByte = true
    while end > begin {
      let from = max(begin, end - 65536)
      if Int64(lseek(descriptor, off_t(from), SEEK_SET)) == -1 { return }
      let bytes = try file.read(upTo: Int(end - from))
      for index in bytes.indices.reversed() {
        if bytes[index] == UInt8(ascii: "\n") || (isLastByte && bytes[index] != UInt8(ascii: "\n")) { wanted -= 1 }
        isLastByte = false
        if wanted == 0, bytes[index] == UInt8(ascii: "\n") {
          offset = from + Int64(index) + 1
          return
        }
      }
      end = from
    }
    offset = begin
  }

  /// Returns the beginning of the last part of a file that is not a hole: everything before the hole has been dropped. A NUL
  /// byte that a program has written is no hole.
  private static func beginOfData(_ descriptor: Int32, before end: Int64) -> Int64 {
    var begin: Int64 = 0
    while true {
      let hole = Int64(lseek(descriptor, off_t(begin), berth_seek_hole))
      if hole < 0 || hole >= end { return begin }
      let data = Int64(lseek(descriptor, off_t(hole), berth_seek_data))
      if data < 0 || data >= end { return begin }
      begin = data
    }
  }

  /// Returns the next bytes, at most 64 KiB; none if there are no more at present.
  mutating func next() throws(SystemFailure) -> [UInt8] {
    guard let file = try open() else { return [] }
    let descriptor = file.descriptor.rawValue
    let size = Int64(lseek(descriptor, 0, SEEK_END))
    if size < offset { offset = 0 }  // the log started over
    if size == offset { return [] }
    let data = Int64(lseek(descriptor, off_t(offset), berth_seek_data))
    if data > offset {
      let line = Array("\n[berth: \(data - offset) bytes of the log were dropped here]\n".utf8)
      offset = data
      return line
    }
    let hole = Int64(lseek(descriptor, off_t(offset), berth_seek_hole))
    let end = hole > offset ? min(hole, offset + 65536) : offset + 65536
    try SystemCall.check("lseek", path) { lseek(descriptor, off_t(offset), SEEK_SET) == -1 ? -1 : 0 }
    let bytes = try file.read(upTo: Int(end - offset))
    offset += Int64(bytes.count)
    return bytes
  }
}
