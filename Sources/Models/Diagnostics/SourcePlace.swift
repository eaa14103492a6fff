/// A place in a file that a person can open: 1-based line and column.
public struct SourcePlace: Hashable, Sendable, Comparable {
  /// The path as the user gave it or as found below a given directory; `<stdin>` for standard input.
  public var file: String
  /// 1-based line.
  public var line: Int
  /// 1-based column, in Unicode scalars.
  public var column: Int

  /// Creates a place.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The form `file:line:column` that compilers and editors use.
  public var text: String { "\(file):\(line):\(column)" }

  /// Orders places by file, then line, then column.
  public static func < (left: SourcePlace, right: SourcePlace) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}
