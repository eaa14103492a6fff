import FleetModel

extension ValueRule where Value == Bool {
  /// `true` or `false`, without quotes.
  static let flag = ValueRule.scalar("true or false", schema: [.init("type", .string("boolean"))]) { decoder, event in
    let text = event.text
    if event.isPlain {
      switch text {
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: break
      }
    }
    let meant: String? =
      switch text.lowercased() {
      case "yes", "on", "y", "true", "1": "true"
      case "no", "off", "n", "false", "0": "false"
      default: nil
      }
    decoder.report(
      .notBoolean, "expected true or false, found \(event.isPlain ? text : "the string \"\(text)\"")",
      hint: meant.map { "write \($0)" + (event.isPlain ? "" : ", without quotes") } ?? "write true or false")
    return nil
  }
}

extension ValueRule where Value == Int {
  /// A whole number within a range.
  static func count(_ range: ClosedRange<Int>) -> ValueRule {
    let grammar = QuantityGrammar.count(range)
    return ValueRule.scalar(
      "an integer",
      schema: [
        .init("type", .string("integer")), .init("minimum", .count(range.lowerBound)),
        .init("maximum", .count(range.upperBound)),
      ]
    ) { decoder, event in
      if event.isPlain, let value = grammar.value(event.bytes) { return Int(value) }
      let number = DecimalNumber.prefix(of: event.bytes)
      if number?.end != event.bytes.count || number?.number.decimals != 0 {
        decoder.reportQuantity(event, grammar)
      } else if !event.isPlain {
        decoder.report(
          .wrongShape, "expected an integer, found the string \"\(event.text)\"", hint: "remove the quotes")
      } else {
        decoder.reportRange(event, "use a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return nil
    }
  }
}

extension ValueRule {
  /// One of the words of an enumeration.
  static func word(_ what: String) -> ValueRule
  where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue)
    let table = WordTable<Value>()
    return ValueRule.scalar(
      what, schema: [.init("type", .string("string")), .init("enum", .array(words.map { .string($0) }))]
    ) { decoder, event in
      if let value = table.value(for: event.bytes) { return value }
      decoder.reportWord(event, what, words)
      return nil
    }
  }
}

extension ManifestDecoder {
  /// Reports a word that is none of those allowed.
  mutating func reportWord(_ event: Event, _ what: String, _ words: [String]) {
    report(
      .unknownWord, "\"\(event.text)\" is not \(what)",
      hint: NearestName.hint(for: event.text, among: words) ?? "use one of: \(words.joined(separator: ", "))")
  }
}

extension ValueRule where Value == Priority {
  /// The words in their usual spelling.
  private static let words = NameIndex(Priority.allCases.map(\.text))

  /// The word `low`, `medium` or `high` in any case, or its number.
  static let priority = ValueRule.scalar(
    "a priority",
    schema: [
      .init(
        "anyOf",
        .array([
          .object([.init("type", .string("integer")), .init("enum", .array([.integer(1), .integer(2), .integer(3)]))]),
          .object([
            .init("type", .string("string")),
            .init("pattern", .string("^([Ll][Oo][Ww]|[Mm][Ee][Dd][Ii][Uu][Mm]|[Hh][Ii][Gg][Hh]|[123])$")),
          ]),
        ])
      ), .init("examples", .array(Priority.allCases.map { .string($0.text) })),
    ]
  ) { decoder, event in
    if let number = words.number(of: event.bytes) { return Priority.allCases[number] }
    for value in Priority.allCases {
      if matches(event.bytes, value.text) { return value }
      if event.bytes.count == 1, event.bytes[0] == UInt8(ascii: "0") + UInt8(value.rawValue) { return value }
    }
    decoder.reportWord(event, "a priority", Priority.allCases.map(\.text))
    return nil
  }

  /// Whether bytes are a lower-case word in any case.
  private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ word: String) -> Bool {
    guard bytes.count == word.utf8.count else { return false }
    return zip(bytes, word.utf8).allSatisfy { $0 == $1 || (NameGrammar.isUpper($0) && $0 | 0x20 == $1) }
  }
}
