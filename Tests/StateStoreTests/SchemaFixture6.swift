extension MigrationTests {
  /// A state of schema 6: that of schema 5, and when the last of the runs ended.
  static let schema6 =
    schema5 + """

      ALTER TABLE runtimes ADD COLUMN ended_ns INTEGER NOT NULL DEFAULT 0;
      """
}
