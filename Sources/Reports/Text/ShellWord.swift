/// Words of a command line as a shell reads them.
public enum ShellWord {
  /// Returns a text as one word, quoted where a shell would take it for more or for something else.
  public static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_./+,:@=".unicodeScalars.contains($0))
    }
    return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }

  /// Returns a path as one word that is not taken for an option.
  public static func path(_ path: String) -> String { quoted(path.hasPrefix("-") ? "./\(path)" : path) }

  /// Returns an option and its value: `--source fleet`.
  public static func option(_ name: String, _ value: String) -> String {
    "\(name)\(value.hasPrefix("-") ? "=" : " ")\(quoted(value))"
  }
}
