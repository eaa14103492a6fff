/// A field of a mapping: its name, what it may be, what it is for, and where its value goes.
struct Field<Draft>: Sendable {
  let name: String
  let isRequired: Bool
  /// Whether it is accepted for the sake of others who write it, and not suggested to people.
  let isPassedOver: Bool
  /// Its JSON Schema.
  let schema: JSONValue
  /// How its value is read.
  let reading: FieldReading<Draft>
  /// Whether its literal value must never be shown.
  var isSensitive: Bool { reading.isSensitive }

  /// Makes a field. `store` gets the value and where it stands; it is called only for values that the rule accepted.
  init<Value>(
    _ name: String, _ rule: ValueRule<Value>, _ description: String, required: Bool = false, sensitive: Bool = false,
    default standard: JSONValue? = nil, store: @escaping @Sendable (inout Draft, consuming Value, Span) -> Void
  ) {
    var schema: [(key: String, value: JSONValue)] = [("description", .text(description))]
    if let standard { schema.append(("default", standard)) }
    let readValue = rule.read
    var read: @Sendable (inout Draft, inout ManifestDecoder) -> Void = { draft, decoder in
      let span = decoder.event.span
      guard let value = readValue(&decoder) else { return }
      store(&draft, consume value, span)
    }
    if let readScalar = rule.readScalar {
      // The shorter way; what is wrong takes the longer one, which says so.
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

  /// Makes a field that reads its value by itself.
  init(
    name: String, isRequired: Bool, isSensitive: Bool = false, isPassedOver: Bool = false, schema: JSONValue,
    read: @escaping @Sendable (inout Draft, inout ManifestDecoder) -> Void
  ) {
    self.name = name
    self.isRequired = isRequired
    self.isPassedOver = isPassedOver
    self.schema = schema
    reading = FieldReading(isSensitive: isSensitive, read: read)
  }
}

/// The part of a field that reading needs.
final class FieldReading<Draft>: Sendable {
  let isSensitive: Bool
  let read: @Sendable (inout Draft, inout ManifestDecoder) -> Void

  init(isSensitive: Bool, read: @escaping @Sendable (inout Draft, inout ManifestDecoder) -> Void) {
    self.isSensitive = isSensitive
    self.read = read
  }
}

/// The fields of a mapping: drives the decoder and the schema.
final class FieldTable<Draft>: Sendable {
  let fields: [Field<Draft>]
  private let names: NameIndex
  /// What reads each field, kept alive by `fields`: reached without counting references, as it is for every field read.
  private let readings: [Unmanaged<FieldReading<Draft>>]
  /// A bit for each required field.
  let required: UInt64
  /// A bit for each field whose literal value must never be shown.
  let sensitive: UInt64
  /// The mapping's JSON Schema.
  let schema: [(key: String, value: JSONValue)]

  /// Makes a table of at most 64 fields, with names of at most 16 bytes.
  init(_ fields: [Field<Draft>]) {
    precondition(fields.count <= 64)
    self.fields = fields
    names = NameIndex(fields.map(\.name))
    readings = fields.map { Unmanaged.passUnretained($0.reading) }
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    sensitive = fields.indices.reduce(0) { fields[$1].isSensitive ? $0 | 1 << UInt64($1) : $0 }
    let names = fields.filter(\.isRequired).map { JSONValue.text($0.name) }
    schema =
      [("type", .text("object")), ("additionalProperties", .flag(false))]
      + (names.isEmpty ? [] : [("required", .list(names))])
      + [("properties", .object(fields.map { ($0.name, $0.schema) }))]
  }

  /// The number of the field that has a name, by its bytes.
  @inline(__always)
  func index(of bytes: UnsafeBufferPointer<UInt8>) -> Int? { names.number(of: bytes) }

  /// Reads a field's value, whose first event is the current one, into a draft.
  @inline(__always)
  func read(_ index: Int, into draft: inout Draft, from decoder: inout ManifestDecoder) {
    readings[index]._withUnsafeGuaranteedRef { $0.read(&draft, &decoder) }
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
