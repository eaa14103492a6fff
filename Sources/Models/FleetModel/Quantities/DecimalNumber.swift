/// An exact decimal number such as `12.50`.
public struct DecimalNumber: Sendable {
  /// The digits without the point, as a whole number.
  public var digits: UInt64
  /// Number of digits after the point.
  public var decimals: Int

  /// Parses the number at the beginning of some bytes and returns it with its end; `nil` if there is none, if it has
  /// more than 18 digits, or a leading zero before another digit.
  public static func prefix(of bytes: UnsafeBufferPointer<UInt8>) -> (number: DecimalNumber, end: Int)? {
    var digits: UInt64 = 0
    var index = 0
    while index < bytes.count, isDigit(bytes[index]), index < 18 {
      digits = digits * 10 + UInt64(bytes[index] - UInt8(ascii: "0"))
      index += 1
    }
    guard index > 0, index == 1 || bytes[0] != UInt8(ascii: "0") else { return nil }
    guard index < bytes.count else { return (DecimalNumber(digits: digits, decimals: 0), index) }
    guard bytes[index] == UInt8(ascii: ".") else {
      return isDigit(bytes[index]) ? nil : (DecimalNumber(digits: digits, decimals: 0), index)
    }
    var decimals = 0
    index += 1
    while index < bytes.count, isDigit(bytes[index]), index < 19 {
      digits = digits * 10 + UInt64(bytes[index] - UInt8(ascii: "0"))
      decimals += 1
      index += 1
    }
    guard decimals > 0, index == bytes.count || !isDigit(bytes[index]) else { return nil }
    return (DecimalNumber(digits: digits, decimals: decimals), index)
  }

  /// Returns the number times a unit as a whole number; `nil` beyond 63 bits. Exact except for the final rounding.
  public func times(_ unit: Int64, roundingUp: Bool) -> Int64? {
    guard decimals > 0 else {
      let (product, overflow) = digits.multipliedReportingOverflow(by: UInt64(unit))
      return overflow ? nil : Int64(exactly: product)
    }
    var divisor: UInt64 = 1
    for _ in 0..<decimals { divisor *= 10 }
    let (high, low) = digits.multipliedFullWidth(by: UInt64(unit))
    guard high < divisor else { return nil }
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    guard quotient < UInt64(Int64.max) else { return nil }
    return Int64(quotient) + (roundingUp && remainder > 0 ? 1 : 0)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
