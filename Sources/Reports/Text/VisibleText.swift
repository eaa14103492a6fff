import Diagnostics

/// Text that is safe to show: a terminal obeys nothing in it, and nothing moves the cursor or reorders its
/// surroundings.
public enum VisibleText {
  /// The text with everything that is invisible or acts on a terminal written as `\u{1B}`, as in diagnostics.
  public static func escaped(_ text: String) -> String { escapedForDisplay(text) }

  /// Width in terminal columns: two for East Asian wide characters and emoji (Unicode Standard Annex 11), none for
  /// combining marks.
  public static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  /// The text, cut with `…` at its end if it is wider than `columns`.
  public static func cut(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      used += width(character)
      guard used < columns else { break }
      result.append(character)
    }
    return result + "…"
  }

  /// The text, with `…` in place of its middle if it is wider than `columns`; names often differ at their ends.
  public static func elided(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    guard columns > 2 else { return cut(text, to: columns) }
    func taken(_ characters: some Sequence<Character>, _ room: Int) -> [Character] {
      var used = 0
      return Array(
        characters.prefix { character in
          used += width(character)
          return used <= room
        })
    }
    let tail = taken(text.reversed(), (columns - 1) / 2)
    let head = taken(text, columns - 1 - tail.reduce(0) { $0 + width($1) })
    return String(head) + "…" + String(tail.reversed())
  }

  private static func width(_ character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      // U+FE0F selects the emoji form of the preceding character.
      if scalar.value == 0xfe0f { return 2 }
      widest = max(widest, width(scalar))
    }
    return widest
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f200...0x1f2ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}
