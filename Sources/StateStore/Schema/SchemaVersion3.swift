/// The third schema: facts that reservations remember.
enum SchemaVersion3 {
  /// Statements that lead to it from the second, in order.
  static let statements = [
    """
    ALTER TABLE deployments ADD COLUMN bypasses INTEGER NOT NULL DEFAULT 0 CHECK (bypasses >= 0);
    ALTER TABLE deployments ADD COLUMN expected_start_ns INTEGER;
    """
  ]
}
