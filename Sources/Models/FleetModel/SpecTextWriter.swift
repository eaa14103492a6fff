import Glibc

/// Appends JSON to a buffer of bytes. Called once for every document of a directory, so it writes through a pointer: the
/// memory is the caller's, on its stack, as long as the text fits, which almost every text does.
struct SpecTextWriter: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var count = 0
  private var capacity: Int
  private var ownsBase = false

  /// Writes into memory that must outlive the writer.
  init(into memory: UnsafeMutableBufferPointer<UInt8>) {
    // A temporary allocation of a positive size always has an address; without one, the first write allocates.
    base = memory.baseAddress ?? .allocate(capacity: 1)
    capacity = memory.count
  }

  deinit {
    if ownsBase { base.deallocate() }
  }

  /// The text written so far.
  var text: String { String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }

  /// Whether the text written so far equals `text`.
  func wrote(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count == count else { return false }
      guard let start = bytes.baseAddress else { return true }
      return memcmp(start, base, count) == 0
    }
  }

  mutating func openObject() { append(UInt8(ascii: "{")) }
  mutating func closeObject() { append(UInt8(ascii: "}")) }
  mutating func openArray() { append(UInt8(ascii: "[")) }
  mutating func closeArray() { append(UInt8(ascii: "]")) }

  /// Writes a comma, unless the array or object has just begun.
  mutating func separate() {
    guard count > 0 else { return }
    let last = base[count - 1]
    if last != UInt8(ascii: "{") && last != UInt8(ascii: "[") { append(UInt8(ascii: ",")) }
  }

  /// Writes a key that needs no escapes, given as `"key":`.
  mutating func key(_ quoted: StaticString) {
    separate()
    append(quoted)
  }

  /// Writes any key.
  mutating func key(text: String) {
    separate()
    string(text)
    append(UInt8(ascii: ":"))
  }

  mutating func bool(_ value: Bool) { append(value ? "true" : "false") }

  mutating func integer(_ value: Int64) {
    reserve(20)
    if value < 0 { append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var divisor: UInt64 = 1
    while rest / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      base[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor)
      count += 1
      rest %= divisor
      divisor /= 10
    }
  }

  /// Writes a string in quotes. Almost every string is printable ASCII and is copied as it is.
  mutating func string(_ value: String) {
    append(UInt8(ascii: "\""))
    content(value)
    append(UInt8(ascii: "\""))
  }

  /// Writes the `text` of an identity without making that string.
  mutating func identity(_ identity: DeploymentIdentity) {
    append(UInt8(ascii: "\""))
    content(identity.cluster.organization)
    append(UInt8(ascii: "/"))
    content(identity.cluster.name)
    append(UInt8(ascii: "/"))
    content(identity.name)
    append(UInt8(ascii: "\""))
  }

  private mutating func content(_ value: String) {
    if value.utf8.withContiguousStorageIfAvailable({ appendIfPlain($0) }) == true { return }
    for scalar in value.unicodeScalars { append(escaping: scalar) }
  }

  /// Copies printable ASCII without quotes and backslashes, eight bytes at a time; returns false, having copied nothing, if
  /// the buffer has any other byte. The tests of a whole word are those of S. E. Anderson's "Bit Twiddling Hacks", on bytes
  /// below 128.
  private mutating func appendIfPlain(_ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let source = buffer.baseAddress else { return true }
    reserve(buffer.count + 8)
    let (ones, highs) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
    let target = base + count
    var index = 0
    while index + 8 <= buffer.count {
      let word = UnsafeRawPointer(source + index).loadUnaligned(as: UInt64.self)
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5c)
      let deletes = word ^ (ones &* 0x7f)
      let hits = (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | (deletes &- ones) | word
      if hits & highs != 0 { return false }
      UnsafeMutableRawPointer(target + index).storeBytes(of: word, as: UInt64.self)
      index += 8
    }
    while index < buffer.count {
      let byte = source[index]
      if byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
      target[index] = byte
      index += 1
    }
    count += buffer.count
    return true
  }

  private mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  private mutating func append(_ text: StaticString) {
    reserve(text.utf8CodeUnitCount)
    (base + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  private mutating func append(escaping scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case " "..."~": append(UInt8(truncatingIfNeeded: scalar.value))
    default: for unit in scalar.utf16 { append(hexadecimal: unit) }
    }
  }

  private mutating func append(hexadecimal unit: UInt16) {
    append("\\u")
    for shift: UInt16 in [12, 8, 4, 0] {
      let digit = UInt8(truncatingIfNeeded: unit >> shift & 15)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Ensures capacity for more bytes.
  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let wanted = max(2 * capacity, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: count)
    if ownsBase { base.deallocate() }
    (base, capacity, ownsBase) = (larger, wanted, true)
  }
}

extension Dictionary where Key == String {
  /// Returns the entries by key in the order of their UTF-8, which depends on no locale and no version of Unicode.
  func inByteOrder() -> [(key: String, value: Value)] {
    var entries = Array(self)
    guard entries.count > 1 else { return entries }
    guard entries.count <= 8 else { return entries.sorted { $0.key.precedesInBytes($1.key) } }
    // Insertion: most dictionaries here have two or three entries.
    for end in 1..<entries.count {
      var place = end
      while place > 0 && entries[place].key.precedesInBytes(entries[place - 1].key) {
        entries.swapAt(place, place - 1)
        place -= 1
      }
    }
    return entries
  }
}

extension String {
  /// Whether the UTF-8 of this string comes before the other's.
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
