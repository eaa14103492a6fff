/// A configuration file of git, as far as single values are looked up: git-config(1), "SYNTAX". Files that it includes are
/// not read.
struct GitConfiguration {
  private var values: [(key: [String], value: String)] = []

  init(_ text: String) {
    var (section, subsection) = ("", "")
    // A backslash at the end of a line joins the next one to it. CR LF would be one character.
    for line in text.replacing("\r\n", with: "\n").replacing("\\\n", with: "").split(separator: "\n") {
      var rest = line.drop { $0 == " " || $0 == "\t" }
      if rest.first == "[", let end = Self.end(ofHeader: rest) {
        (section, subsection) = Self.names(rest[rest.index(after: rest.startIndex)..<end])
        // The first variable may stand behind the header.
        rest = rest[rest.index(after: end)...]
      }
      guard let cut = rest.firstIndex(of: "=") else { continue }
      let name = String(rest[..<cut].filter { !$0.isWhitespace }).lowercased()
      if name.isEmpty || name.hasPrefix("#") || name.hasPrefix(";") { continue }
      values.append(([section, subsection, name], Self.value(rest[rest.index(after: cut)...])))
    }
  }

  /// Returns the first value of a variable; `nil` if there is none.
  func value(_ section: String, _ subsection: String, _ name: String) -> String? {
    values.first { $0.key == [section, subsection, name] }?.value
  }

  /// The bracket that ends a header: one in a quoted subsection does not.
  private static func end(ofHeader line: Substring) -> Substring.Index? {
    var isQuoted = false
    return line.indices.first { index in
      if line[index] == "\"" { isQuoted.toggle() }
      return line[index] == "]" && !isQuoted
    }
  }

  /// Returns the names in a header: `remote "origin"`. Those of sections are the same in upper and lower case.
  private static func names(_ header: Substring) -> (section: String, subsection: String) {
    let parts = header.split(separator: "\"", maxSplits: 1)
    let section = parts.first.map { $0.filter { !$0.isWhitespace }.lowercased() } ?? ""
    guard parts.count == 2 else { return (section, "") }
    return (section, parts[1].hasSuffix("\"") ? String(parts[1].dropLast()) : String(parts[1]))
  }

  /// Returns the value of the text behind an equals sign: without quotes, escapes and comments.
  private static func value(_ text: Substring) -> String {
    var (value, isQuoted, isEscaped) = ("", false, false)
    for character in text.drop(while: { $0.isWhitespace }) {
      if isEscaped {
        value.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if !isQuoted, character == "#" || character == ";" {
        break
      } else {
        value.append(character)
      }
    }
    while let last = value.last, last.isWhitespace { value.removeLast() }
    return value
  }
}
