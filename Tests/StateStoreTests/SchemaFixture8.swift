extension MigrationTests {
  /// A state of schema 8: that of schema 7, with a watch, the places of sources, and the mark of an open log.
  static let schema8 =
    schema7 + """

      CREATE TABLE watches (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        who TEXT NOT NULL,
        host TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        pid INTEGER NOT NULL,
        process_start INTEGER NOT NULL,
        command TEXT NOT NULL,
        since_ns INTEGER NOT NULL,
        last_pass_ns INTEGER,
        seen_ns INTEGER NOT NULL,
        UNIQUE (host, boot_id, pid, process_start)
      ) STRICT;
      ALTER TABLE sources ADD COLUMN place TEXT;
      ALTER TABLE meta ADD COLUMN log_is_open INTEGER NOT NULL DEFAULT 0 CHECK (log_is_open IN (0, 1));
      INSERT INTO watches VALUES (1, 'default', 'ada', 'lab', 'boot', 7, 42, 'berth watch m', 1, 2, 3);
      """
}
