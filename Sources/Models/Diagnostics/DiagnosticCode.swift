/// A stable code, `BRT` and four digits, which `berth explain` accepts. A code is never reused for another problem.
public struct DiagnosticCode: Hashable, Sendable, Comparable {
  /// The number, from 1 to 9999.
  public let number: Int

  /// Creates a code. Every code is listed in `DiagnosticCatalog`.
  init(_ number: Int) { self.number = number }

  /// The code as it is shown: `BRT0012`.
  public var text: String {
    let digits = String(number)
    return "BRT" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Orders codes by number.
  public static func < (left: DiagnosticCode, right: DiagnosticCode) -> Bool { left.number < right.number }
}
