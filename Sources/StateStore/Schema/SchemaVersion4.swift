/// The fourth schema: facts that preemption remembers.
enum SchemaVersion4 {
  /// Statements that lead to it from the third, in order.
  static let statements = [
    """
    ALTER TABLE deployments ADD COLUMN preemptions INTEGER NOT NULL DEFAULT 0 CHECK (preemptions >= 0);
    ALTER TABLE deployments ADD COLUMN preempted_by_id INTEGER;
    ALTER TABLE deployments ADD COLUMN nominated_until_ns INTEGER;
    ALTER TABLE runs ADD COLUMN stop_requested_ns INTEGER;
    """
  ]
}
