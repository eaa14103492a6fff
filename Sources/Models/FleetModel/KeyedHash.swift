/// A keyed hash of 64 bits over numbers and strings: the rounds of SipHash-1-3 (Aumasson and Bernstein, 2012), so that
/// nobody without the key can find two inputs with one hash. Each string is combined with its length, so that no two
/// sequences of strings give the same input. The framing is Berth's own; a hash is only ever compared with one of the same
/// installation.
public struct KeyedHash: Sendable {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64

  /// Begins a hash under a key, of which the first 16 bytes are used.
  public init(key: [UInt8]) {
    func word(_ start: Int) -> UInt64 {
      (0..<8).reduce(0) { word, index in
        start + index < key.count ? word | UInt64(key[start + index]) << (8 * UInt64(index)) : word
      }
    }
    let (k0, k1) = (word(0), word(8))
    v0 = k0 ^ 0x736f_6d65_7073_6575
    v1 = k1 ^ 0x646f_7261_6e64_6f6d
    v2 = k0 ^ 0x6c79_6765_6e65_7261
    v3 = k1 ^ 0x7465_6462_7974_6573
  }

  @inline(__always) private mutating func round() {
    v0 &+= v1
    v1 = v1 << 13 | v1 >> 51
    v1 ^= v0
    v0 = v0 << 32 | v0 >> 32
    v2 &+= v3
    v3 = v3 << 16 | v3 >> 48
    v3 ^= v2
    v0 &+= v3
    v3 = v3 << 21 | v3 >> 43
    v3 ^= v0
    v2 &+= v1
    v1 = v1 << 17 | v1 >> 47
    v1 ^= v2
    v2 = v2 << 32 | v2 >> 32
  }

  /// Adds a number.
  @inline(__always) public mutating func combine(_ word: UInt64) {
    v3 ^= word
    round()
    v0 ^= word
  }

  /// Adds a string, as its length and its UTF-8.
  public mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      combine(UInt64(bytes.count))
      var offset = 0
      while offset + 8 <= bytes.count {
        combine(UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      var last: UInt64 = 0
      while offset < bytes.count {
        last = last << 8 | UInt64(bytes[offset])
        offset += 1
      }
      combine(last)
    }
  }

  /// The hash of all that was added.
  public var value: UInt64 {
    var copy = self
    copy.v2 ^= 0xff
    copy.round()
    copy.round()
    copy.round()
    return copy.v0 ^ copy.v1 ^ copy.v2 ^ copy.v3
  }
}
