/// Texts that were accepted before. Manifests repeat the same few images, users and programs, so that the next one is mostly
/// found here, and neither checked nor allocated again.
struct TextMemo {
  private var entries: [(hash: UInt64, text: String)]

  /// Makes a memo of 64 places; a text takes the place of another that has the same.
  init() { entries = Array(repeating: (0, ""), count: 64) }

  /// The text that bytes are if it is remembered; else what `make` makes of them, remembered.
  @inline(__always)
  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, make: () -> String?) -> String? {
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
    if entries[place].hash == hash, TextMemo.equal(&entries[place].text, bytes) { return entries[place].text }
    guard let text = make() else { return nil }
    entries[place] = (hash, text)
    return text
  }

  private static func equal(_ text: inout String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    text.withUTF8 { own in
      guard own.count == bytes.count, let left = own.baseAddress, let right = bytes.baseAddress else { return false }
      var offset = 0
      while offset + 8 <= own.count {
        let isSame =
          UnsafeRawPointer(left).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          == UnsafeRawPointer(right).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard isSame else { return false }
        offset += 8
      }
      while offset < own.count {
        guard left[offset] == right[offset] else { return false }
        offset += 1
      }
      return true
    }
  }
}
