/// The crypt(3) hashes that are accepted: yescrypt and bcrypt, neither weak nor absurdly expensive to check.
enum PasswordHash {
  /// The memory that checking a yescrypt hash may take, in bytes.
  static let yescryptMemory = (1 << 20)...(256 << 20)
  /// The cost of bcrypt: the binary logarithm of its rounds.
  static let bcryptCost = 10...14

  /// Describes the flaw of a hash; `nil` if it is accepted. Never quotes the hash.
  static func flaw(in text: String) -> String? {
    var text = text
    return text.withUTF8 { flaw(in: $0) }
  }

  /// Describes the flaw of a hash; `nil` if it is accepted. Never quotes the hash.
  static func flaw(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].isEmpty else { return unknown(text) }
    switch parts[1] {
    case "y": return yescryptFlaw(parts)
    case "2a", "2b", "2y": return bcryptFlaw(parts)
    default: return "password hash of \(kinds[String(parts[1])].map { "type \($0)" } ?? "unknown type") is not accepted"
    }
  }

  private static let kinds = [
    "1": "MD5 (\"$1$\")", "5": "SHA-256 (\"$5$\")", "6": "SHA-512 (\"$6$\")", "7": "scrypt (\"$7$\")",
    "gy": "gost-yescrypt (\"$gy$\")", "2x": "faulty bcrypt (\"$2x$\")", "2": "bcrypt (\"$2$\")",
    "md5": "SunMD5 (\"$md5$\")", "sha1": "SHA-1 (\"$sha1$\")", "3": "NTHASH (\"$3$\")",
    "apr1": "Apache MD5 (\"$apr1$\")",
    "argon2i": "Argon2i (\"$argon2i$\")", "argon2d": "Argon2d (\"$argon2d$\")",
    "argon2id": "Argon2id (\"$argon2id$\")",
  ]

  private static func unknown(_ text: String) -> String {
    if text.isEmpty { return "password hash is empty" }
    if text.hasPrefix("!") || text.hasPrefix("*") { return "password is locked; remove the field instead" }
    if text.hasPrefix("{") { return "password hash of type LDAP (\"{…}\") is not accepted" }
    let isTraditional = text.utf8.count == 13 && text.utf8.allSatisfy { alphabet.contains($0) }
    return isTraditional ? "password hash of type DES is not accepted" : "not a password hash"
  }

  /// Checks `$y$`, flavor and cost, `$`, salt, `$`, 43 characters. The cost is the flavor "j", then the logarithm of
  /// N and r, each minus one, in crypt's base 64; values below 48 take one character. Checking takes 128·N·r bytes.
  /// See crypt(5).
  private static func yescryptFlaw(_ parts: [Substring]) -> String? {
    let malformed = "malformed yescrypt hash"
    guard parts.count == 5, isBase64(parts[3]), parts[3].utf8.count <= 86, isBase64(parts[4]),
      parts[4].utf8.count == 43
    else { return malformed }
    let cost = parts[2].utf8.map { alphabet.firstIndex(of: $0) ?? -1 }
    guard cost.count >= 3, parts[2].first == "j" else { return "yescrypt flavor is not accepted" }
    guard cost.count == 3, (0..<48).contains(cost[1]), (0..<48).contains(cost[2]) else {
      return "yescrypt cost is not accepted"
    }
    let logarithm = cost[1] + 1
    let memory = logarithm > 30 ? Int.max : 128 * (cost[2] + 1) << logarithm
    if memory < yescryptMemory.lowerBound {
      return "yescrypt hash is too weak: checking it takes less than 1 MiB"
    }
    if memory > yescryptMemory.upperBound {
      return "yescrypt hash is too expensive: checking it takes more than 256 MiB"
    }
    return nil
  }

  /// Checks `$2b$`, two digits of cost, `$`, 53 characters.
  private static func bcryptFlaw(_ parts: [Substring]) -> String? {
    guard parts.count == 4, parts[2].utf8.count == 2, let cost = Int(parts[2]),
      parts[2].utf8.allSatisfy(NameGrammar.isDigit),
      parts[3].utf8.count == 53, isBase64(parts[3])
    else { return "malformed bcrypt hash" }
    if cost < bcryptCost.lowerBound { return "bcrypt hash is too weak: cost \(cost), at least 10 is required" }
    if cost > bcryptCost.upperBound { return "bcrypt hash is too expensive: cost \(cost), at most 14 is accepted" }
    return nil
  }

  private static let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  private static func isBase64(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { alphabet.contains($0) }
  }
}
