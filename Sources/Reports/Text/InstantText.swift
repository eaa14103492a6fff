import FleetModel

extension Instant {
  /// UTC in whole seconds as RFC 3339: `2026-11-23T19:01:24Z`.
  public var utcText: String {
    let (year, month, day) = Instant.civil(dayNumber: nanoseconds.flooredQuotient(86_400_000_000_000))
    return "\(Instant.padded(year, 4))-\(Instant.padded(month, 2))-\(Instant.padded(day, 2))T\(timeText(offset: 0))Z"
  }

  /// Time of day at an offset from UTC in seconds: `19:01:24`.
  public func timeText(offset: Int) -> String {
    let seconds = nanoseconds.flooredQuotient(1_000_000_000) + Int64(offset)
    let ofDay = seconds - seconds.flooredQuotient(86_400) * 86_400
    return [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { Instant.padded($0, 2) }.joined(separator: ":")
  }

  /// The proleptic Gregorian date of a day counted from 1970-01-01: years that begin in March make every leap day the
  /// last of its year, and 400 of them are 146,097 days.
  private static func civil(dayNumber: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = dayNumber + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension Int64 {
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
