import Diagnostics

/// Double-quoted strings, as JSON and YAML share them.
enum QuotedText {
  /// Writes a quoted string.
  /// - Parameter escape: the language's escape of a scalar that is invisible or acts on a terminal.
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
        if isShownAsItIs(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += escape(scalar)
        }
      }
    }
    result += "\""
  }

  /// Whether a terminal shows the scalar as it is.
  static func isShownAsItIs(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
    return escapedForDisplay(String(scalar)) == String(scalar)
  }
}
