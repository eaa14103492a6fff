/// A YAML value as Berth writes it: short values in flow style on one line, the rest in blocks; keys keep their order.
public enum YAMLValue: Sendable, Hashable {
  /// An entry of a mapping.
  public enum Entry: Sendable, Hashable {
    /// A key with its value.
    case field(String, YAMLValue)
    /// A comment line.
    case comment(String)
  }

  /// Entries in the order in which they are written. The caller must not give a key twice.
  case mapping([Entry])
  /// A mapping that is written as a block even if it is short.
  case block([Entry])
  /// Values in order.
  case list([YAMLValue])
  /// A string, quoted if it could be read as something else.
  case text(String)
  /// A number, quantity or word that is written unquoted. The caller guarantees that this is safe.
  case word(String)

  /// Longest line in flow style, including its indent.
  private static let flowWidth = 100

  /// The value as a document, each line with its line break.
  public var text: String {
    var lines: [String] = []
    switch self {
    case .mapping(let entries), .block(let entries): YAMLValue.write(entries, indent: 0, to: &lines)
    case .list(let values): YAMLValue.write(values, indent: 0, to: &lines)
    case .text, .word: lines.append(flow)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func write(_ entries: [Entry], indent: Int, to lines: inout [String]) {
    let margin = String(repeating: " ", count: indent)
    for entry in entries {
      switch entry {
      case .comment(let text): lines.append("\(margin)# \(VisibleText.escaped(text))")
      case .field(let key, let value):
        value.write(behind: "\(margin)\(YAMLScalar.text(key)):", indent: indent + 2, to: &lines)
      }
    }
  }

  private static func write(_ values: [YAMLValue], indent: Int, to lines: inout [String]) {
    let margin = String(repeating: " ", count: indent)
    for value in values { value.write(behind: "\(margin)-", indent: indent + 2, to: &lines) }
  }

  private func write(behind start: String, indent: Int, to lines: inout [String]) {
    let line = "\(start) \(flow)"
    let fits = VisibleText.width(line) <= YAMLValue.flowWidth
    switch self {
    case .text, .word: lines.append(line)
    case .mapping(let entries) where fits && entries.allSatisfy(\.isField): lines.append(line)
    case .list(let values) where fits || values.isEmpty: lines.append(line)
    case .list(let values):
      lines.append(start)
      YAMLValue.write(values, indent: indent, to: &lines)
    case .mapping(let entries), .block(let entries):
      // A key with only comments would have no value; the comments say what there is to say.
      if entries.contains(where: \.isField) {
        lines.append(start)
        YAMLValue.write(entries, indent: indent, to: &lines)
      } else {
        YAMLValue.write(entries, indent: indent - 2, to: &lines)
      }
    }
  }

  /// The value on one line in flow style, however long, without comments.
  public var lineText: String { flow }

  private var flow: String {
    switch self {
    case .text(let text): YAMLScalar.text(text)
    case .word(let word): word
    case .list(let values): "[" + values.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries), .block(let entries):
      "{"
        + entries.compactMap { entry in
          guard case .field(let key, let value) = entry else { return nil }
          return "\(YAMLScalar.text(key)): \(value.flow)"
        }.joined(separator: ", ") + "}"
    }
  }
}

extension YAMLValue.Entry {
  fileprivate var isField: Bool {
    if case .field = self { true } else { false }
  }
}

/// Writes strings as scalars that every reader of YAML 1.1 and 1.2 takes for exactly that string.
enum YAMLScalar {
  static func text(_ text: String) -> String {
    if isPlain(text) { return text }
    let isVisible = VisibleText.escaped(text) == text
    let wantsSingle = text.utf8.contains(UInt8(ascii: "\"")) || text.utf8.contains(UInt8(ascii: "\\"))
    if isVisible, wantsSingle {
      return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
    return quoted(text)
  }

  /// Words that some readers take for null or a boolean.
  private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"]

  private static func isPlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, isAlphanumeric(first) || "_/.".utf8.contains(first), bytes.count <= 80 else {
      return false
    }
    for (index, byte) in bytes.enumerated() where !isAlphanumeric(byte) && !"_/.-@+=".utf8.contains(byte) {
      // A colon followed by a space or by nothing ends a key.
      guard byte == UInt8(ascii: ":"), index + 1 < bytes.count, isAlphanumeric(bytes[index + 1]) else { return false }
    }
    if words.contains(text.lowercased()) { return false }
    // Anything that could be a number, date or time in any base is quoted.
    let isNumeric = bytes.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "abcdefABCDEFxXoO._+-:".utf8.contains(byte)
    }
    return !(isNumeric && bytes.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// The string in double quotes; characters that are invisible or act on a terminal are escaped.
  private static func quoted(_ text: String) -> String {
    var result = ""
    QuotedText.write(text, to: &result) { scalar in
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let (letter, count) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
    }
    return result
  }
}
