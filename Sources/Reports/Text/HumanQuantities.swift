import FleetModel

extension TimeSpan {
  /// Duration in its two largest units, rounded down: `3d 4h`, `3h 10m`, `2m 5s`, `12s`, `250ms`; less than a
  /// millisecond is `0s`.
  public var humanText: String {
    if nanoseconds < 0 { return "-" + TimeSpan(nanoseconds: nanoseconds == .min ? .max : -nanoseconds).humanText }
    let seconds = nanoseconds / 1_000_000_000
    if seconds == 0 {
      let milliseconds = nanoseconds / 1_000_000
      return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
    func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
      small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit) \(small)\(smallUnit)"
    }
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return pair(seconds / 60, "m", seconds % 60, "s")
    case ..<86_400: return pair(seconds / 3600, "h", seconds / 60 % 60, "m")
    default: return pair(seconds / 86_400, "d", seconds / 3600 % 24, "h")
    }
  }

  /// Age in its largest unit, rounded down: `12s`, `5m`, `3h`, `3d`; a time in the future is `0s`.
  public var ageText: String {
    let seconds = max(0, nanoseconds / 1_000_000_000)
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m"
    case ..<86_400: return "\(seconds / 3600)h"
    default: return "\(seconds / 86_400)d"
    }
  }
}

/// Sizes in bytes for tables and sentences in which the exact spelling of a manifest (`Resources.ramText`) would be too
/// long.
public enum ByteSize {
  private static let units: [(name: String, shift: UInt64)] = [
    ("EiB", 60), ("PiB", 50), ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10),
  ]

  /// Size rounded down, with one decimal below ten unless it is 0: `512 B`, `1.5 GiB`, `64 GiB`.
  public static func text(_ bytes: Int64) -> String {
    let size = bytes.magnitude
    let sign = bytes < 0 ? "-" : ""
    for unit in units where size >> unit.shift > 0 {
      let whole = size >> unit.shift
      let tenth = ((size & ((1 << unit.shift) - 1)) * 10) >> unit.shift
      return "\(sign)\(whole)\(whole < 10 && tenth > 0 ? ".\(tenth)" : "") \(unit.name)"
    }
    return "\(sign)\(size) B"
  }
}
