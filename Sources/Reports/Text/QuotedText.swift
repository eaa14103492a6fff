/// Text between double quotes, as JSON and YAML have in common.
enum QuotedText {
  /// Writes a text in quotes.
  /// - Parameter escape: the language's own escape of a scalar that hides, or that a terminal could obey.
  static func write(_ text: String, to result: inout String, escape: (Unicode.Scalar) -> String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if VisibleText.escaped(String(scalar)) == String(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += escape(scalar)
        }
      }
    }
    result += "\""
  }
}
