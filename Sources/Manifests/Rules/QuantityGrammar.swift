import FleetModel

/// The quantity that a field takes: what it accepts, and how to say what it wants. Every spelling that a diagnostic proposes
/// for a field is accepted by the field's own grammar.
struct QuantityGrammar: Sendable {
  /// A noun for the quantity, with its article: `a memory size`.
  let what: String
  /// Spellings that are right, for advice.
  let example: String
  /// Units for a number without one, the likeliest first; empty: no unit is needed.
  let units: [String]
  /// Returns the value of a spelling; `nil` if it is not accepted.
  let value: @Sendable (UnsafeBufferPointer<UInt8>) -> Int64?

  /// Whether a spelling is accepted.
  func accepts(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { value($0) } != nil
  }

  /// Returns advice to write what an odd number probably means, in spellings that are accepted.
  func advice(for oddity: NumberSpelling) -> String {
    var written: [String] = []
    for proposal in oddity.proposals {
      var spelled = ([proposal.text] + units.map { proposal.text + $0 }).filter(accepts).prefix(1)
      // `1:30` may be minutes and seconds, or hours and minutes.
      if oddity.colons == 1, !accepts(proposal.text), units.contains("s") {
        spelled = [proposal.text + "s", proposal.text + "m"].filter(accepts)[...]
      }
      written += spelled.map { text in proposal.condition.map { "\(text) \($0)" } ?? text }
    }
    return written.isEmpty ? "use a value such as \(example)" : "write " + written.joined(separator: ", or ")
  }
}

extension QuantityGrammar {
  /// An amount of memory in bytes, with its unit.
  static func ram(_ use: QuantityUse) -> QuantityGrammar {
    QuantityGrammar(what: "a memory size", example: "16Gi", units: ["Gi", "Mi"]) { bytes in
      guard let (number, end) = DecimalNumber.prefix(of: bytes), let unit = MemoryUnit.bytes(of: bytes, from: end)
      else { return nil }
      return number.times(unit, roundingUp: use.roundsUp).flatMap { (1...(1 << 53)).contains($0) ? $0 : nil }
    }
  }

  /// An amount of CPU in thousandths of a core.
  static func cpu(_ use: QuantityUse) -> QuantityGrammar {
    QuantityGrammar(what: "a number of cores", example: "500m or 0.5", units: []) { bytes in
      guard let (number, end) = DecimalNumber.prefix(of: bytes) else { return nil }
      let isMilli = end + 1 == bytes.count && bytes[end] == UInt8(ascii: "m")
      guard isMilli || end == bytes.count else { return nil }
      return number.times(isMilli ? 1 : 1000, roundingUp: use.roundsUp).flatMap {
        (1...1_000_000_000).contains($0) ? $0 : nil
      }
    }
  }

  /// An amount of GPU in thousandths of a device.
  static func gpu(_ use: QuantityUse) -> QuantityGrammar {
    QuantityGrammar(what: "a number of GPUs", example: use == .request ? "2 or 0.5" : "4", units: []) { bytes in
      guard let milli = milliOfGPUs(bytes, use) else { return nil }
      return milli % 1000 != 0 && (milli > 1000 || use == .capacity) ? nil : milli
    }
  }

  /// Returns thousandths of a device, also where they can be neither requested nor offered; `nil` for what is no number or out
  /// of range.
  static func milliOfGPUs(_ bytes: UnsafeBufferPointer<UInt8>, _ use: QuantityUse) -> Int64? {
    guard let (number, end) = DecimalNumber.prefix(of: bytes), end == bytes.count,
      let milli = number.times(1000, roundingUp: use.roundsUp), (0...100_000_000).contains(milli)
    else { return nil }
    return milli
  }

  /// A whole number within a range.
  static func count(_ range: ClosedRange<Int>) -> QuantityGrammar {
    QuantityGrammar(what: "an integer", example: "\(min(max(3, range.lowerBound), range.upperBound))", units: []) {
      bytes in
      guard let (number, end) = DecimalNumber.prefix(of: bytes), end == bytes.count, number.decimals == 0 else {
        return nil
      }
      let value = Int64(number.digits)
      return (Int64(range.lowerBound)...Int64(range.upperBound)).contains(value) ? value : nil
    }
  }

  /// A length of time in nanoseconds.
  static func span(allowsZero: Bool) -> QuantityGrammar {
    QuantityGrammar(what: "a duration", example: "90s, 40m, 2h or 1d", units: ["s"]) { bytes in
      guard let (number, end) = DecimalNumber.prefix(of: bytes),
        let unit = TimeSpan.nanoseconds(ofUnit: bytes, from: end)
      else { return nil }
      return number.times(unit, roundingUp: true).flatMap {
        $0 <= longestSpan && ($0 > 0 || allowsZero) ? $0 : nil
      }
    }
  }

  /// A hundred years of 365 days, in nanoseconds.
  private static let longestSpan: Int64 = 36_500 * 86_400 * 1_000_000_000
}
