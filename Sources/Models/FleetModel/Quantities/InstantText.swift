/// Instants as text in columns of the data model: RFC 3339 in UTC with nine digits of a second,
/// `2026-11-23T19:01:24.000000001Z`. Every instant has one text, texts sort as instants do, and nothing is lost.
public enum InstantText {
  /// Length of every text, in bytes.
  public static let length = 30

  /// Returns the text of an instant.
  public static func text(_ instant: Instant) -> String {
    var nanoseconds = instant.nanoseconds % 1_000_000_000
    var seconds = instant.nanoseconds / 1_000_000_000
    if nanoseconds < 0 { (nanoseconds, seconds) = (nanoseconds + 1_000_000_000, seconds - 1) }
    var second = seconds % 86_400
    if second < 0 { second += 86_400 }
    let date = CalendarDate(daysSinceEpoch: (seconds - second) / 86_400)
    return String(unsafeUninitializedCapacity: length) { buffer in
      func put(_ value: Int64, at start: Int, digits: Int) {
        var rest = value
        for position in stride(from: start + digits - 1, through: start, by: -1) {
          buffer[position] = UInt8(48 + rest % 10)
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
      for (position, character) in punctuation { buffer[position] = character }
      return length
    }
  }

  /// Returns the instant of a text; `nil` if `text(_:)` never gives that text.
  public static func instant(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
    guard bytes.count == length else { return nil }
    for (position, character) in punctuation where bytes[position] != character { return nil }
    var valid = true
    func number(at start: Int, digits: Int) -> Int64 {
      var value: Int64 = 0
      for position in start..<start + digits {
        let digit = Int64(bytes[position]) - 48
        if digit < 0 || digit > 9 { valid = false }
        value = value * 10 + digit
      }
      return value
    }
    let date = CalendarDate(
      year: number(at: 0, digits: 4), month: number(at: 5, digits: 2), day: number(at: 8, digits: 2))
    let (hour, minute, second) = (number(at: 11, digits: 2), number(at: 14, digits: 2), number(at: 17, digits: 2))
    let fraction = number(at: 20, digits: 9)
    guard valid, (1...12).contains(date.month), (1...31).contains(date.day), hour < 24, minute < 60, second < 60 else {
      return nil
    }
    let days = date.daysSinceEpoch
    // Refuses a day that its month does not have.
    guard CalendarDate(daysSinceEpoch: days) == date else { return nil }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    // Toward zero first: the earliest instant's whole second would overflow.
    let (whole, rest) = seconds < 0 ? (seconds + 1, fraction - 1_000_000_000) : (seconds, fraction)
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(rest)
    return overflow || carry ? nil : Instant(nanoseconds: sum)
  }

  private static let punctuation: [(position: Int, character: UInt8)] = [
    (4, 45), (7, 45), (10, 84), (13, 58), (16, 58), (19, 46), (29, 90),
  ]
}

extension Instant {
  /// The instant in UTC in whole seconds as RFC 3339: `2026-11-23T19:01:24Z`.
  public var utcText: String { String(InstantText.text(self).prefix(19)) + "Z" }

  /// The time of day at an offset from UTC in seconds: `19:01:24`.
  public func timeText(offset: Int) -> String {
    let shifted = self + .seconds(Int64(offset))
    return String(shifted.utcText.dropFirst(11).prefix(8))
  }
}
