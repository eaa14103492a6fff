extension MigrationTests {
  /// A state of schema 2: that of schema 1, and the files of its source.
  static let schema2 =
    schema1 + """

      CREATE TABLE source_readings (
        source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
        reader TEXT NOT NULL,
        standing INTEGER NOT NULL
      ) STRICT;
      INSERT INTO source_readings VALUES(1,'berth 0.1.0',-7);
      CREATE TABLE source_files (
        source_id INTEGER NOT NULL REFERENCES source_readings (source_id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        objects BLOB NOT NULL CHECK (length(objects) % 8 = 0),
        fingerprint INTEGER NOT NULL,
        PRIMARY KEY (source_id, path)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO source_files VALUES(1,'lab.yaml',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',X'0b00000000000000',-9);
      """
}
