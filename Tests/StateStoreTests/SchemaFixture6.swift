extension MigrationTests {
  /// A state of schema 6: that of schema 5, with the end of the last run of each image.
  static let schema6 =
    schema5 + """

      ALTER TABLE runtimes ADD COLUMN ended_ns INTEGER NOT NULL DEFAULT 0;
      """
}
