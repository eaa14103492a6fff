/// Spellings of numbers that programs read differently, each with a correction.
struct NumberSpelling {
  /// Number of bytes beyond which a text is not examined as a number.
  static let longest = 64

  /// A plain spelling of what may have been meant.
  struct Proposal {
    var text: String
    /// When it is what was meant: `if octal was meant`; nil: always, or as well as the others.
    var condition: String?
  }

  /// Description of the oddity.
  private(set) var what: String
  /// Spellings to be used instead, with the unit if there is one; empty: none is known.
  private(set) var proposals: [Proposal]
  /// Number of colons of a number in the base of 60, which some write for a length of time; otherwise 0.
  private(set) var colons = 0

  private init(_ what: String, _ proposals: String?...) {
    self.what = what
    self.proposals = proposals.compactMap { $0 }.map { Proposal(text: $0) }
  }

  /// Finds the oddity of a number, with or without a unit; `nil` if it is a plain decimal number or not a number.
  static func oddity(in text: String) -> NumberSpelling? {
    if let found = number(text, unit: "") { return found }
    let number = text.prefix { !$0.isLetter || "xeobinfa".contains($0.lowercased()) }
    let unit = String(text.dropFirst(number.count))
    return unit.isEmpty || number.isEmpty ? nil : Self.number(String(number), unit: unit)
  }

  private static func number(_ text: String, unit: String) -> NumberSpelling? {
    let isNegative = text.hasPrefix("-")
    let body = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
    let low = body.lowercased()
    guard let first = low.first else { return nil }
    let whole = text + unit
    if [".inf", ".nan", "inf", "nan", "infinity"].contains(low) {
      return NumberSpelling("\(whole) is not a finite number")
    }
    let digits = body.prefix { $0.isNumber || "_.".contains($0) }
    if digits.contains("_"), first.isNumber, body.count <= digits.count + 2 {
      return NumberSpelling(
        "\(whole) has underscores, which only some programs skip", body.filter { $0 != "_" } + unit)
    }
    if let value = radix(body) {
      return NumberSpelling("\(whole) is not decimal", "\(value)\(body.drop { !isUnit($0) })\(unit)")
    }
    if low.count > 1, first == "0", low.allSatisfy(\.isASCIIDigit) {
      let plain = String(low.drop { $0 == "0" })
      var found = NumberSpelling(
        "\(whole) has a leading zero, which some programs read as octal", (plain.isEmpty ? "0" : plain) + unit)
      if let octal = Int(low, radix: 8), octal > 7 {
        found.proposals.append(Proposal(text: "\(octal)\(unit)", condition: "if octal was meant"))
      }
      return found
    }
    let parts = low.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.count < 7 && $0.allSatisfy(\.isASCIIDigit) }) {
      let value = parts.reduce(0) { $0 &* 60 &+ (Int($1) ?? 0) }
      var found = NumberSpelling("\(whole) is read as base 60 by some programs", "\(value)\(unit)")
      found.colons = parts.count - 1
      return found
    }
    if let mark = low.firstIndex(of: "e"), first.isNumber, let value = Double(low), low[mark...].count > 1 {
      return NumberSpelling("\(whole) has an exponent", Int(exactly: value).map { "\($0)\(unit)" })
    }
    if !isNegative, text.hasPrefix("+"), first.isNumber { return NumberSpelling("\(whole) has a sign", body + unit) }
    if first == ".", low.dropFirst().allSatisfy(\.isASCIIDigit), low.count > 1 {
      return NumberSpelling("\(whole) starts with a decimal point", "0\(body)\(unit)")
    }
    return nil
  }

  private static func radix(_ body: String) -> Int? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where body.lowercased().hasPrefix(prefix) {
      return Int(body.dropFirst(2).prefix { !isUnit($0) }.filter { $0 != "_" }, radix: radix)
    }
    return nil
  }

  /// Whether a character begins a unit, after digits in any base.
  private static func isUnit(_ character: Character) -> Bool { "kKMGTPmsh".contains(character) }
}

extension Character {
  /// Whether it is one of `0` to `9`.
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
