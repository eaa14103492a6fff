/// The sixth schema: end of the last run that counts for an estimate, so that unused estimates can be forgotten.
enum SchemaVersion6 {
  /// Statements that lead to it from the fifth, in order.
  static let statements = ["ALTER TABLE runtimes ADD COLUMN ended_ns INTEGER NOT NULL DEFAULT 0;"]
}
