/// The eleventh schema: withdrawn users and organizations leave their e-mail addresses and invite codes to others.
enum SchemaVersion11 {
  /// Statements that lead to it from the tenth, in order.
  static let statements = [
    "UPDATE users SET email = email || char(1) || id WHERE is_withdrawn = 1;",
    "UPDATE organizations SET invite_code = invite_code || char(1) || id WHERE is_withdrawn = 1;",
  ]
}
