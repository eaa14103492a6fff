/// A point in time: whole nanoseconds since 1970-01-01T00:00:00Z. The core never reads a clock; the time is passed in.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since the Unix epoch.
  public var nanoseconds: Int64

  /// Makes an instant from nanoseconds since the Unix epoch.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Orders instants in time: the earlier is less.
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
  /// The instant a span later; clamps instead of overflowing.
  public static func + (left: Instant, right: TimeSpan) -> Instant {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Instant(nanoseconds: overflow ? (right.nanoseconds < 0 ? .min : .max) : sum)
  }
  /// The span from `right` to `left`; clamps instead of overflowing.
  public static func - (left: Instant, right: Instant) -> TimeSpan {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return TimeSpan(nanoseconds: overflow ? (left < right ? .min : .max) : difference)
  }
}

/// A duration in whole nanoseconds.
public struct TimeSpan: Hashable, Comparable, Sendable {
  /// Nanoseconds; never negative in a manifest.
  public var nanoseconds: Int64

  /// Makes a span from nanoseconds.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  /// A span of whole seconds; clamps instead of overflowing.
  public static func seconds(_ seconds: Int64) -> TimeSpan {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return TimeSpan(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }
  /// A span of whole milliseconds; clamps instead of overflowing.
  public static func milliseconds(_ milliseconds: Int64) -> TimeSpan {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return TimeSpan(nanoseconds: overflow ? (milliseconds < 0 ? .min : .max) : product)
  }
  /// No time.
  public static let zero = TimeSpan(nanoseconds: 0)
  /// Orders spans by length: the shorter is less.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The shortest exact spelling in the manifests' units: `1d`, `2h`, `40m`, `90s`, `250ms`; nanoseconds as `17ns`.
  public var text: String {
    for (unit, size) in TimeSpan.units where nanoseconds != 0 && nanoseconds % size == 0 {
      return "\(nanoseconds / size)\(unit)"
    }
    return "0s"
  }

  /// The units of a manifest and their nanoseconds, longest first.
  public static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// Returns the nanoseconds of the unit that `text` spells from `start` to its end; nil if that is no unit.
  public static func nanoseconds(ofUnit text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
    let unit = UnsafeBufferPointer(rebasing: text[start...])
    return units.first { unit.elementsEqual($0.name.utf8) }?.nanoseconds
  }

  /// Parses whole numbers, each with its unit: `90s`, `1h30m`; nil for anything else and beyond 292 years.
  /// - Parameter inOrder: whether each unit must be shorter than the one before.
  public init?(compound text: String, inOrder: Bool) {
    var rest = text.utf8[...]
    if rest.isEmpty { return nil }
    var total: Int64 = 0
    var bound = Int64.max
    while !rest.isEmpty {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(String(Substring(digits))),
        let size = TimeSpan.units.first(where: { unit.elementsEqual($0.name.utf8) })?.nanoseconds,
        size < bound || !inOrder
      else { return nil }
      bound = size
      let (part, isTooLong) = number.multipliedReportingOverflow(by: size)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !isTooLong, !overflow else { return nil }
      total = sum
    }
    self.init(nanoseconds: total)
  }
}
