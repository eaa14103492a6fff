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
        ("type", .text("string")), ("pattern", .text("^[0-9]+(\\.[0-9]+)?(\(RAMUnit.pattern))$")),
        ("examples", .list([.text("16Gi"), .text("512Mi")])),
      ]
    ) { decoder, event in
      guard let (number, end) = DecimalNumber.prefix(of: event.bytes) else {
        decoder.reportQuantity(event, "a memory size", example: "16Gi")
        return nil
      }
      guard let unit = RAMUnit.factor(event.bytes, from: end) else {
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
        ("type", .list([.text("string"), .text("number")])), ("pattern", .text("^[0-9]+(\\.[0-9]+)?m?$")),
        ("examples", .list([.number(4), .text("500m")])),
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
        ? [("type", .text("integer")), ("minimum", .number(0))]
        : [
          ("type", .text("number")), ("minimum", .number(0)),
          ("anyOf", .list([.object([("multipleOf", .number(1))]), .object([("exclusiveMaximum", .number(1))])])),
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

/// Units of memory.
enum RAMUnit {
  static let all: [(name: String, factor: Int64)] = [
    ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50),
    ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("P", 1_000_000_000_000_000),
  ]
  static let pattern = "[KMGTP]i|[kMGTP]"

  /// Returns the bytes of the unit at the end of a text.
  static func factor(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
    let isBinary = start + 2 == bytes.count && bytes[start + 1] == UInt8(ascii: "i")
    guard isBinary || start + 1 == bytes.count else { return nil }
    switch (bytes[start], isBinary) {
    case (UInt8(ascii: "K"), true): return 1 << 10
    case (UInt8(ascii: "k"), false): return 1000
    case (UInt8(ascii: "M"), _): return isBinary ? 1 << 20 : 1_000_000
    case (UInt8(ascii: "G"), _): return isBinary ? 1 << 30 : 1_000_000_000
    case (UInt8(ascii: "T"), _): return isBinary ? 1 << 40 : 1_000_000_000_000
    case (UInt8(ascii: "P"), _): return isBinary ? 1 << 50 : 1_000_000_000_000_000
    default: return nil
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
    let nearest = RAMUnit.all.first { $0.name.lowercased() == wanted }?.name
    let hint = nearest.map { "did you mean \(number)\($0)?" }
    report(
      .quantitySpelling, "\"\(text)\" has an unknown unit",
      hint: hint ?? "use Ki, Mi, Gi, Ti, Pi (powers of 1024) or k, M, G, T, P (powers of 1000)")
  }
}
