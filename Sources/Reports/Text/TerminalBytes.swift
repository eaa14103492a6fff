/// Makes the bytes of a log safe for a terminal as they arrive: text, line feeds, tabs and colors (ECMA-48 "select
/// graphic rendition") pass; every other control character, invisible character and malformed byte is written as an
/// escape.
///
/// A sequence may be split anywhere between two pieces. A carriage return before a line feed is dropped; alone it would
/// let a line overwrite itself, and is escaped.
public struct TerminalBytes: Sendable {
  /// Bytes of an incomplete character or sequence, kept until more arrive.
  private var pending: [UInt8] = []
  /// Longest sequence that can be a color.
  private static let longestSequence = 32

  /// Creates the filter of one log.
  public init() {}

  /// Text that can be shown now.
  public mutating func show(_ bytes: [UInt8]) -> String { show(bytes, isLast: false) }

  /// Text that remains at the end of the log.
  public mutating func finish() -> String { show([], isLast: true) }

  private mutating func show(_ bytes: [UInt8], isLast: Bool) -> String {
    let input = pending + bytes
    pending = []
    var result = ""
    var index = 0
    while index < input.count {
      switch TerminalBytes.token(input[index...], isLast: isLast) {
      case .shown(let text, let count):
        result += text
        index += count
      case .needsMore:
        pending = Array(input[index...])
        return result
      }
    }
    return result
  }

  private enum Token {
    case shown(String, count: Int)
    case needsMore
  }

  private static func token(_ rest: ArraySlice<UInt8>, isLast: Bool) -> Token {
    guard let first = rest.first else { return .needsMore }
    switch first {
    case 0x0a, 0x09: return .shown(String(Unicode.Scalar(first)), count: 1)
    case 0x0d:
      guard let next = rest.dropFirst().first else { return isLast ? escape(first) : .needsMore }
      return next == 0x0a ? .shown("", count: 1) : escape(first)
    case 0x1b: return color(rest, isLast: isLast)
    case 0x20..<0x7f: return .shown(String(Unicode.Scalar(first)), count: 1)
    case 0x80...: return character(rest, isLast: isLast)
    default: return escape(first)
    }
  }

  private static func escape(_ byte: UInt8) -> Token {
    .shown("\\u{" + String(byte, radix: 16, uppercase: true) + "}", count: 1)
  }

  /// A color: ESC, `[`, digits and separators, `m`.
  private static func color(_ rest: ArraySlice<UInt8>, isLast: Bool) -> Token {
    for (offset, byte) in rest.enumerated().dropFirst() {
      if offset == 1 {
        guard byte == UInt8(ascii: "[") else { return escape(0x1b) }
      } else if byte == UInt8(ascii: "m") {
        return .shown(String(decoding: rest.prefix(offset + 1), as: UTF8.self), count: offset + 1)
      } else if offset >= longestSequence || !(0x30...0x3b).contains(byte) {
        return escape(0x1b)
      }
    }
    return isLast ? escape(0x1b) : .needsMore
  }

  private static func character(_ rest: ArraySlice<UInt8>, isLast: Bool) -> Token {
    let length =
      switch rest.first ?? 0 {
      case 0xc2...0xdf: 2
      case 0xe0...0xef: 3
      case 0xf0...0xf4: 4
      default: 1
      }
    let bytes = rest.prefix(length)
    if let text = String(validating: bytes, as: UTF8.self), length > 1, bytes.count == length {
      return .shown(VisibleText.escaped(text), count: length)
    }
    let isCut = bytes.count < length && bytes.dropFirst().allSatisfy { $0 & 0xc0 == 0x80 }
    if isCut, !isLast { return .needsMore }
    return .shown("\\x" + String(rest.first ?? 0, radix: 16, uppercase: true), count: 1)
  }
}
