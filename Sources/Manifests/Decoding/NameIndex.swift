/// The indices of a few names, found by a perfect hash: one comparison tells which name it is, if any.
struct NameIndex: Sendable {
  private let slots: [(name: PackedName, number: Int)]
  private let multiplier: UInt64
  private let shift: UInt64

  /// Indexes names from 0. They must be distinct and have 1 to 16 bytes.
  init(_ names: [String]) {
    let packed = names.map { PackedName($0) }
    var bits: UInt64 = 4
    var multiplier: UInt64 = 1
    // Each multiplier scatters the names differently, and larger tables have fewer collisions.
    while true {
      for _ in 0..<64 {
        multiplier = multiplier &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_406
        let taken = packed.map { $0.slot(multiplier, shift: 64 - bits) }
        guard Set(taken).count == names.count else { continue }
        var slots = Array(repeating: (name: PackedName(), number: 0), count: 1 << Int(bits))
        for (number, slot) in taken.enumerated() { slots[slot] = (packed[number], number) }
        self.slots = slots
        self.multiplier = multiplier
        shift = 64 - bits
        return
      }
      bits += 1
    }
  }

  /// Returns the index of the name with these bytes.
  @inline(__always)
  func number(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let name = PackedName(bytes) else { return nil }
    let slot = slots[name.slot(multiplier, shift: shift)]
    return slot.name == name ? slot.number : nil
  }
}

/// A name of 1 to 16 bytes in two words and a length, so that a comparison needs no loop and no `String`.
struct PackedName: Equatable, Sendable {
  private let count: Int
  private let low: UInt64
  private let high: UInt64

  init(_ name: String) {
    let packed = Array(name.utf8).withUnsafeBufferPointer { PackedName($0) }
    precondition(packed != nil, "a field's name has 1 to 16 bytes")
    self = packed.unsafelyUnwrapped
  }

  /// Creates a value that equals no name.
  init() {
    count = 0
    low = 0
    high = 0
  }

  /// Hashes the name to 64 - `shift` bits; each multiplier gives another hash.
  @inline(__always)
  func slot(_ multiplier: UInt64, shift: UInt64) -> Int {
    let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* multiplier
    return Int(truncatingIfNeeded: mixed &>> shift)
  }

  /// Packs bytes with overlapping loads: the first and the last bytes together cover a name of known length.
  @inline(__always)
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress, UInt(bitPattern: bytes.count &- 1) < 16 else { return nil }
    let raw = UnsafeRawPointer(base)
    count = bytes.count
    if count >= 8 {
      low = raw.loadUnaligned(as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      low = UInt64(raw.loadUnaligned(as: UInt32.self))
      high = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
    } else {
      low = UInt64(bytes[0]) | UInt64(bytes[count - 1]) << 8
      high = UInt64(bytes[count / 2])
    }
  }
}
