/// The second schema: files from which each source was last applied, so that unchanged ones need not be decoded again.
enum SchemaVersion2 {
  /// Statements that lead to it from the first, in order.
  static let statements = [
    """
    CREATE TABLE source_readings (
      source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
      reader TEXT NOT NULL,
      standing INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE source_files (
      source_id INTEGER NOT NULL REFERENCES source_readings (source_id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      objects BLOB NOT NULL CHECK (length(objects) % 8 = 0),
      fingerprint INTEGER NOT NULL,
      PRIMARY KEY (source_id, path)
    ) STRICT, WITHOUT ROWID;
    """
  ]
}
