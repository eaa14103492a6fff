extension MigrationTests {
  /// A state of schema 5: that of schema 4, with the runtimes of images.
  static let schema5 =
    schema4 + """

      CREATE TABLE runtimes (
        user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        image TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count > 0),
        latest_ms TEXT NOT NULL,
        p50_ms INTEGER,
        p90_ms INTEGER,
        p_runs INTEGER,
        PRIMARY KEY (user_id, image)
      ) STRICT, WITHOUT ROWID;
      """
}
