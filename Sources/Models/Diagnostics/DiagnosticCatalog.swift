/// Every code with the explanation that `berth explain` prints.
public enum DiagnosticCatalog {
  /// The explanation of one code.
  public struct Entry: Sendable, Hashable {
    /// The code.
    public let code: DiagnosticCode
    /// A short lower-case title that stands alone.
    public let title: String
    /// The reason why it is refused, and the remedy: one paragraph.
    public let explanation: String
    /// A piece of a manifest, or a command, with this error.
    public let wrong: String
    /// The corrected piece.
    public let right: String

    init(_ code: DiagnosticCode, _ title: String, _ explanation: String, wrong: String, right: String) {
      self.code = code
      self.title = title
      self.explanation = explanation
      self.wrong = wrong
      self.right = right
    }

    /// The whole explanation as plain text, each line ended by a line feed.
    public var text: String {
      "\(code.text): \(title)\n\n\(explanation)\n\nWrong:\n\n\(DiagnosticCatalog.indented(wrong))\n\nRight:\n\n"
        + "\(DiagnosticCatalog.indented(right))\n"
    }
  }

  /// All entries, sorted by code.
  public static let entries: [Entry] = (textEntries + valueEntries + nameEntries + setEntries + sourceEntries)
    .sorted { $0.code < $1.code }

  /// Returns the entry of a code as a person writes it, `BRT0012`, `brt12` or `12`; `nil` if there is none.
  public static func entry(named name: String) -> Entry? {
    let digits = name.lowercased().hasPrefix("brt") ? String(name.dropFirst(3)) : name
    guard let number = Int(digits) else { return nil }
    return entries.first { $0.code.number == number }
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
      .joined(separator: "\n")
  }
}
