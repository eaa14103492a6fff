import CCrypt
import Glibc

/// Hashes of passwords as a `User` manifest holds them, made by the system's crypt(3).
enum PasswordHash {
  /// The longest password that crypt(3) takes, in bytes of UTF-8.
  static let longestPassword = 511

  /// A yescrypt hash of a password with a fresh salt from the system and the system's default cost.
  static func make(of password: String) throws(PasswordHashError) -> String {
    guard !password.isEmpty else { throw .emptyPassword }
    guard !password.utf8.contains(0) else { throw .containsNUL }
    guard password.utf8.count <= longestPassword else { throw .passwordTooLong }
    return try crypt(password, setting: try freshSetting())
  }

  /// Whether a password belongs to a hash of any kind that crypt(3) knows. The hash itself is its setting.
  static func matches(_ password: String, hash: String) throws(PasswordHashError) -> Bool {
    try crypt(password, setting: hash) == hash
  }

  /// `$y$`, the cost and a salt. Null random bytes make crypt(3) ask the system for them; cost 0 is its default.
  private static func freshSetting() throws(PasswordHashError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    guard crypt_gensalt_rn("$y$", 0, nil, 0, &buffer, CInt(buffer.count)) != nil else {
      throw .unavailable(reason: String(cString: strerror(errno)))
    }
    return text(of: buffer)
  }

  private static func crypt(_ password: String, setting: String) throws(PasswordHashError) -> String {
    var data = crypt_data()
    // Some of what crypt(3) works with could tell the password.
    defer { explicit_bzero(&data, MemoryLayout<crypt_data>.size) }
    guard let result = crypt_rn(password, setting, &data, CInt(MemoryLayout<crypt_data>.size)) else {
      throw .unavailable(reason: String(cString: strerror(errno)))
    }
    return String(cString: result)
  }

  private static func text(of buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Why no hash was made. Never says anything about the password but its length.
enum PasswordHashError: Error, Hashable, CustomStringConvertible {
  /// A password needs at least one character.
  case emptyPassword
  /// crypt(3) would stop reading at the NUL.
  case containsNUL
  /// More bytes than crypt(3) takes.
  case passwordTooLong
  /// The system's crypt(3) can't do it, with its reason.
  case unavailable(reason: String)

  /// One sentence, without its full stop.
  var description: String {
    switch self {
    case .emptyPassword: "the password is empty"
    case .containsNUL: "the password contains a NUL"
    case .passwordTooLong: "the password is longer than \(PasswordHash.longestPassword) bytes"
    case .unavailable(let reason): "the system can't make the hash: \(reason)"
    }
  }
}
