import FleetModel
import Glibc
import Reports

/// Local times of day.
enum LocalTime {
  /// Returns the offset of local time from UTC at an instant, in seconds.
  static func offset(at instant: Instant) -> Int {
    var seconds = time_t(instant.nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts.tm_gmtoff
  }

  /// Returns a format for instants in local time: `12:04:05` if all are of today, otherwise `11-23 12:04:05`.
  static func texts(of instants: [Instant], now: Instant) -> (Instant) -> String {
    let today = date(now)
    let areOfToday = instants.allSatisfy { date($0) == today }
    // No year, because events are kept for less than one.
    return { areOfToday ? text($0) : "\(date($0).dropFirst(5)) \(text($0))" }
  }

  /// Returns the local date, like `2026-11-23`.
  private static func date(_ instant: Instant) -> String {
    String((instant + .seconds(Int64(offset(at: instant)))).utcText.prefix(10))
  }

  /// Returns the local time of day, like `12:04:05`.
  static func text(_ instant: Instant) -> String { instant.timeText(offset: offset(at: instant)) }
}
