/// A unit of memory in manifests, traces and arguments.
public struct MemoryUnit: Sendable, Hashable {
  /// The spelling: `Gi`, `k`.
  public let name: String
  /// Number of bytes.
  public let bytes: Int64
  private let letter: UInt8
  private let isBinary: Bool

  private init(_ letter: Unicode.Scalar, power: Int, isBinary: Bool) {
    name = isBinary ? "\(letter)i" : "\(letter)"
    bytes = (0..<power).reduce(1) { size, _ in size * (isBinary ? 1024 : 1000) }
    self.letter = UInt8(ascii: letter)
    self.isBinary = isBinary
  }

  /// The powers of 1024, the smallest first.
  public static let binary = units("KMGTP", isBinary: true)
  /// The powers of 1000, the smallest first.
  public static let decimal = units("kMGTP", isBinary: false)
  /// All units: the powers of 1024, then those of 1000.
  public static let all = binary + decimal

  private static func units(_ letters: String, isBinary: Bool) -> [MemoryUnit] {
    zip(1..., letters.unicodeScalars).map { MemoryUnit($1, power: $0, isBinary: isBinary) }
  }

  /// Returns the bytes of the unit that `text` spells from `start` to its end; nil if that is no unit.
  public static func bytes(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
    let isBinary = start + 2 == text.count && text[start + 1] == UInt8(ascii: "i")
    guard isBinary || start + 1 == text.count else { return nil }
    return (isBinary ? binary : decimal).first { $0.letter == text[start] }?.bytes
  }
}
