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
    ValueRule.scalar(
      "a memory size",
      schema: [
        .init("type", .string("string")), .init("pattern", .string("^[0-9]+(\\.[0-9]+)?([KMGTP]i|[kMGTP])$")),
        .init("examples", .array([.string("16Gi"), .string("512Mi")])),
      ]
    ) { decoder, event in
      guard let (number, end) = DecimalNumber.prefix(of: event.bytes) else {
        decoder.reportQuantity(event, "a memory size", example: "16Gi")
        return nil
      }
      guard let unit = MemoryUnit.bytes(of: event.bytes, from: end) else {
        decoder.reportRAMUnit(event, unitStart: end)
        return nil
      }
      return decoder.inRange(
        number.times(unit, roundingUp: use.roundsUp), 1...(1 << 53), event, "use more than 0 and at most 8Pi")
    }
  }

  /// An amount of CPU in thousandths of a core: `0.5` or `500m`.
  static func cpu(_ use: QuantityUse) -> ValueRule {
    ValueRule.scalar(
      "a number of cores",
      schema: [
        .init("type", .array([.string("string"), .string("number")])),
        .init("pattern", .string("^[0-9]+(\\.[0-9]+)?m?$")),
        .init("examples", .array([.integer(4), .string("500m")])),
      ]
    ) { decoder, event in
      guard let (number, end) = DecimalNumber.prefix(of: event.bytes) else {
        decoder.reportQuantity(event, "a number of cores", example: "500m or 0.5")
        return nil
      }
      let isMilli = end + 1 == event.bytes.count && event.bytes[end] == UInt8(ascii: "m")
      guard isMilli || end == event.bytes.count else {
        if decoder.reportOddity(event) { return nil }
        decoder.report(
          .quantitySpelling, "\"\(event.text)\" is not a number of cores",
          hint: "write cores (0.5) or thousandths of a core (500m)")
        return nil
      }
      return decoder.inRange(
        number.times(isMilli ? 1 : 1000, roundingUp: use.roundsUp), 1...1_000_000_000, event,
        "use more than 0 and at most a million cores")
    }
  }

  /// An amount of GPU in thousandths of a device: whole devices, or less than one in a request.
  static func gpu(_ use: QuantityUse) -> ValueRule {
    ValueRule.scalar(
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
      guard let (number, end) = DecimalNumber.prefix(of: event.bytes), end == event.bytes.count else {
        decoder.reportQuantity(event, "a number of GPUs", example: use == .request ? "2 or 0.5" : "4")
        return nil
      }
      let milli = decoder.inRange(
        number.times(1000, roundingUp: use.roundsUp), 0...100_000_000, event, "use 0 to 100000 GPUs")
      guard let milli else { return nil }
      if milli % 1000 != 0, milli > 1000 || use == .capacity {
        decoder.report(
          .outOfRange,
          use == .capacity
            ? "capacity of \(event.text) GPUs is not a whole number"
            : "request for \(event.text) GPUs is neither a whole number nor below 1",
          hint: use == .capacity
            ? "use a whole number"
            : "use a whole number, or a fraction below 1 to share one GPU")
        return nil
      }
      return milli
    }
  }
}

extension ManifestDecoder {
  /// Returns a value within its range; `nil` after reporting one that is out of range or overflowed.
  mutating func inRange(_ value: Int64?, _ range: ClosedRange<Int64>, _ event: Event, _ rule: String) -> Int64? {
    if let value, range.contains(value) { return value }
    report(.outOfRange, "\(event.text) is out of range", hint: rule)
    return nil
  }

  /// Reports a number in an odd spelling; false if it is not one.
  mutating func reportOddity(_ event: Event) -> Bool {
    guard let oddity = NumberSpelling.oddity(in: event.text) else { return false }
    report(.numberSpelling, oddity.what, hint: oddity.hint)
    return true
  }

  /// Reports a text that does not begin with a plain decimal number.
  mutating func reportQuantity(_ event: Event, _ expected: String, example: String) {
    let text = event.text
    let number = String(text.prefix { !$0.isLetter || "xeobinfa".contains($0.lowercased()) })
    if let oddity = NumberSpelling.oddity(in: text) ?? NumberSpelling.oddity(in: number) {
      report(.numberSpelling, oddity.what, hint: oddity.hint)
    } else if text.hasPrefix("-") {
      report(.outOfRange, "\(text) is negative", hint: "use a positive number")
    } else if text.utf8.count > 18, text.utf8.prefix(19).allSatisfy({ NameGrammar.isDigit($0) || $0 == 0x2E }) {
      report(.outOfRange, "\(text.prefix(24)) has more than 18 digits", hint: "write fewer digits and a larger unit")
    } else {
      report(.quantitySpelling, "\"\(text)\" is not \(expected)", hint: "use a value such as \(example)")
    }
  }

  /// Reports an amount of memory with a missing or unknown unit.
  mutating func reportRAMUnit(_ event: Event, unitStart: Int) {
    let text = event.text
    let number = String(decoding: event.bytes[..<unitStart], as: UTF8.self)
    let unit = String(decoding: event.bytes[unitStart...], as: UTF8.self)
    guard !unit.isEmpty else {
      return report(
        .quantitySpelling, "\(text) has no unit", hint: "write \(number)Gi for GiB, or \(number)Mi for MiB")
    }
    if let oddity = NumberSpelling.oddity(in: text) {
      return report(.numberSpelling, oddity.what, hint: oddity.hint)
    }
    let trimmed = unit.filter { $0 != " " }.lowercased()
    let wanted = trimmed.hasSuffix("b") ? String(trimmed.dropLast()) : trimmed
    let nearest = MemoryUnit.all.first { $0.name.lowercased() == wanted }?.name
    let hint = nearest.map { "did you mean \(number)\($0)?" }
    report(
      .quantitySpelling, "\"\(text)\" has an unknown unit",
      hint: hint ?? "use Ki, Mi, Gi, Ti, Pi (powers of 1024) or k, M, G, T, P (powers of 1000)")
  }
}
