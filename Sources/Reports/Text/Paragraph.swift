/// Breaks text into lines for a terminal.
public enum Paragraph {
  /// Words of a text in lines of at most `width` columns. The first line follows a prefix of `prefixWidth` columns, the
  /// others are indented. A word wider than a line stays whole, so that it can be copied.
  static func lines(_ text: String, prefixWidth: Int = 0, indent: Int, width: Int) -> [String] {
    lines(of: words(of: text), prefixWidth: prefixWidth, indent: indent, width: width)
  }

  /// Returns the words of a text. What a shell must see on one line is one word: an option with its value, and what stands in
  /// single quotes.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var isQuoted = false
    var isOption = false
    for part in text.split(separator: " ", omittingEmptySubsequences: false) {
      if isQuoted || isOption && !part.hasPrefix("-"), let last = words.indices.last {
        words[last] += " " + part
      } else {
        words.append(String(part))
      }
      if !isQuoted { isOption = part.hasPrefix("--") && part.allSatisfy { $0.isLetter || $0 == "-" } }
      // An apostrophe inside of a word quotes nothing.
      let begins = !isQuoted && (part.hasPrefix("'") || part.contains("='"))
      if begins || isQuoted { isQuoted = part.replacing("\\'", with: "").count { $0 == "'" } % 2 == (begins ? 1 : 0) }
    }
    return words
  }

  /// Wraps words that may contain spaces, where lines are not broken.
  static func lines(of words: [String], prefixWidth: Int = 0, indent: Int, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = prefixWidth
    for word in words {
      let wordWidth = VisibleText.width(word)
      let isFirst = line.isEmpty && (lines.isEmpty || used == indent)
      if !isFirst, used + 1 + wordWidth > width {
        lines.append(line)
        line = word
        used = indent + wordWidth
      } else {
        line += (isFirst ? "" : " ") + word
        used += (isFirst ? 0 : 1) + wordWidth
      }
    }
    lines.append(line)
    return lines
  }

  /// Wraps a text after `prefix` and joins the lines, without a final line break.
  public static func text(_ text: String, prefix: String = "", indent: Int, width: Int) -> String {
    let lines = lines(text, prefixWidth: VisibleText.width(prefix), indent: indent, width: width)
    let margin = "\n" + String(repeating: " ", count: indent)
    return prefix + lines.joined(separator: margin)
  }
}
