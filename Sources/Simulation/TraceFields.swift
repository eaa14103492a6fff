import FleetModel

/// An iterator over the lines of a trace, on its bytes.
struct TraceLines {
  private let bytes: [UInt8]
  private var next = 0
  /// The number of the line last returned, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A UTF-8 byte order mark is skipped.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
  }

  /// Returns the next line without its line break; `nil` at the end.
  mutating func nextLine() -> Range<Int>? {
    if next >= bytes.count { return nil }
    let start = next
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    next = end + 1
    number += 1
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }
}

/// A parser of decimal numbers in traces, exact to a thousandth.
enum TraceNumber {
  /// Returns the thousandths of a number such as `17`, `0.25`, `-1` or `3e4`; `nil` if it is not a number or too large.
  /// Anything finer than a thousandth is rounded away from zero.
  static func milli(_ bytes: ArraySlice<UInt8>) -> Int64? {
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
