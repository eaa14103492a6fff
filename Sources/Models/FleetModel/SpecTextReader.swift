/// Fault in a canonical text. Contains positions and names, never values.
struct SpecTextDamage: Error {
  var reason: String
}

/// A JSON value of a canonical text: integers are the only numbers, and nothing is null.
enum SpecTextNode {
  case object([String: SpecTextNode])
  case array([SpecTextNode])
  case string(String)
  case integer(Int64)
  case bool(Bool)
}

/// Reads the JSON that `SpecTextWriter` writes; accepts other escapes too, but no white space.
struct SpecTextReader {
  /// Limit of nesting, deeper than any spec; bounds the recursion on damaged text.
  private static let depthLimit = 16

  private let bytes: [UInt8]
  private var index = 0

  /// Returns the whole text as one value.
  static func node(of text: String) throws(SpecTextDamage) -> SpecTextNode {
    var reader = SpecTextReader(bytes: Array(text.utf8))
    let node = try reader.node(depth: 0)
    guard reader.index == reader.bytes.count else { throw reader.damage("something follows the end") }
    return node
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func damage(_ what: String) -> SpecTextDamage { SpecTextDamage(reason: "\(what) at byte \(index)") }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ text: StaticString) throws(SpecTextDamage) {
    for offset in 0..<text.utf8CodeUnitCount {
      guard next == text.utf8Start[offset] else { throw damage("\(text) expected") }
      index += 1
    }
  }

  private mutating func node(depth: Int) throws(SpecTextDamage) -> SpecTextNode {
    guard depth < SpecTextReader.depthLimit else { throw damage("nested too deeply") }
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    default: return .integer(try integer())
    }
  }

  private mutating func object(depth: Int) throws(SpecTextDamage) -> [String: SpecTextNode] {
    try expect("{")
    var fields: [String: SpecTextNode] = [:]
    if take("}") { return fields }
    repeat {
      let key = try string()
      try expect(":")
      guard fields.updateValue(try node(depth: depth + 1), forKey: key) == nil else {
        throw damage("a key appears twice, before")
      }
    } while take(",")
    try expect("}")
    return fields
  }

  private mutating func array(depth: Int) throws(SpecTextDamage) -> [SpecTextNode] {
    try expect("[")
    var elements: [SpecTextNode] = []
    if take("]") { return elements }
    repeat { elements.append(try node(depth: depth + 1)) } while take(",")
    try expect("]")
    return elements
  }

  private mutating func integer() throws(SpecTextDamage) -> Int64 {
    let start = index
    if next == UInt8(ascii: "-") { index += 1 }
    while let byte = next, byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") { index += 1 }
    guard let value = Int64(String(decoding: bytes[start..<index], as: UTF8.self)) else {
      throw damage("a value expected")
    }
    return value
  }

  private mutating func string() throws(SpecTextDamage) -> String {
    try expect("\"")
    var units: [UInt16] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 && byte < 0x7f else { throw damage("a character that is not escaped") }
      index += 1
      units.append(byte == UInt8(ascii: "\\") ? try escape() : UInt16(byte))
    }
    try expect("\"")
    guard let text = String(validating: units, as: UTF16.self) else { throw damage("half a character, before") }
    return text
  }

  /// Reads the rest of an escape, after the backslash.
  private mutating func escape() throws(SpecTextDamage) -> UInt16 {
    guard let byte = next else { throw damage("an escape expected") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0c
    case UInt8(ascii: "u"): break
    default: throw damage("an unknown escape, before")
    }
    guard index + 4 <= bytes.count,
      bytes[index..<index + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw damage("four hexadecimal digits expected") }
    index += 4
    return unit
  }
}
