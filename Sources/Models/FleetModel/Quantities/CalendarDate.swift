/// A date of the proleptic Gregorian calendar.
public struct CalendarDate: Hashable, Sendable {
  /// The year; 0 is 1 BC.
  public var year: Int64
  /// The month, 1 to 12.
  public var month: Int64
  /// The day of the month, 1 to 31.
  public var day: Int64

  /// Makes a date, which need not exist.
  public init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Makes the date of a day counted from 1970-01-01; after Howard Hinnant, "chrono-compatible low-level date algorithms",
  /// `civil_from_days`. Years that begin in March make every leap day the last of its year, and 400 of them are 146,097
  /// days.
  public init(daysSinceEpoch days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  }

  /// Days from 1970-01-01 to the date: `days_from_civil` of the same source. A day that its month does not have counts into
  /// the next month.
  public var daysSinceEpoch: Int64 {
    let fromMarch = month <= 2 ? year - 1 : year
    let era = (fromMarch >= 0 ? fromMarch : fromMarch - 399) / 400
    let yearOfEra = fromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
