/// A cache of accepted strings. Manifests repeat the same few images, users, programs and arguments, so most strings
/// are found here and neither checked nor allocated again.
struct StringCache {
  /// Strings of up to 16 bytes by slot, with packed copies for quick comparison; empty until the first one.
  private var names: [PackedName] = []
  private var short: [String] = []
  /// Longer strings by slot, with their hashes; empty until the first one.
  private var hashes: [UInt64] = []
  private var long: [String] = []

  /// Binary logarithm of the number of slots for each of the two sizes. A string replaces the one in its slot.
  private static let bits: UInt64 = 6

  /// Returns the cached string with these bytes, or caches and returns the result of `make`.
  @inline(__always)
  mutating func string(_ bytes: UnsafeBufferPointer<UInt8>, make: () -> String?) -> String? {
    guard let name = PackedName(bytes) else { return longString(bytes, make: make) }
    let slot = name.slot(0x9E37_79B9_7F4A_7C15, shift: 64 - StringCache.bits)
    if slot < names.count, names[slot] == name { return short[slot] }
    guard let text = make() else { return nil }
    keep(text, name, slot)
    return text
  }

  private mutating func keep(_ text: String, _ name: PackedName, _ slot: Int) {
    if names.isEmpty {
      names = Array(repeating: PackedName(), count: 1 << StringCache.bits)
      short = Array(repeating: "", count: 1 << StringCache.bits)
    }
    names[slot] = name
    short[slot] = text
  }

  private mutating func longString(_ bytes: UnsafeBufferPointer<UInt8>, make: () -> String?) -> String? {
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
    let slot = Int(truncatingIfNeeded: hash >> (64 - StringCache.bits))
    if slot < hashes.count, hashes[slot] == hash, StringCache.holds(long[slot], bytes) { return long[slot] }
    guard let text = make() else { return nil }
    if hashes.isEmpty {
      hashes = Array(repeating: 0, count: 1 << StringCache.bits)
      long = Array(repeating: "", count: 1 << StringCache.bits)
    }
    hashes[slot] = hash
    long[slot] = text
    return text
  }

  @inline(__always)
  private static func holds(_ text: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.holdsSame(as: bytes) } ?? false
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether both buffers hold the same bytes; compares eight at a time.
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
