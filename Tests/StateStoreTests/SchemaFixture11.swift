extension MigrationTests {
  /// A state of schema 11: that of schema 10, whose withdrawn users and organizations have left their unique values to others.
  static let schema11 =
    schema10 + """

      UPDATE users SET email = email || char(1) || id WHERE is_withdrawn = 1;
      UPDATE organizations SET invite_code = invite_code || char(1) || id WHERE is_withdrawn = 1;
      """
}
