/// A field of a mapping: its name, what it may be, what it is for, and where its value goes.
struct Field<Draft>: Sendable {
  let name: String
  let isRequired: Bool
  /// Whether its literal value must never be shown.
  let isSensitive: Bool
  /// Its JSON Schema.
  let schema: JSONValue
  let read: @Sendable (inout Draft, inout ManifestDecoder) -> Void

  /// Makes a field. `store` gets the value and where it stands; it is called only for values that the rule accepted.
  init<Value>(
    _ name: String, _ rule: ValueRule<Value>, _ description: String, required: Bool = false, sensitive: Bool = false,
    default standard: JSONValue? = nil, store: @escaping @Sendable (inout Draft, Value, Span) -> Void
  ) {
    var schema: [(key: String, value: JSONValue)] = [("description", .text(description))]
    if let standard { schema.append(("default", standard)) }
    let readValue = rule.read
    self.init(
      name: name, isRequired: required, isSensitive: sensitive, schema: .object(schema + rule.schema),
      read: { draft, decoder in
        let span = decoder.event.span
        if let value = readValue(&decoder) { store(&draft, value, span) }
      })
  }

  /// Makes a field that reads its value by itself.
  init(
    name: String, isRequired: Bool, isSensitive: Bool = false, schema: JSONValue,
    read: @escaping @Sendable (inout Draft, inout ManifestDecoder) -> Void
  ) {
    self.name = name
    self.isRequired = isRequired
    self.isSensitive = isSensitive
    self.schema = schema
    self.read = read
  }
}

/// The fields of a mapping: drives the decoder and the schema.
struct FieldTable<Draft>: Sendable {
  let fields: [Field<Draft>]
  private let keys: [PackedName]
  /// A bit for each required field.
  let required: UInt64
  /// The mapping's JSON Schema.
  let schema: [(key: String, value: JSONValue)]

  /// Makes a table of at most 64 fields, with names of at most 16 bytes.
  init(_ fields: [Field<Draft>]) {
    precondition(fields.count <= 64)
    self.fields = fields
    keys = fields.map { PackedName($0.name) }
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    let names = fields.filter(\.isRequired).map { JSONValue.text($0.name) }
    schema =
      [("type", .text("object")), ("additionalProperties", .flag(false))]
      + (names.isEmpty ? [] : [("required", .list(names))])
      + [("properties", .object(fields.map { ($0.name, $0.schema) }))]
  }

  /// The number of the field that has a name, by its bytes.
  @inline(__always)
  func index(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let name = PackedName(bytes) else { return nil }
    return keys.withUnsafeBufferPointer { keys in
      for index in 0..<keys.count where keys[index] == name { return index }
      return nil
    }
  }
}

/// The words of an enumeration, to be found by their bytes.
struct WordTable<Word: CaseIterable & RawRepresentable & Sendable>: Sendable where Word.RawValue == String {
  private let words: [(name: PackedName, word: Word)] = Word.allCases.map { (PackedName($0.rawValue), $0) }

  /// The word that bytes are; nil if they are none.
  func value(for bytes: UnsafeBufferPointer<UInt8>) -> Word? {
    guard let name = PackedName(bytes) else { return nil }
    for entry in words where entry.name == name { return entry.word }
    return nil
  }
}

/// A name of 1 to 16 bytes in two words and its length, so that comparing takes no loop and no String.
struct PackedName: Equatable, Sendable {
  private let count: Int
  private let low: UInt64
  private let high: UInt64

  init(_ name: String) {
    let packed = Array(name.utf8).withUnsafeBufferPointer { PackedName($0) }
    precondition(packed != nil, "a field's name has 1 to 16 bytes")
    self = packed.unsafelyUnwrapped
  }

  /// Overlapping loads: the first and the last bytes hold every byte of a name whose length is known.
  @inline(__always)
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress, bytes.count - 1 < 16, bytes.count > 0 else { return nil }
    let raw = UnsafeRawPointer(base)
    count = bytes.count
    if count >= 8 {
      low = raw.loadUnaligned(as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      low = UInt64(raw.loadUnaligned(as: UInt32.self))
      high = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
    } else {
      low = UInt64(bytes[0]) | UInt64(bytes[count - 1]) << 8
      high = UInt64(bytes[count / 2])
    }
  }
}
