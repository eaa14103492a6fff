/// The tenth schema: ratios of what runs took to what was declared of them, by which declared durations are corrected.
enum SchemaVersion10 {
  /// Statements that lead to it from the ninth, in order.
  static let statements = [
    "ALTER TABLE runtimes ADD COLUMN ratio_count INTEGER NOT NULL DEFAULT 0 CHECK (ratio_count >= 0);",
    "ALTER TABLE runtimes ADD COLUMN latest_ratios TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE runtimes ADD COLUMN ratio_p50 INTEGER;",
    "ALTER TABLE runtimes ADD COLUMN ratio_p90 INTEGER;",
    "ALTER TABLE runtimes ADD COLUMN ratio_runs INTEGER;",
  ]
}
