import CMessageDigest

/// SHA-256 from the system's libmd, and the forms in which Berth uses it.
public enum MessageDigest {
  /// Returns the SHA-256 of a string's UTF-8.
  public static func sha256(_ text: String) -> [UInt8] { sha256(Array(text.utf8)) }

  /// Returns the SHA-256 of bytes: 32 bytes.
  public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var context = SHA2_CTX()
    SHA256Init(&context)
    SHA256Update(&context, bytes, bytes.count)
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256Final(&digest, &context)
    return digest
  }

  /// Returns the HMAC-SHA-256 (RFC 2104) of a string's UTF-8.
  public static func hmac(_ text: String, key: [UInt8]) -> [UInt8] { hmac(Array(text.utf8), key: key) }

  /// Returns the HMAC-SHA-256 (RFC 2104) of bytes. A key longer than 64 bytes is hashed first.
  public static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > 64 ? sha256(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    let inner = sha256(block.map { $0 ^ 0x36 } + bytes)
    return sha256(block.map { $0 ^ 0x5c } + inner)
  }

  /// Returns the first characters of the base32 (RFC 4648) of bytes, in lower case and without padding.
  public static func base32(_ bytes: [UInt8], characters: Int) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    var out: [UInt8] = []
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes where out.count < characters {
      buffer = (buffer << 8 | UInt32(byte)) & 0xffff
      bits += 8
      while bits >= 5 && out.count < characters {
        out.append(alphabet[Int(buffer >> (bits - 5) & 31)])
        bits -= 5
      }
    }
    if bits > 0, out.count < characters { out.append(alphabet[Int(buffer << (5 - bits) & 31)]) }
    return String(decoding: out, as: UTF8.self)
  }

  /// Returns bytes as hexadecimal digits in lower case.
  public static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
