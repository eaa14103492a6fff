/// Grammar of names: RFC 1123 labels, and for users subdomains composed of them.
enum NameGrammar {
  static let labelPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
  static let subdomainPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"

  /// Whether bytes are a label: 1 to 63 lower-case letters, digits and inner hyphens.
  static func isLabel(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { isLabel(bytes, from: 0, to: bytes.count) }

  /// Whether a range of bytes is a label.
  static func isLabel(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Bool {
    guard start < end, end - start <= 63, bytes[start] != dash, bytes[end - 1] != dash else { return false }
    if end - start >= 8 { return areLabelBytes(UnsafeRawBufferPointer(bytes), from: start, to: end) }
    var index = start
    while index < end {
      guard isLabelByte(bytes[index]) else { return false }
      index += 1
    }
    return true
  }

  /// Whether at least eight bytes may all occur in a label. Tests eight at a time; the last eight may overlap.
  @inline(__always)
  private static func areLabelBytes(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Bool {
    var index = start
    while index + 8 < end {
      guard areLabelBytes(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
      index += 8
    }
    return areLabelBytes(bytes.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self))
  }

  /// Whether each of eight bytes may occur in a label. Adding 128 - `limit` to bytes below 128 sets the high bit of
  /// those that are at least `limit`, without a carry into the next byte.
  @inline(__always)
  private static func areLabelBytes(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high = ones &<< 7
    @inline(__always)
    func reach(_ limit: UInt64) -> UInt64 { word &+ ones &* (128 &- limit) }
    let isLetter = reach(0x61) & ~reach(0x7B)
    let isDigit = reach(0x30) & ~reach(0x3A)
    let isDash = reach(0x2D) & ~reach(0x2E)
    return word & high == 0 && (isLetter | isDigit | isDash) & high == high
  }

  /// Whether bytes are a subdomain: labels separated by dots, at most 253 bytes.
  static func isSubdomain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= 253 else { return false }
    var start = 0
    for index in 0..<bytes.count where bytes[index] == UInt8(ascii: ".") {
      guard isLabel(bytes, from: start, to: index) else { return false }
      start = index + 1
    }
    return isLabel(bytes, from: start, to: bytes.count)
  }

  /// Returns the label (or subdomain) that spells a text, for a hint; `nil` if a letter of it has no such spelling, so that what
  /// is proposed never lacks a part of the name.
  static func repaired(_ text: String, allowingDots: Bool) -> String? {
    if text.utf8.count > 253 { return nil }
    var out = ""
    for scalar in text.lowercased().unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9", "-": out.unicodeScalars.append(scalar)
      case "." where allowingDots: out.append(".")
      case "_", " ", ".", "/": out.append("-")
      default:
        if let letters = Transliteration.of(scalar) {
          out += letters
        } else if scalar.properties.isAlphabetic {
          return nil
        }
      }
    }
    while out.hasPrefix("-") || out.hasPrefix(".") { out.removeFirst() }
    while out.hasSuffix("-") || out.hasSuffix(".") { out.removeLast() }
    let isFine = Array(out.utf8).withUnsafeBufferPointer { allowingDots ? isSubdomain($0) : isLabel($0) }
    return isFine ? out : nil
  }

  /// Whether a byte may occur in a label. The set is two bit masks: bytes below 64, and 64 to 127.
  @inline(__always)
  private static func isLabelByte(_ byte: UInt8) -> Bool {
    let bits: UInt64 = byte < 64 ? 0x03FF_2000_0000_0000 : 0x07FF_FFFE_0000_0000
    return byte < 128 && bits >> UInt64(byte & 63) & 1 != 0
  }

  static let dash = UInt8(ascii: "-")

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || isDigit(byte)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  static func isUpper(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
}

extension ValueRule where Value == String {
  /// The name of an organization, cluster or deployment.
  static let label = ValueRule.scalar(
    "a name",
    schema: [
      .init("type", .string("string")), .init("pattern", .string(NameGrammar.labelPattern)),
      .init("maxLength", .integer(63)),
    ]
  ) { decoder, event in
    if NameGrammar.isLabel(event.bytes) { return event.text }
    decoder.reportName(event, allowingDots: false)
    return nil
  }

  /// The name of a user.
  static let username = ValueRule.scalar(
    "a username",
    schema: [
      .init("type", .string("string")), .init("pattern", .string(NameGrammar.subdomainPattern)),
      .init("maxLength", .integer(253)),
    ]
  ) { decoder, event in
    let known = decoder.users.string(event.bytes) { NameGrammar.isSubdomain(event.bytes) ? event.text : nil }
    if let known { return known }
    decoder.reportName(event, allowingDots: true)
    return nil
  }
}

extension ManifestDecoder {
  /// Reports a string that is not a valid name.
  mutating func reportName(_ event: Event, allowingDots: Bool) {
    let text = event.text
    guard event.bytes.first != NameGrammar.dash else {
      return report(
        Problem(
          code: .leadingDash, message: "name starts with \"-\" and would be read as an option", span: event.span))
    }
    let rule =
      allowingDots
      ? "use lower-case letters, digits and inner \"-\", in parts of at most 63 with \".\" between them"
      : "use at most 63 lower-case letters, digits and inner \"-\""
    let repaired = NameGrammar.repaired(text, allowingDots: allowingDots)
    report(
      Problem(
        code: text.isEmpty ? .emptyString : .badName,
        message: text.isEmpty ? "name is empty" : "\"\(text)\" is not a valid name", span: event.span,
        hint: rule + (repaired.map { ", for example \"\($0)\"" } ?? "")))
  }
}
