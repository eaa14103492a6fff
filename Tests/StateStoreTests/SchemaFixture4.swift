extension MigrationTests {
  /// A state of schema 4: that of schema 3, with the memory of preemptions.
  static let schema4 =
    schema3 + """

      ALTER TABLE deployments ADD COLUMN preemptions INTEGER NOT NULL DEFAULT 0 CHECK (preemptions >= 0);
      ALTER TABLE deployments ADD COLUMN preempted_by_id INTEGER;
      ALTER TABLE deployments ADD COLUMN nominated_until_ns INTEGER;
      ALTER TABLE runs ADD COLUMN stop_requested_ns INTEGER;
      """
}
