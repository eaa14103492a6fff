/// A value of YAML as this program writes it: short ones in flow style on one line, the rest in blocks; keys keep their order.
public enum YAMLValue: Sendable, Hashable {
  /// What stands in a mapping.
  public enum Entry: Sendable, Hashable {
    /// A key with its value.
    case field(String, YAMLValue)
    /// A line for people.
    case comment(String)
  }

  /// Entries in the order in which they are written; the caller gives no key twice.
  case mapping([Entry])
  /// The same, written as a block also where it is short.
  case block([Entry])
  /// Values in order.
  case list([YAMLValue])
  /// Any text; in quotes where it could be taken for something else.
  case text(String)
  /// A number, a quantity or a word that is written as it is: the caller knows that it is safe.
  case word(String)

  /// A line in flow style is no longer than this, its indent included.
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
      // A key with comments alone would have no value; they say on their own what there is to say.
      if entries.contains(where: \.isField) {
        lines.append(start)
        YAMLValue.write(entries, indent: indent, to: &lines)
      } else {
        YAMLValue.write(entries, indent: indent - 2, to: &lines)
      }
    }
  }

  /// On one line in flow style, however long; comments are left out.
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

/// Texts as scalars of YAML that every reader, of YAML 1.1 as of 1.2, takes for just that text.
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

  /// Words that some reader takes for null or a boolean.
  private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"]

  private static func isPlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, isAlphanumeric(first) || "_/.".utf8.contains(first), bytes.count <= 80 else {
      return false
    }
    for (index, byte) in bytes.enumerated() where !isAlphanumeric(byte) && !"_/.-@+=".utf8.contains(byte) {
      // A colon ends a key where a space or nothing follows.
      guard byte == UInt8(ascii: ":"), index + 1 < bytes.count, isAlphanumeric(bytes[index + 1]) else { return false }
    }
    if words.contains(text.lowercased()) { return false }
    // Whatever could be a number, a date or a time in any base.
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

  /// In double quotes; what is invisible or acts on a terminal is escaped.
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
