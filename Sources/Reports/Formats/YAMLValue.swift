import FleetModel

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
