import FleetModel

extension ValueRule where Value == TimeSpan {
  /// A length of time: a decimal number and one unit.
  static func span(allowsZero: Bool) -> ValueRule {
    let units = TimeSpan.units.map(\.name).joined(separator: "|")
    return ValueRule.scalar(
      "a duration",
      schema: [
        .init("type", .string("string")), .init("pattern", .string("^[0-9]+(\\.[0-9]+)?(\(units))$")),
        .init("examples", .array([.string("90s"), .string("40m"), .string("2h"), .string("1d")])),
      ]
    ) { decoder, event in
      guard let (number, end) = DecimalNumber.prefix(of: event.bytes) else {
        decoder.reportSpan(event)
        return nil
      }
      guard let unit = TimeSpan.nanoseconds(ofUnit: event.bytes, from: end) else {
        decoder.reportSpanUnit(event, number: number, end: end)
        return nil
      }
      guard let value = number.times(unit, roundingUp: true), value <= longest else {
        decoder.report(.outOfRange, "\(event.text) is out of range", hint: "use at most 36500d")
        return nil
      }
      guard value > 0 || allowsZero else {
        decoder.report(.outOfRange, "duration \(event.text) is zero", hint: "use a duration above 0")
        return nil
      }
      return TimeSpan(nanoseconds: value)
    }
  }

  /// A hundred years of 365 days.
  private static var longest: Int64 { 36_500 * 86_400 * 1_000_000_000 }
}

extension ManifestDecoder {
  fileprivate mutating func reportSpan(_ event: Event) {
    reportQuantity(event, "a duration", example: "90s, 40m, 2h or 1d")
  }

  fileprivate mutating func reportSpanUnit(_ event: Event, number: DecimalNumber, end: Int) {
    let text = event.text
    if let oddity = NumberSpelling.oddity(in: text) {
      let number = oddity.hint.split(separator: " ").last ?? "0"
      return report(
        .numberSpelling, oddity.what, hint: text.contains(":") ? "write \(number)s, or \(number)m" : oddity.hint)
    }
    guard end < event.bytes.count else {
      return report(.durationSpelling, "\(text) has no unit", hint: "write \(text)s, \(text)m, \(text)h or \(text)d")
    }
    if let total = TimeSpan(compound: text, inOrder: false), total > .zero {
      return report(.durationSpelling, "\(text) has more than one unit", hint: "write \(total.text)")
    }
    let names: [(meant: String, unit: String)] = [
      ("sec", "s"), ("min", "m"), ("hour", "h"), ("hr", "h"), ("day", "d"), ("w", "w"),
    ]
    let written = String(decoding: event.bytes[end...], as: UTF8.self).filter { $0 != " " }.lowercased()
    let digits = String(decoding: event.bytes[..<end], as: UTF8.self)
    let near = TimeSpan.units.first { $0.name == written }?.name ?? names.first { written.hasPrefix($0.meant) }?.unit
    let hint =
      switch near {
      case "w": Int(digits).map { "write \($0 &* 7)d" }
      case let unit?: "write \(digits)\(unit)"
      case nil: nil as String?
      }
    report(
      .durationSpelling, "\"\(text)\" is not a duration",
      hint: hint ?? "write a number with a unit s, m, h or d, such as 90s, 40m, 2h or 1d")
  }
}
