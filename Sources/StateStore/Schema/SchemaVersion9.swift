/// The ninth schema: losses of runs in a row, by which a deployment that kills its own supervisor is slowed down.
enum SchemaVersion9 {
  /// Statements that lead to it from the eighth, in order.
  static let statements = ["ALTER TABLE deployments ADD COLUMN losses INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0);"]
}
