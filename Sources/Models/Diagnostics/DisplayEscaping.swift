/// Returns a text that is safe to show: control characters, terminal escapes, bidirectional marks and other invisible
/// characters are written as `\u{1B}`, so that they can't change what a terminal shows. Line feeds and tabs are
/// escaped as well.
public func escapedForDisplay(_ text: String) -> String {
  guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return text }
  var out = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { out.append(contentsOf: DisplayEscaping.shown(scalar).unicodeScalars) }
  return String(out)
}

/// The appearance of single scalars, and their width on a terminal.
enum DisplayEscaping {
  /// Returns a scalar as it is shown: itself, or an escape if it is invisible or controls a terminal.
  static func shown(_ scalar: Unicode.Scalar) -> String {
    isHarmless(scalar) ? String(scalar) : "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
    // Other spaces than the plain one look like it.
    case .spaceSeparator: return false
    default: break
    }
    // Hangul fillers and the like are letters by category, but invisible.
    return !scalar.properties.isDefaultIgnorableCodePoint
  }

  /// Returns the columns of a harmless scalar: 2 for East Asian wide and full-width ones and emoji, 0 for combining
  /// marks. The ranges follow East Asian Width (Unicode Standard Annex 11), coarsely: whole blocks.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F,
      0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB, 0x1F90C...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}
