/// The seventh schema: by what the files of a source are known without being opened.
enum SchemaVersion7 {
  /// The statements that lead to it from the sixth, in order.
  static let statements = ["ALTER TABLE source_files ADD COLUMN stamp BLOB CHECK (length(stamp) = 40);"]
}
