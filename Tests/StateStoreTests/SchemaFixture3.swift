extension MigrationTests {
  /// A state of schema 3: that of schema 2, with the memory of reservations.
  static let schema3 =
    schema2 + """

      ALTER TABLE deployments ADD COLUMN bypasses INTEGER NOT NULL DEFAULT 0 CHECK (bypasses >= 0);
      ALTER TABLE deployments ADD COLUMN expected_start_ns INTEGER;
      """
}
