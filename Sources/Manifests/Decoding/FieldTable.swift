import FleetModel

/// A field of a map: its name, its schema, its description, and where its value goes.
struct Field<Draft>: Sendable {
  let name: String
  let isRequired: Bool
  /// Whether it is accepted only because other tools write it, and never suggested to people.
  let isIgnored: Bool
  /// The JSON Schema of the field.
  let schema: JSONValue
  /// The closure that reads the value.
  let reading: FieldReading<Draft>
  /// Whether its literal value must never be shown.
  var isSensitive: Bool { reading.isSensitive }

  /// Creates a field. `store` receives the value and its span; it is called only for values that the rule accepted.
  init<Value>(
    _ name: String, _ rule: ValueRule<Value>, _ description: String, required: Bool = false, sensitive: Bool = false,
    default standard: JSONValue? = nil, store: @escaping @Sendable (inout Draft, consuming Value, Span) -> Void
  ) {
    var schema: [JSONValue.Field] = [.init("description", .string(description))]
    if let standard { schema.append(.init("default", standard)) }
    let readValue = rule.read
    var read: @Sendable (inout Draft, inout ManifestDecoder) -> Void = { draft, decoder in
      let span = decoder.event.span
      guard let value = readValue(&decoder) else { return }
      store(&draft, consume value, span)
    }
    if let readScalar = rule.readScalar {
      // The fast path. Anything wrong takes the slow path, which reports it.
      read = { draft, decoder in
        let event = decoder.event
        guard event.kind == .scalar, !event.isNull else {
          _ = readValue(&decoder)
          return
        }
        guard let value = readScalar(&decoder, event) else { return }
        store(&draft, consume value, event.span)
      }
    }
    self.init(
      name: name, isRequired: required, isSensitive: sensitive, schema: .object(schema + rule.schema), read: read)
  }

  /// Creates a field that reads its value with a closure of its own.
  init(
    name: String, isRequired: Bool, isSensitive: Bool = false, isIgnored: Bool = false, schema: JSONValue,
    read: @escaping @Sendable (inout Draft, inout ManifestDecoder) -> Void
  ) {
    self.name = name
    self.isRequired = isRequired
    self.isIgnored = isIgnored
    self.schema = schema
    reading = FieldReading(isSensitive: isSensitive, read: read)
  }
}

/// The part of a field that is needed to read it.
final class FieldReading<Draft>: Sendable {
  let isSensitive: Bool
  let read: @Sendable (inout Draft, inout ManifestDecoder) -> Void

  init(isSensitive: Bool, read: @escaping @Sendable (inout Draft, inout ManifestDecoder) -> Void) {
    self.isSensitive = isSensitive
    self.read = read
  }
}

/// The fields of a map. Drives both the decoder and the schema.
final class FieldTable<Draft>: Sendable {
  let fields: [Field<Draft>]
  private let names: NameIndex
  /// The readings of `fields`, which keep them alive. Unmanaged, so that reading a field costs no reference counting.
  private let readings: [Unmanaged<FieldReading<Draft>>]
  /// Bit mask of the required fields.
  let required: UInt64
  /// Bit mask of the fields whose literal value must never be shown.
  let sensitive: UInt64
  /// The JSON Schema of the map.
  let schema: [JSONValue.Field]

  /// Creates a table of at most 64 fields with names of at most 16 bytes.
  init(_ fields: [Field<Draft>]) {
    precondition(fields.count <= 64)
    self.fields = fields
    names = NameIndex(fields.map(\.name))
    readings = fields.map { Unmanaged.passUnretained($0.reading) }
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    sensitive = fields.indices.reduce(0) { fields[$1].isSensitive ? $0 | 1 << UInt64($1) : $0 }
    let names = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
    schema =
      [.init("type", .string("object")), .init("additionalProperties", .bool(false))]
      + (names.isEmpty ? [] : [.init("required", .array(names))])
      + [.init("properties", .object(fields.map { .init($0.name, $0.schema) }))]
  }

  /// Returns the index of the field with this name, given as bytes.
  @inline(__always)
  func index(of bytes: UnsafeBufferPointer<UInt8>) -> Int? { names.number(of: bytes) }

  /// Reads a field's value, whose first event is the current one, into a draft.
  @inline(__always)
  func read(_ index: Int, into draft: inout Draft, from decoder: inout ManifestDecoder) {
    readings[index]._withUnsafeGuaranteedRef { $0.read(&draft, &decoder) }
  }
}

/// The words of an enumeration, looked up by their bytes.
struct WordTable<Word: CaseIterable & RawRepresentable & Sendable>: Sendable where Word.RawValue == String {
  private let words: [(name: PackedName, word: Word)] = Word.allCases.map { (PackedName($0.rawValue), $0) }

  /// Returns the word with these bytes; `nil` if there is none.
  func value(for bytes: UnsafeBufferPointer<UInt8>) -> Word? {
    guard let name = PackedName(bytes) else { return nil }
    for entry in words where entry.name == name { return entry.word }
    return nil
  }
}
