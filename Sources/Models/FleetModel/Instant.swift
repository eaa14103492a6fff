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
}
