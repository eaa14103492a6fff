import FleetModel

extension ValueRule where Value == TimeSpan {
  /// A length of time: a decimal number and one unit.
  static func span(allowsZero: Bool) -> ValueRule {
    let units = TimeSpan.units.map(\.name).joined(separator: "|")
    let grammar = QuantityGrammar.span(allowsZero: allowsZero)
    return ValueRule.scalar(
      "a duration",
      schema: [
        .init("type", .string("string")), .init("pattern", .string("^[0-9]+(\\.[0-9]+)?(\(units))$")),
        .init("examples", .array([.string("90s"), .string("40m"), .string("2h"), .string("1d")])),
      ]
    ) { decoder, event in
      if let value = grammar.value(event.bytes) { return TimeSpan(nanoseconds: value) }
      if let (number, end) = DecimalNumber.prefix(of: event.bytes) {
        if TimeSpan.nanoseconds(ofUnit: event.bytes, from: end) == nil {
          decoder.reportSpanUnit(event, end: end, grammar)
        } else if number.digits == 0 {
          decoder.report(.outOfRange, "duration \(event.text) is zero", hint: "use a duration above 0")
        } else {
          decoder.reportRange(event, "use at most 36500d")
        }
      } else {
        decoder.reportQuantity(event, grammar)
      }
      return nil
    }
  }
}

extension ManifestDecoder {
  /// Reports a length of time with a missing, unknown or second unit.
  fileprivate mutating func reportSpanUnit(_ event: Event, end: Int, _ grammar: QuantityGrammar) {
    if reportOddity(event, grammar) { return }
    guard event.bytes.count <= NumberSpelling.longest else { return reportQuantity(event, grammar) }
    let text = event.text
    guard end < event.bytes.count else {
      let spelled = ["s", "m", "h", "d"].map { text + $0 }.filter(grammar.accepts)
      let choice = spelled.dropLast().joined(separator: ", ") + (spelled.count > 1 ? " or " : "") + (spelled.last ?? "")
      return report(
        .durationSpelling, "\(text) has no unit",
        hint: spelled.isEmpty ? "use a value such as \(grammar.example)" : "write \(choice)")
    }
    if let total = TimeSpan(compound: text, inOrder: false), total > .zero, grammar.accepts(total.text) {
      return report(.durationSpelling, "\(text) has more than one unit", hint: "write \(total.text)")
    }
    let names: [(meant: String, unit: String)] = [
      ("sec", "s"), ("min", "m"), ("hour", "h"), ("hr", "h"), ("day", "d"), ("w", "w"),
    ]
    let written = String(decoding: event.bytes[end...], as: UTF8.self).filter { $0 != " " }.lowercased()
    let digits = String(decoding: event.bytes[..<end], as: UTF8.self)
    let near = TimeSpan.units.first { $0.name == written }?.name ?? names.first { written.hasPrefix($0.meant) }?.unit
    let spelled =
      switch near {
      case "w": Int(digits).map { "\($0 &* 7)d" }
      case let unit?: "\(digits)\(unit)"
      case nil: nil as String?
      }
    report(
      .durationSpelling, "\"\(text)\" is not a duration",
      hint: spelled.flatMap { grammar.accepts($0) ? "write \($0)" : nil }
        ?? "write a number with a unit s, m, h or d, such as 90s, 40m, 2h or 1d")
  }
}
