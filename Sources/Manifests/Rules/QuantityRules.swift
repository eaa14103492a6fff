import FleetModel

/// Whether an amount is requested or offered: requests round up, capacities round down.
enum QuantityUse {
  case request
  case capacity

  var roundsUp: Bool { self == .request }
}

extension ValueRule where Value == Int64 {
  /// An amount of memory in bytes, with its unit.
  static func ram(_ use: QuantityUse) -> ValueRule {
    let grammar = QuantityGrammar.ram(use)
    return ValueRule.scalar(
      "a memory size",
      schema: [
        .init("type", .string("string")), .init("pattern", .string("^[0-9]+(\\.[0-9]+)?([KMGTP]i|[kMGTP])$")),
        .init("examples", .array([.string("16Gi"), .string("512Mi")])),
      ]
    ) { decoder, event in
      if let bytes = grammar.value(event.bytes) { return bytes }
      if let (_, end) = DecimalNumber.prefix(of: event.bytes) {
        if MemoryUnit.bytes(of: event.bytes, from: end) == nil {
          decoder.reportRAMUnit(event, unitStart: end, grammar)
        } else {
          decoder.reportRange(event, "use more than 0 and at most 8Pi")
        }
      } else {
        decoder.reportQuantity(event, grammar)
      }
      return nil
    }
  }

  /// An amount of CPU in thousandths of a core: `0.5` or `500m`.
  static func cpu(_ use: QuantityUse) -> ValueRule {
    let grammar = QuantityGrammar.cpu(use)
    return ValueRule.scalar(
      "a number of cores",
      schema: [
        .init("type", .array([.string("string"), .string("number")])),
        .init("pattern", .string("^[0-9]+(\\.[0-9]+)?m?$")),
        .init("examples", .array([.integer(4), .string("500m")])),
      ]
    ) { decoder, event in
      if let milli = grammar.value(event.bytes) { return milli }
      if let (_, end) = DecimalNumber.prefix(of: event.bytes) {
        let unit = event.bytes[end...]
        if unit.isEmpty || unit.elementsEqual("m".utf8) {
          decoder.reportRange(event, "use more than 0 and at most a million cores")
        } else if !decoder.reportOddity(event, grammar) {
          decoder.report(
            .quantitySpelling, "\"\(event.text)\" is not a number of cores",
            hint: "write cores (0.5) or thousandths of a core (500m)")
        }
      } else {
        decoder.reportQuantity(event, grammar)
      }
      return nil
    }
  }

  /// An amount of GPU in thousandths of a device: whole devices, or less than one in a request.
  static func gpu(_ use: QuantityUse) -> ValueRule {
    let grammar = QuantityGrammar.gpu(use)
    return ValueRule.scalar(
      "a number of GPUs",
      schema: use == .capacity
        ? [.init("type", .string("integer")), .init("minimum", .integer(0))]
        : [
          .init("type", .string("number")), .init("minimum", .integer(0)),
          .init(
            "anyOf",
            .array([.object([.init("multipleOf", .integer(1))]), .object([.init("exclusiveMaximum", .integer(1))])])),
        ]
    ) { decoder, event in
      if let milli = grammar.value(event.bytes) { return milli }
      if DecimalNumber.prefix(of: event.bytes)?.end != event.bytes.count {
        decoder.reportQuantity(event, grammar)
      } else if QuantityGrammar.milliOfGPUs(event.bytes, use) == nil {
        decoder.reportRange(event, "use 0 to 100000 GPUs")
      } else {
        decoder.report(
          .outOfRange,
          use == .capacity
            ? "capacity of \(event.text) GPUs is not a whole number"
            : "request for \(event.text) GPUs is neither a whole number nor below 1",
          hint: use == .capacity
            ? "use a whole number"
            : "use a whole number, or a fraction below 1 to share one GPU")
      }
      return nil
    }
  }
}

extension ManifestDecoder {
  /// Reports a value that is out of its range, or overflowed.
  mutating func reportRange(_ event: Event, _ rule: String) {
    report(.outOfRange, "\(event.text) is out of range", hint: rule)
  }

