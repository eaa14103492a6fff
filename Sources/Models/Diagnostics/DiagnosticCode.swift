/// A stable code, `BRT` and four digits, with what `berth explain` says about it. A code is never used again for
/// another mistake.
public struct DiagnosticCode: Hashable, Sendable, Comparable {
  /// The digits, from 1 to 9999.
  public let number: Int

  /// Makes a code; every code is listed in `DiagnosticCatalog`.
  init(_ number: Int) { self.number = number }

  /// `BRT0012`.
  public var text: String {
    let digits = String(number)
    return "BRT" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// By number.
  public static func < (left: DiagnosticCode, right: DiagnosticCode) -> Bool { left.number < right.number }
}
