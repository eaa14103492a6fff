/// Walks through the Unicode scalars of a file, counting lines (ended by LF, CR or CRLF) and columns as libyaml does.
struct TextCursor {
  /// One scalar, or one byte that is not part of any.
  struct Step {
    /// `nil` for a byte that is not UTF-8.
    var scalar: Unicode.Scalar?
    /// The first byte.
    var byte: UInt8
    /// Offset of the first byte.
    var offset: Int
    var span: Span
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// Offset of the next scalar.
  private(set) var offset: Int
  private var line: UInt32 = 1
  private var column: UInt32 = 1
  private var afterReturn = false

  /// Creates a cursor at a byte, which is line 1, column 1.
  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    self.bytes = bytes
    offset = start
  }

  /// Returns the next scalar; `nil` at the end.
  mutating func next() -> Step? {
    guard offset < bytes.count else { return nil }
    let byte = bytes[offset]
    if afterReturn && byte != 0x0A { newLine() }
    var step = Step(
      scalar: nil, byte: byte, offset: offset, span: Span(line: line, column: column, length: 1))
    if byte < 0x80 {
      step.scalar = Unicode.Scalar(byte)
      offset += 1
    } else {
      var decoder = UTF8()
      var rest = bytes[offset..<min(offset + 4, bytes.count)].makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&rest) {
        step.scalar = scalar
        offset += UTF8.width(scalar)
      } else {
        offset += 1
      }
    }
    column += 1
    if byte == 0x0A { newLine() } else { afterReturn = byte == 0x0D }
    return step
  }

  /// Advances to the end of the line: the next scalar is its terminator, if there is one. Does not update the column.
  mutating func skipLine() {
    while offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
  }

  private mutating func newLine() {
    line += 1
    column = 1
    afterReturn = false
  }
}
