/// Renders diagnostics as compilers do: the message, the place, the line with a caret below it, further places, and
/// advice.
///
///     error[BRT0012]: unknown field "memory"
///       --> lab.yaml:12:15
///        |
///     12 |   resources: {memory: 16Gi, cpu: 4}
///        |               ^^^^^^
///        = help: did you mean "ram"?
public struct TextRenderer: Sendable {
  /// The role of a piece of text, for coloring.
  public enum Style: Sendable, Hashable, CaseIterable {
    /// The severity and code: `error[BRT0012]`.
    case error
    /// The severity and code of a warning: `warning[BRT0055]`.
    case warning
    /// The message.
    case message
    /// A place: `lab.yaml:12:15`.
    case place
    /// Line numbers and the frame around the source.
    case frame
    /// The carets.
    case caret
    /// The words `help` and `note`.
    case label
  }

  /// Maximum number of columns of a source line; longer ones are cut around the caret. At least 20.
  public var width: Int
  private let style: @Sendable (String, Style) -> String

  /// Creates a renderer. `style` decorates a piece of text, for example with color, and must not change its content;
  /// without it the text is plain.
  public init(width: Int = 100, style: @escaping @Sendable (String, Style) -> String = { text, _ in text }) {
    self.width = max(20, width)
    self.style = style
  }

  /// Returns one diagnostic, each line ended by a line feed. Everything that came from a file is escaped.
  public func text(_ diagnostic: Diagnostic) -> String {
    let numbers = ([diagnostic.place] + diagnostic.related.map(\.place)).compactMap { $0?.line }
    let margin = String(repeating: " ", count: String(numbers.max() ?? 1).count)
    let severity = "\(diagnostic.severity.rawValue)[\(diagnostic.code.text)]"
    var out = style(severity, diagnostic.severity == .error ? .error : .warning)
    out += style(": " + escapedForDisplay(diagnostic.message), .message) + "\n"
    if let place = diagnostic.place {
      out += frame(
        place, diagnostic.sourceLine, diagnostic.sourceLineStart, diagnostic.length, margin, arrow: "-->", mark: "^")
    }
    for related in diagnostic.related {
      out += "\(margin) " + style("= ", .frame) + style("note", .label) + ": \(escapedForDisplay(related.message))\n"
      out += frame(
        related.place, related.sourceLine, related.sourceLineStart, related.length, margin, arrow: "-->", mark: "-")
    }
    if let hint = diagnostic.hint {
      out += "\(margin) " + style("= ", .frame) + style("help", .label) + ": \(escapedForDisplay(hint))\n"
    }
    return out
  }

  /// Returns diagnostics separated by empty lines.
  public func text(_ diagnostics: [Diagnostic]) -> String { diagnostics.map { text($0) }.joined(separator: "\n") }

  private func frame(
    _ place: SourcePlace, _ line: String?, _ start: Int, _ length: Int, _ margin: String, arrow: String, mark: String
  ) -> String {
    var out = margin + style(arrow, .frame) + " " + style(escapedForDisplay(place.text), .place) + "\n"
    guard let line else { return out }
    let excerpt = LineExcerpt(line, firstColumn: start, caret: place.column, length: length, width: width)
    let number = String(place.line)
    let padding = String(repeating: " ", count: margin.count - number.count)
    out += margin + " " + style("|", .frame) + "\n"
    out += style(padding + number + " |", .frame) + (excerpt.text.isEmpty ? "" : " " + excerpt.text) + "\n"
    let carets = String(repeating: mark, count: excerpt.caretWidth)
    out +=
      margin + " " + style("|", .frame) + " " + String(repeating: " ", count: excerpt.caretOffset)
      + style(carets, .caret) + "\n"
    return out
  }
}
