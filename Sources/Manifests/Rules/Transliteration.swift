/// Spellings of letters with diacritics in the letters from a to z, as people write their names where they have to.
enum Transliteration {
  /// Returns the spelling of a lower-case letter; `nil` if it has none, which may be because it is no letter of a Latin script.
  static func of(_ letter: Unicode.Scalar) -> String? { table[letter] }

  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [
      "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa", "þ": "th", "ð": "d",
      "đ": "d", "ł": "l", "ı": "i",
    ]
    let plain: [(String, String)] = [
      ("a", "àáâãāăą"), ("c", "çćĉċč"), ("d", "ď"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"), ("i", "ìíîïĩīĭį"),
      ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľ"), ("n", "ñńņň"), ("o", "òóôõōŏő"), ("r", "ŕŗř"), ("s", "śŝşšș"), ("t", "ţťț"),
      ("u", "ùúûũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
    ]
    for (letter, accented) in plain { for scalar in accented.unicodeScalars { table[scalar] = letter } }
    return table
  }()
}
