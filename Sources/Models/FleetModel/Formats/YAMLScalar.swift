import Diagnostics

/// Strings as YAML scalars on one line. Quoted or not, libyaml reads each back as the same string, in blocks and in `[…]` or
/// `{…}`.
public enum YAMLScalar {
  /// Returns the scalar of a manifest: plain only where every reader of YAML 1.1 and 1.2 takes it for a string.
  public static func text(_ text: String) -> String { isAlwaysString(text) ? text : quoted(text) }

  /// Returns the scalar of a plan, which shows fields whose type is known: numbers, dates and booleans are plain, too. What
  /// begins with a parenthesis is quoted, because remarks of a plan do: `(not set)`.
  public static func typedText(_ text: String) -> String {
    isPlain(text) && text.utf8.first != UInt8(ascii: "(") ? text : quoted(text)
  }

  /// Returns `[python, train.py]`, as plans show lists.
  public static func typedText(_ texts: [String]) -> String {
    "[" + texts.map { typedText($0) }.joined(separator: ", ") + "]"
  }

  /// Returns `{fromEnv: HF_TOKEN}`, as plans show references.
  public static func typedText(_ reference: SecretReference) -> String {
    switch reference {
    case .fromEnv(let name): "{fromEnv: \(typedText(name))}"
    case .fromFile(let path): "{fromFile: \(typedText(path))}"
    }
  }

  // MARK: Plain

  /// Whether libyaml reads the text as one plain scalar that is not null. Tested by bytes, because it is called for every
  /// string of a large plan; all characters with a meaning in YAML are ASCII.
  private static func isPlain(_ text: String) -> Bool {
    var text = text
    let isPlain = text.withUTF8 { bytes in
      guard let first = bytes.first, let last = bytes.last, !isIndicator(first, before: bytes.dropFirst().first) else {
        return (isPlain: false, isASCII: true)
      }
      if last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return (false, true) }
      if bytes.starts(with: "---".utf8) || bytes.starts(with: "...".utf8) { return (false, true) }
      var before: UInt8 = 0
      var isASCII = true
      for byte in bytes {
        switch byte {
        case ..<0x20, 0x7f: return (false, true)
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
          UInt8(ascii: "\""), UInt8(ascii: "'"):
          return (false, true)
        case UInt8(ascii: " "), UInt8(ascii: "?"):
          if before == UInt8(ascii: ":") { return (false, true) }
        case UInt8(ascii: "#"):
          if before == UInt8(ascii: " ") { return (false, true) }
        case 0x80...: isASCII = false
        default: break
        }
        before = byte
      }
      return (!isNull(bytes), isASCII)
    }
    return isPlain.isPlain && (isPlain.isASCII || escapedForDisplay(text) == text)
  }

  /// Whether a scalar that begins so is not plain.
  private static func isIndicator(_ first: UInt8, before second: UInt8?) -> Bool {
    switch first {
    case UInt8(ascii: " "), UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "|"),
      UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "#"), UInt8(ascii: "?"),
      UInt8(ascii: ":"):
      true
    case UInt8(ascii: "-"): second == nil || second == UInt8(ascii: " ")
    default: false
    }
  }

  private static func isNull(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    switch bytes.count {
    case 1: bytes[0] == UInt8(ascii: "~")
    case 4: ["null", "Null", "NULL"].contains { bytes.elementsEqual($0.utf8) }
    default: false
    }
  }

  /// Words that some readers take for null or a boolean.
  private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"]

  /// Whether every reader takes the plain text for a string. Stricter than `isPlain`: only letters, digits and a few signs
  /// are allowed.
  private static func isAlwaysString(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, isAlphanumeric(first) || "_/.".utf8.contains(first), bytes.count <= 80 else {
      return false
    }
    for (index, byte) in bytes.enumerated() where !isAlphanumeric(byte) && !"_/.-@+=".utf8.contains(byte) {
      // A colon followed by a space or by nothing ends a key.
      guard byte == UInt8(ascii: ":"), index + 1 < bytes.count, isAlphanumeric(bytes[index + 1]) else { return false }
    }
    if words.contains(text.lowercased()) || text.hasPrefix("...") { return false }
    // A date, perhaps with a time.
    if bytes.prefix(4).allSatisfy(isDigit), bytes.dropFirst(4).first == UInt8(ascii: "-") { return false }
    // Anything that could be a number or time in any base is quoted.
    let isNumeric = bytes.allSatisfy { byte in
      isDigit(byte) || "abcdefABCDEFxXoO._+-:".utf8.contains(byte)
    }
    return !(isNumeric && bytes.contains(where: isDigit))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  // MARK: Quoted

  /// Returns the string in single quotes if that saves escapes, otherwise in double quotes. Characters that are invisible or
  /// act on a terminal are escaped.
  private static func quoted(_ text: String) -> String {
    let wantsSingle = text.utf8.contains(UInt8(ascii: "\"")) || text.utf8.contains(UInt8(ascii: "\\"))
    if wantsSingle, escapedForDisplay(text) == text {
      return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
    var result = ""
    QuotedText.write(text, to: &result) { scalar in
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let (letter, count) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
    }
    return result
  }
}
