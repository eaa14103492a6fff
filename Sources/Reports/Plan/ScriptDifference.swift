/// The difference of two multi-line strings, which fields spell on one line: the lines between their common beginning
/// and end. With it, a changed script shows its changed lines and not the whole script.
struct ScriptDifference {
  /// Lines that only the old or only the new string has.
  var removed: [String]
  var added: [String]
  /// Number of equal lines before and after them.
  var before: Int
  var after: Int

  /// Compares two strings; nil if one of them has a single line.
  init?(_ old: String, _ new: String) {
    let (old, new) = (ScriptDifference.lines(old), ScriptDifference.lines(new))
    guard old.count > 1, new.count > 1 else { return nil }
    let shorter = min(old.count, new.count)
    before = zip(old, new).prefix { $0 == $1 }.count
    after = zip(old.reversed(), new.reversed()).prefix(shorter - before).prefix { $0 == $1 }.count
    removed = Array(old[before..<(old.count - after)])
    added = Array(new[before..<(new.count - after)])
  }

  /// Lines of a quoted string: it is split at `\n` unless the backslash is itself escaped.
  private static func lines(_ text: String) -> [String] {
    var lines = [""]
    var isEscaped = false
    for character in text {
      if isEscaped, character == "n" {
        lines[lines.count - 1].removeLast()
        lines.append("")
      } else {
        lines[lines.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return lines
  }
}
