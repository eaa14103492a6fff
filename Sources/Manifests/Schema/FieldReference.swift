import FleetModel

/// One field of a manifest as the reference lists it. Derived from the decoder's tables by way of the schema.
public struct FieldReference: Sendable, Hashable {
  /// The names that lead to the field, separated by dots. `[]` follows the name of a list.
  public let path: String
  /// A short description of the accepted values.
  public let shape: String
  /// Whether the field is required where its parent is present.
  public let isRequired: Bool
  /// The default as it would be written; `nil` if there is none, or if `meaning` explains it.
  public let standard: String?
  /// The description of the field: sentences.
  public let meaning: String

  /// Returns the fields of a kind in the order of the schema: `metadata` first, then `spec`. Ignored fields are left
  /// out.
  public static func all(of kind: ObjectKind) -> [FieldReference] {
    let document = Schema.document(of: kind)
    return ["metadata", "spec"].flatMap { name in
      document["properties"]?[name].map { members(of: $0, below: name) } ?? []
    }
  }

  private static func members(of schema: JSONValue, below path: String) -> [FieldReference] {
    let required = schema["required"]?.elements.compactMap(\.word) ?? []
    return (schema["properties"]?.entries ?? []).flatMap { entry -> [FieldReference] in
      let (name, field) = (entry.key, entry.value)
      guard !KustomizeFields.names.contains(name) else { return [] }
      let own = FieldReference(
        path: "\(path).\(name)", shape: shape(of: field), isRequired: required.contains(name),
        standard: field["default"].map(literal), meaning: field["description"]?.word ?? "")
      let items = field["items"].map { [$0] + ($0["anyOf"]?.elements ?? []) } ?? []
      return [own] + members(of: field, below: own.path) + items.flatMap { members(of: $0, below: own.path + "[]") }
    }
  }

  /// Describes the values that a schema allows.
  private static func shape(of schema: JSONValue) -> String {
    if let words = schema["enum"]?.elements, !words.isEmpty { return words.map(literal).joined(separator: ", ") }
    if let examples = schema["examples"]?.elements, !examples.isEmpty {
      let listed = examples.map(literal).joined(separator: ", ")
      // The examples of a priority are all of its values.
      return schema["anyOf"] == nil ? "\(schema["title"]?.word ?? "string") (\(listed))" : listed
    }
    if let choices = schema["anyOf"]?.elements, schema["type"] == nil {
      return choices.map(shape).joined(separator: ", or ")
    }
    if let items = schema["items"] {
      let element = shape(of: items)
      return element == "string" ? "list of strings" : "list: \(element)"
    }
    if let values = schema["additionalProperties"], values.entries != nil {
      let element = shape(of: values)
      return element == "string" ? "map of strings" : "map: \(element)"
    }
    if let entries = schema["properties"]?.entries {
      let names = entries.map(\.key)
      return names == ["fromEnv", "fromFile"]
        ? "{fromEnv: NAME} or {fromFile: PATH}" : "{\(names.joined(separator: ", "))}"
    }
    switch schema["type"]?.word {
    case "boolean": return "true, false"
    case "integer": return "integer"
    case "number": return "number"
    default: return "string"
    }
  }

  /// Returns a value as it would be written in a manifest, on one line.
  private static func literal(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .array(let values): "[\(values.map(literal).joined(separator: ", "))]"
    case .object(let members): "{\(members.map { "\($0.key): \(literal($0.value))" }.joined(separator: ", "))}"
    }
  }
}

extension JSONValue {
  /// Returns the member of an object with this name.
  subscript(name: String) -> JSONValue? { entries?.first { $0.key == name }?.value }

  /// The members of an object; `nil` for other values.
  var entries: [JSONValue.Field]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of a list; empty for other values.
  var elements: [JSONValue] {
    if case .array(let values) = self { values } else { [] }
  }

  /// The value of a string; `nil` for other values.
  var word: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
