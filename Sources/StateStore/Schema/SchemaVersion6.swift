/// The sixth schema: when the last run ended that counts for what is expected, so that what is out of use can be forgotten.
enum SchemaVersion6 {
  /// The statements that lead to it from the fifth, in order.
  static let statements = ["ALTER TABLE runtimes ADD COLUMN ended_ns INTEGER NOT NULL DEFAULT 0;"]
}
