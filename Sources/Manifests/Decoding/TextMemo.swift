/// Texts that were accepted before. Manifests repeat the same few images, users, programs and arguments, so that the next
/// one is mostly found here, and neither checked nor made again.
struct TextMemo {
  private var short: [(name: PackedName, text: String)]
  private var long: [(hash: UInt64, text: String)]

  /// Makes a memo of 64 places for texts of up to 16 bytes and 64 for longer ones; a text takes the place of another that
  /// has the same.
  init() {
    short = Array(repeating: (PackedName(), ""), count: 64)
    long = Array(repeating: (0, ""), count: 64)
  }

  /// The text that bytes are if it is remembered; else what `make` makes of them, remembered.
  @inline(__always)
  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, make: () -> String?) -> String? {
    guard let name = PackedName(bytes) else { return longText(bytes, make: make) }
    let place = name.place(0x9E37_79B9_7F4A_7C15, shift: 58)
    if short[place].name == name { return short[place].text }
    guard let text = make() else { return nil }
    short[place] = (name, text)
    return text
  }

  private mutating func longText(_ bytes: UnsafeBufferPointer<UInt8>, make: () -> String?) -> String? {
    guard let base = bytes.baseAddress, bytes.count >= 8, bytes.count < 128 else { return make() }
    let raw = UnsafeRawPointer(base)
    var hash = UInt64(bytes.count)
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
      offset += 8
    }
    hash = (hash ^ raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: hash >> 58)
    if long[place].hash == hash, TextMemo.holds(long[place].text, bytes) { return long[place].text }
    guard let text = make() else { return nil }
    long[place] = (hash, text)
    return text
  }

  @inline(__always)
  private static func holds(_ text: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.holdsSame(as: bytes) } ?? false
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether the bytes are the same; eight at a time.
  @inline(__always)
  func holdsSame(as other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == other.count, let left = baseAddress, let right = other.baseAddress else { return false }
    var offset = 0
    while offset + 8 <= count {
      let isSame =
        UnsafeRawPointer(left).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        == UnsafeRawPointer(right).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      guard isSame else { return false }
      offset += 8
    }
    while offset < count {
      guard left[offset] == right[offset] else { return false }
      offset += 1
    }
    return true
  }
}
