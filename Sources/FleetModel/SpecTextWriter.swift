/// Appends JSON to a buffer of bytes. Runs once for every document of a directory, so it makes no values on the way.
struct SpecTextWriter {
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1024) }

  /// What was written.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func openObject() { bytes.append(UInt8(ascii: "{")) }
  mutating func closeObject() { bytes.append(UInt8(ascii: "}")) }
  mutating func openArray() { bytes.append(UInt8(ascii: "[")) }
  mutating func closeArray() { bytes.append(UInt8(ascii: "]")) }

  /// A comma, unless the array or object has just begun.
  mutating func separate() {
    if let last = bytes.last, last != UInt8(ascii: "{") && last != UInt8(ascii: "[") {
      bytes.append(UInt8(ascii: ","))
    }
  }

  /// A key that needs no escapes.
  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// Any key.
  mutating func key(text: String) {
    separate()
    string(text)
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func bool(_ value: Bool) { append(value ? "true" : "false") }

  mutating func integer(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// A text in quotes. Almost every text is printable ASCII and is copied as it is.
  mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    let wasPlain: Bool? = value.utf8.withContiguousStorageIfAvailable { buffer in
      for byte in buffer where SpecTextWriter.needsEscape(byte) { return false }
      bytes.append(contentsOf: buffer)
      return true
    }
    if wasPlain != true {
      for scalar in value.unicodeScalars { append(escaping: scalar) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(escaping scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default: for unit in scalar.utf16 { append(hexadecimal: unit) }
    }
  }

  private mutating func append(hexadecimal unit: UInt16) {
    append("\\u")
    for shift: UInt16 in [12, 8, 4, 0] {
      let digit = UInt8(truncatingIfNeeded: unit >> shift & 15)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}

extension Dictionary where Key == String {
  /// The entries by key in the order of their UTF-8, which no setting and no version of Unicode changes.
  func inByteOrder() -> [(key: String, value: Value)] {
    count < 2 ? Array(self) : sorted { $0.key.precedesInBytes($1.key) }
  }
}

extension String {
  /// Whether its UTF-8 comes before the other's.
  func precedesInBytes(_ other: String) -> Bool {
    var (left, right) = (self, other)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        for index in 0..<Swift.min(left.count, right.count) where left[index] != right[index] {
          return left[index] < right[index]
        }
        return left.count < right.count
      }
    }
  }
}
