import CCrypt
import Glibc
import SystemPackage

/// Hashes of passwords for `User` manifests, computed by the system's crypt(3).
enum PasswordHash {
  /// The longest password that crypt(3) takes, in bytes of UTF-8.
  static let longestPassword = 511

  /// Returns a yescrypt hash of a password, with a fresh salt from the system and the system's default cost.
  static func make(of password: String) throws(PasswordHashError) -> String {
    guard !password.isEmpty else { throw .emptyPassword }
    guard !password.utf8.contains(0) else { throw .containsNUL }
    guard password.utf8.count <= longestPassword else { throw .passwordTooLong }
    return try crypt(password, setting: try freshSetting())
  }

  /// Whether a password matches a hash of any kind that crypt(3) knows. The hash contains its own setting.
  static func matches(_ password: String, hash: String) throws(PasswordHashError) -> Bool {
    try crypt(password, setting: hash) == hash
  }

  /// Returns a setting with the default cost and a fresh salt: cost 0 is the default, and without random bytes crypt(3) gets
  /// them from the system.
  private static func freshSetting() throws(PasswordHashError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    guard crypt_gensalt_rn("$y$", 0, nil, 0, &buffer, CInt(buffer.count)) != nil else {
      throw .unavailable(reason: Errno(rawValue: errno).description)
    }
    return text(of: buffer)
  }

  private static func crypt(_ password: String, setting: String) throws(PasswordHashError) -> String {
    var data = crypt_data()
    // The working memory of crypt(3) could reveal the password.
    defer { explicit_bzero(&data, MemoryLayout<crypt_data>.size) }
    guard let result = crypt_rn(password, setting, &data, CInt(MemoryLayout<crypt_data>.size)) else {
      throw .unavailable(reason: Errno(rawValue: errno).description)
    }
    return String(cString: result)
  }

  private static func text(of buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Reason why no hash was computed. Reveals nothing about the password but its length.
enum PasswordHashError: Error, Hashable, CustomStringConvertible {
  /// The password is empty.
  case emptyPassword
  /// The password contains a NUL, at which crypt(3) would stop reading.
  case containsNUL
  /// The password has more bytes than crypt(3) takes.
  case passwordTooLong
  /// crypt(3) failed; the reason.
  case unavailable(reason: String)

  /// The message: one sentence without its full stop.
  var description: String {
    switch self {
    case .emptyPassword: "the password is empty"
    case .containsNUL: "the password contains a NUL"
    case .passwordTooLong: "the password is longer than \(PasswordHash.longestPassword) bytes"
    case .unavailable(let reason): "the system can't make the hash: \(reason)"
    }
  }
}
