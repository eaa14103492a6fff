/// Spellings of numbers that programs read differently, each with a correction.
enum NumberSpelling {
  /// Describes the oddity of a text and how to write it instead; `nil` if it is a plain decimal number or not a
  /// number.
  static func oddity(in text: String) -> (what: String, hint: String)? {
    let isNegative = text.hasPrefix("-")
    let body = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
    let low = body.lowercased()
    guard let first = low.first else { return nil }
    if [".inf", ".nan", "inf", "nan", "infinity"].contains(low) {
      return ("\(text) is not a finite number", "write the number in digits")
    }
    let digits = body.prefix { $0.isNumber || "_.".contains($0) }
    if digits.contains("_"), first.isNumber, body.count <= digits.count + 2 {
      return ("\(text) has underscores, which only some programs skip", "write \(body.filter { $0 != "_" })")
    }
    if let value = radix(body) { return ("\(text) is not decimal", "write \(value)\(body.drop { !isUnit($0) })") }
    if low.count > 1, first == "0", low.allSatisfy(\.isASCIIDigit) {
      let plain = String(low.drop { $0 == "0" })
      let decimal = plain.isEmpty ? "0" : plain
      let octal = Int(low, radix: 8).map { ", or \($0) if octal was meant" } ?? ""
      return ("\(text) has a leading zero, which some programs read as octal", "write \(decimal)\(octal)")
    }
    let parts = low.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.count < 7 && $0.allSatisfy(\.isASCIIDigit) }) {
      let value = parts.reduce(0) { $0 &* 60 &+ (Int($1) ?? 0) }
      return ("\(text) is read as base 60 by some programs", "write \(value)")
    }
    if let mark = low.firstIndex(of: "e"), first.isNumber, Double(low) != nil, low[mark...].count > 1 {
      return ("\(text) has an exponent", Int(exactly: Double(low) ?? 0).map { "write \($0)" } ?? "write it in digits")
    }
    if !isNegative, text.hasPrefix("+"), first.isNumber { return ("\(text) has a sign", "write \(body)") }
    if first == ".", low.dropFirst().allSatisfy(\.isASCIIDigit), low.count > 1 {
      return ("\(text) starts with a decimal point", "write 0\(body)")
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
