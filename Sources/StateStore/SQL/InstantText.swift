import FleetModel

/// Instants as text in columns of the data model: RFC 3339 in UTC with nine digits of a second,
/// `2026-11-23T19:01:24.000000001Z`. Every instant has one text, texts sort as instants do, and nothing is lost.
enum InstantText {
  /// Length of every text, in bytes.
  static let length = 30

  /// Returns the text of an instant.
  static func text(_ instant: Instant) -> String {
    var nanoseconds = instant.nanoseconds % 1_000_000_000
    var seconds = instant.nanoseconds / 1_000_000_000
    if nanoseconds < 0 { (nanoseconds, seconds) = (nanoseconds + 1_000_000_000, seconds - 1) }
    var second = seconds % 86_400
    if second < 0 { second += 86_400 }
    let date = civil(days: (seconds - second) / 86_400)
    return String(unsafeUninitializedCapacity: length) { buffer in
      func put(_ value: Int64, at start: Int, digits: Int) {
        var rest = value
        for place in stride(from: start + digits - 1, through: start, by: -1) {
          buffer[place] = UInt8(48 + rest % 10)
          rest /= 10
        }
      }
      put(date.year, at: 0, digits: 4)
      put(date.month, at: 5, digits: 2)
      put(date.day, at: 8, digits: 2)
      put(second / 3600, at: 11, digits: 2)
      put(second / 60 % 60, at: 14, digits: 2)
      put(second % 60, at: 17, digits: 2)
      put(nanoseconds, at: 20, digits: 9)
      for (place, character) in punctuation { buffer[place] = character }
      return length
    }
  }

  /// Returns the instant of a text; `nil` if `text(_:)` never gives that text.
  static func instant(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
    guard bytes.count == length else { return nil }
    for (place, character) in punctuation where bytes[place] != character { return nil }
    var valid = true
    func number(at start: Int, digits: Int) -> Int64 {
      var value: Int64 = 0
      for place in start..<start + digits {
        let digit = Int64(bytes[place]) - 48
        if digit < 0 || digit > 9 { valid = false }
        value = value * 10 + digit
      }
      return value
    }
    let (year, month, day) = (number(at: 0, digits: 4), number(at: 5, digits: 2), number(at: 8, digits: 2))
    let (hour, minute, second) = (number(at: 11, digits: 2), number(at: 14, digits: 2), number(at: 17, digits: 2))
    let fraction = number(at: 20, digits: 9)
    guard valid, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else {
      return nil
    }
    let days = self.days(year: year, month: month, day: day)
    // Refuses a day that its month does not have.
    guard civil(days: days) == (year, month, day) else { return nil }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    // Toward zero first: the earliest instant's whole second would overflow.
    let (whole, rest) = seconds < 0 ? (seconds + 1, fraction - 1_000_000_000) : (seconds, fraction)
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(rest)
    return overflow || carry ? nil : Instant(nanoseconds: sum)
  }

  private static let punctuation: [(place: Int, character: UInt8)] = [
    (4, 45), (7, 45), (10, 84), (13, 58), (16, 58), (19, 46), (29, 90),
  ]

  /// Returns the date of the Gregorian calendar for a number of days since 1970-01-01; after Howard Hinnant,
  /// "chrono-compatible low-level date algorithms", `civil_from_days`.
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// Returns the number of days for a date: `days_from_civil` of the same source.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let fromMarch = month <= 2 ? year - 1 : year
    let era = (fromMarch >= 0 ? fromMarch : fromMarch - 399) / 400
    let yearOfEra = fromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
