/// The lines of a file that are shown next to a problem, with secrets masked.
struct SourceLines {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let secrets: [ManifestDecoder.SecretSpan]
  /// Byte ranges of the wanted lines, by line number.
  private var lines: [UInt32: Range<Int>] = [:]
  /// Number of the last line, if the scan reached it.
  private var lastLine: UInt32?

  /// A line to show, and the column of its first scalar.
  struct Excerpt {
    var text: String
    var startColumn: Int
  }

  /// Number of scalars kept on either side of a place; renderers shorten the line further.
  private static let reach = 240

  /// Finds the wanted lines in bytes that outlive the value.
  init(_ bytes: UnsafeBufferPointer<UInt8>, wanted: Set<UInt32>, secrets: [ManifestDecoder.SecretSpan]) {
    self.bytes = bytes
    self.secrets = secrets
    let last = wanted.max() ?? 0
    var line: UInt32 = 1
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var index = start
    while index <= bytes.count, line <= last {
      let isEnd = index == bytes.count
      let isReturn = !isEnd && bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)
      if isEnd || bytes[index] == 0x0A || isReturn {
        if wanted.contains(line) || isEnd { lines[line] = start..<index }
        if isEnd { lastLine = line }
        line += 1
        start = index + 1
      }
      index += 1
    }
  }

  /// Clips a span to the file. If the last line has no line feed, libyaml places what is missing at the end on the
  /// line after it.
  func within(_ span: Span) -> Span {
    guard let lastLine, span.line > lastLine, let range = lines[lastLine] else { return span }
    var cursor = TextCursor(UnsafeBufferPointer(rebasing: bytes[range]), from: 0)
    var column: UInt32 = 1
    while cursor.next() != nil { column += 1 }
    return Span(line: lastLine, column: column, length: 1)
  }

  /// Whether there is a tab at a span. libyaml only reports that it can't start a token.
  static func isTab(at span: Span, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let lines = SourceLines(bytes, wanted: [span.line], secrets: [])
    guard let excerpt = lines.excerpt(at: span), Int(span.column) >= excerpt.startColumn else { return false }
    return excerpt.text.unicodeScalars.dropFirst(Int(span.column) - excerpt.startColumn).first == "\t"
  }

  /// Returns the line of a span; `nil` if it is beyond the end.
  func excerpt(at span: Span) -> Excerpt? {
    guard let line = lines[span.line] else { return nil }
    let start = line.lowerBound
    var end = line.upperBound
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    let first = max(1, Int(span.column) - SourceLines.reach)
    let last = Int(span.column) + SourceLines.reach
    var scalars: [Unicode.Scalar] = []
    var column = 1
    var cursor = TextCursor(UnsafeBufferPointer(rebasing: bytes[start..<end]), from: 0)
    var head: [Unicode.Scalar] = []
    while column <= last, let step = cursor.next() {
      let scalar = step.scalar ?? "\u{FFFD}"
      if column < 512 { head.append(scalar) }
      if column >= first { scalars.append(scalar) }
      column += 1
    }
    let hidden = hiddenColumns(line: span.line, head: head)
    for index in scalars.indices where hidden.contains(where: { $0.contains(first + index) }) { scalars[index] = "*" }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return Excerpt(text: String(text), startColumn: first)
  }

  /// The columns of a line that must not be shown: spans read as secrets, and, if the line could not be read,
  /// everything after the name of a sensitive field.
  private func hiddenColumns(line: UInt32, head: [Unicode.Scalar]) -> [ClosedRange<Int>] {
    var hidden: [ClosedRange<Int>] = []
    for secret in secrets where secret.start.line <= line && line <= secret.end?.line ?? .max {
      let start = secret.start.line == line ? Int(secret.start.column) : 1
      var end = Int.max
      if let last = secret.end, last.line == line, last.length > 1 || secret.start == last {
        end = Int(last.column + max(1, last.length)) - 1
      }
      hidden.append(start...max(start, end))
    }
    for name in SourceLines.sensitiveNames {
      guard let value = SourceLines.valueColumn(after: name, in: head) else { continue }
      if !secrets.contains(where: { $0.start.line == line && $0.start.column >= UInt32(value) }) {
        hidden.append(value...Int.max)
      }
    }
    return hidden
  }

  private static let sensitiveNames = ["hashedPassword", "inviteCode"].map { Array($0.unicodeScalars) }

  /// Returns the column where the literal value of a key begins; `nil` if the key is missing or its value is a
  /// reference.
  private static func valueColumn(after name: [Unicode.Scalar], in line: [Unicode.Scalar]) -> Int? {
    guard line.count > name.count else { return nil }
    for start in 0...(line.count - name.count) where line[start..<(start + name.count)].elementsEqual(name) {
      var index = start + name.count
      while index < line.count, "\"' ".unicodeScalars.contains(line[index]) { index += 1 }
      guard index < line.count, line[index] == ":" else { continue }
      index += 1
      while index < line.count, line[index] == " " { index += 1 }
      guard index < line.count, line[index] != "{" else { return nil }
      return index + 1
    }
    return nil
  }
}
