extension MigrationTests {
  /// A state of schema 10: that of schema 9, with the ratios of what runs took to what was declared of them.
  static let schema10 =
    schema9 + """

      ALTER TABLE runtimes ADD COLUMN ratio_count INTEGER NOT NULL DEFAULT 0 CHECK (ratio_count >= 0);
      ALTER TABLE runtimes ADD COLUMN latest_ratios TEXT NOT NULL DEFAULT '';
      ALTER TABLE runtimes ADD COLUMN ratio_p50 INTEGER;
      ALTER TABLE runtimes ADD COLUMN ratio_p90 INTEGER;
      ALTER TABLE runtimes ADD COLUMN ratio_runs INTEGER;
      """
}