  /// Reports a number in an odd spelling; false if it is not one.
  mutating func reportOddity(_ event: Event, _ grammar: QuantityGrammar) -> Bool {
    guard event.bytes.count <= NumberSpelling.longest, let oddity = NumberSpelling.oddity(in: event.text) else {
      return false
    }
    report(.numberSpelling, oddity.what, hint: grammar.advice(for: oddity))
    return true
  }

  /// Reports a text that does not begin with a plain decimal number.
  mutating func reportQuantity(_ event: Event, _ grammar: QuantityGrammar) {
    if reportOddity(event, grammar) { return }
    let text = event.shownText
    if text.hasPrefix("-") { return report(.outOfRange, "\(text) is negative", hint: "use a positive number") }
    if reportLongNumber(event) { return }
    report(
      .quantitySpelling, "\"\(text)\" is not \(grammar.what)", hint: "use a value such as \(grammar.example)")
  }

  /// Reports a number with too many digits, whose spelling is not examined any further; false if it is not one.
  private mutating func reportLongNumber(_ event: Event) -> Bool {
    guard event.bytes.count > 18, event.bytes.prefix(19).allSatisfy({ NameGrammar.isDigit($0) || $0 == 0x2E }) else {
      return false
    }
    let digits = String(decoding: event.bytes.prefix(24), as: UTF8.self)
    report(.outOfRange, "\(digits) has more than 18 digits", hint: "write fewer digits and a larger unit")
    return true
  }

  /// Reports an amount of memory with a missing or unknown unit.
  mutating func reportRAMUnit(_ event: Event, unitStart: Int, _ grammar: QuantityGrammar) {
    if reportOddity(event, grammar) { return }
    guard event.bytes.count <= NumberSpelling.longest else { return reportQuantity(event, grammar) }
    let text = event.text
    let number = String(decoding: event.bytes[..<unitStart], as: UTF8.self)
    let unit = String(decoding: event.bytes[unitStart...], as: UTF8.self)
    guard !unit.isEmpty else {
      return report(.quantitySpelling, "\(text) has no unit", hint: ManifestDecoder.memoryAdvice(number, grammar))
    }
    let trimmed = unit.filter { $0 != " " }.lowercased()
    let wanted = trimmed.hasSuffix("b") ? String(trimmed.dropLast()) : trimmed
    let near = wanted.isEmpty ? nil : MemoryUnit.all.first { $0.name.lowercased() == wanted }
    let spelled = near.map { number + $0.name }.flatMap { grammar.accepts($0) ? $0 : nil }
    let hint =
      spelled.map { "did you mean \($0)?" } ?? (wanted.isEmpty ? ManifestDecoder.bytesAdvice(number, grammar) : nil)
    report(
      .quantitySpelling, "\"\(text)\" has an unknown unit",
      hint: hint ?? "use Ki, Mi, Gi, Ti, Pi (powers of 1024) or k, M, G, T, P (powers of 1000)")
  }

  /// Returns advice for an amount of memory without a unit: few are gibibytes, many are bytes.
  private static func memoryAdvice(_ number: String, _ grammar: QuantityGrammar) -> String {
    if let whole = Int64(number), whole >= 1 << 20, let advice = bytesAdvice(number, grammar) { return advice }
    let units = [("Gi", "GiB"), ("Mi", "MiB"), ("Ki", "KiB")].filter { grammar.accepts(number + $0.0) }.prefix(2)
    if units.isEmpty { return "use a value such as \(grammar.example)" }
    return "write " + units.map { "\(number)\($0.0) for \($0.1)" }.joined(separator: ", or ")
  }

  /// Returns advice for a number of bytes, which has no unit of its own; `nil` if it is none.
  private static func bytesAdvice(_ number: String, _ grammar: QuantityGrammar) -> String? {
    guard let bytes = Int64(number) else { return nil }
    let text = Resources.ramText(bytes: bytes)
    return grammar.accepts(text) ? "write \(text) for \(number) bytes" : nil
  }
}
