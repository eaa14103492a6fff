/// The seventh schema: stamps by which unchanged files of a source are recognized without being opened.
enum SchemaVersion7 {
  /// Statements that lead to it from the sixth, in order.
  static let statements = ["ALTER TABLE source_files ADD COLUMN stamp BLOB CHECK (length(stamp) = 40);"]
}
