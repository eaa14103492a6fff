extension MigrationTests {
  /// A state of schema 7: that of schema 6, with the stamps of files.
  static let schema7 =
    schema6 + """

      ALTER TABLE source_files ADD COLUMN stamp BLOB CHECK (length(stamp) = 40);
      UPDATE source_files SET stamp = zeroblob(40);
      """
}
