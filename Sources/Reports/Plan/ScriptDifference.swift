/// What differs between two texts of several lines, as fields spell them on one line: the lines in between what they begin
/// and end with alike. So a changed script shows the changed lines and not the script.
struct ScriptDifference {
  /// The lines that only the old text has, and only the new one.
  var removed: [String]
  var added: [String]
  /// How many lines are the same before and after them.
  var before: Int
  var after: Int

  /// Nil where one of the texts has one line only.
  init?(_ old: String, _ new: String) {
    let (old, new) = (ScriptDifference.lines(old), ScriptDifference.lines(new))
    guard old.count > 1, new.count > 1 else { return nil }
    let shorter = min(old.count, new.count)
    before = zip(old, new).prefix { $0 == $1 }.count
    after = zip(old.reversed(), new.reversed()).prefix(shorter - before).prefix { $0 == $1 }.count
    removed = Array(old[before..<(old.count - after)])
    added = Array(new[before..<(new.count - after)])
  }

  /// The lines of a quoted text: it breaks at `\n`, where the backslash is not itself escaped.
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
