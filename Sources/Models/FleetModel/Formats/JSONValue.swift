/// A JSON value (RFC 8259) that keeps the order of its keys, for output that programs read.
public enum JSONValue: Sendable, Hashable {
  /// A key of an object with its value.
  public struct Field: Sendable, Hashable {
    /// The key.
    public var key: String
    /// Its value.
    public var value: JSONValue
    /// Makes a field.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Fields in the order in which they are written. The caller must not give a key twice.
  case object([Field])
  /// Values in order.
  case array([JSONValue])
  /// Any text.
  case string(String)
  /// A whole number.
  case integer(Int64)
  /// A number in the shortest spelling that reads back the same; a number that is not finite is written as null.
  case number(Double)
  /// True or false.
  case bool(Bool)
  /// Nothing.
  case null

  /// Returns a number of things.
  public static func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
  /// Returns a string, or null in place of nil.
  public static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  /// The value as text without a final line break: indented by two spaces a level, or on one line without spaces.
  public func text(isIndented: Bool = true) -> String {
    var result = ""
    write(to: &result, indent: isIndented ? "\n" : nil)
    return result
  }

  /// Writes the value.
  /// - Parameter indent: line break and indentation of the next line; nil: everything on one line.
  private func write(to result: inout String, indent: String?) {
    switch self {
    case .object(let fields):
      JSONValue.writeList(fields, "{", "}", to: &result, indent: indent) { field, result, indent in
        JSONValue.write(field.key, to: &result)
        result += indent == nil ? ":" : ": "
        field.value.write(to: &result, indent: indent)
      }
    case .array(let values):
      JSONValue.writeList(values, "[", "]", to: &result, indent: indent) { $0.write(to: &$1, indent: $2) }
    case .string(let text): JSONValue.write(text, to: &result)
    case .integer(let value): result += String(value)
    case .number(let value): result += value.isFinite ? "\(value)" : "null"
    case .bool(let value): result += value ? "true" : "false"
    case .null: result += "null"
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], _ open: String, _ close: String, to result: inout String, indent: String?,
    _ writeElement: (Element, inout String, String?) -> Void
  ) {
    result += open
    let inner = indent.map { $0 + "  " }
    for (index, element) in elements.enumerated() {
      if index > 0 { result += "," }
      result += inner ?? ""
      writeElement(element, &result, inner)
    }
    if !elements.isEmpty { result += indent ?? "" }
    result += close
  }

  /// Writes a quoted string. Besides what JSON requires, characters are escaped that are invisible or act on a
  /// terminal.
  private static func write(_ text: String, to result: inout String) {
    QuotedText.write(text, to: &result) { scalar in
      scalar.utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }
}
