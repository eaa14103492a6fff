import FleetModel
import Glibc
import Reports

/// Times of day where the program runs.
enum LocalTime {
  /// The offset of local time from UTC at an instant, in seconds.
  static func offset(at instant: Instant) -> Int {
    var seconds = time_t(instant.nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts.tm_gmtoff
  }

  /// `12:04:05`, in local time.
  static func text(_ instant: Instant) -> String { instant.timeText(offset: offset(at: instant)) }
}
