extension MigrationTests {
  /// A state of schema 9: that of schema 8, with the losses in a row of each deployment.
  static let schema9 =
    schema8 + """

      ALTER TABLE deployments ADD COLUMN losses INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0);
      """
}
