/// Parsers of quantities in traces and arguments. Manifests are read more strictly: there a number has neither sign nor
/// exponent, and memory needs a unit.
public enum QuantityParser {
  /// Returns the bytes of an amount of memory such as `16` (GiB), `16Gi`, `512Mi` or `16G`, rounded down; `nil` if it is not
  /// an amount. Exact, except that a number with a sign or exponent counts to a thousandth.
  public static func ramBytes(_ text: String) -> Int64? {
    let unit = MemoryUnit.all.first { text.hasSuffix($0.name) }
    let digits = Array(text.utf8.dropLast(unit?.name.utf8.count ?? 0))
    let size = unit?.bytes ?? 1 << 30
    let plain = digits.withUnsafeBufferPointer { digits in
      DecimalNumber.prefix(of: digits).flatMap { $0.end == digits.count ? $0.number : nil }
    }
    if let plain { return plain.times(size, roundingUp: false) }
    guard let milli = milli(ofNumber: digits[...]) else { return nil }
    let (whole, overflow) = (milli / 1000).multipliedReportingOverflow(by: size)
    let (rest, isTooFine) = (milli % 1000).multipliedReportingOverflow(by: size)
    let (sum, isTooLarge) = whole.addingReportingOverflow(rest / 1000)
    return overflow || isTooFine || isTooLarge ? nil : sum
  }

  /// Returns the thousandths of an amount such as `4`, `0.5` or `500m`; `nil` if it is not a number.
  public static func milli(_ text: String) -> Int64? {
    if text.hasSuffix("m") { return milli(ofNumber: Array(text.utf8.dropLast())[...]).map { $0 / 1000 } }
    return milli(ofNumber: Array(text.utf8)[...])
  }

  /// Returns the thousandths of a number such as `17`, `0.25`, `-1` or `3e4`; `nil` if it is not a number or too large.
  /// Anything finer than a thousandth is rounded away from zero.
  public static func milli(ofNumber bytes: ArraySlice<UInt8>) -> Int64? {
    var rest = bytes
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    var value: Int64 = 0
    var decimals = -1
    var hasDigit = false
    var isFiner = false
    for byte in rest {
      if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return viaDouble(bytes) }
      hasDigit = true
      if decimals >= 3 {
        if byte != UInt8(ascii: "0") { isFiner = true }
        continue
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      if overflow || tooMuch { return nil }
      value = sum
      if decimals >= 0 { decimals += 1 }
    }
    if !hasDigit { return nil }
    for _ in max(0, decimals)..<3 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      value = product
    }
    if isFiner, value < .max { value += 1 }
    return isNegative ? -value : value
  }

  /// Parses numbers with an exponent, which are rare.
  private static func viaDouble(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard bytes.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
      let number = Double(String(decoding: bytes, as: UTF8.self)), number.isFinite, abs(number) < 9e15
    else { return nil }
    return Int64((number * 1000).rounded(.awayFromZero))
  }
}
