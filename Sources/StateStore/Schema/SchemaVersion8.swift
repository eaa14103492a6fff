/// The eighth schema: watches that are alive, the place that a source's manifests come from, and whether commits may be in
/// the write-ahead log alone.
enum SchemaVersion8 {
  /// Statements that lead to it from the seventh, in order.
  static let statements = [
    """
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
    """
  ]
}
