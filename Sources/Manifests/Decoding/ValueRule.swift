import FleetModel

/// A rule for one kind of value: how it is read, and its schema. Both are defined together so that they can't drift
/// apart.
struct ValueRule<Value>: Sendable {
  /// Members of the JSON Schema.
  var schema: [JSONValue.Field]
  /// Reads the value whose first event is the current one and stops at its last. Returns `nil` after reporting a
  /// problem.
  var read: @Sendable (inout ManifestDecoder) -> Value?
  /// For a rule of scalars: reads one that is not null, as `read` does.
  var readScalar: (@Sendable (inout ManifestDecoder, Event) -> Value?)?
}

extension ValueRule {
  /// A rule for a scalar, which is passed as an event. `expected` is a noun with its article; if the schema has examples,
  /// the noun is its title.
  static func scalar(
    _ expected: String, schema: [JSONValue.Field],
    _ read: @escaping @Sendable (inout ManifestDecoder, Event) -> Value?
  ) -> ValueRule {
    let hasExamples = schema.contains { $0.key == "examples" }
    let noun = expected.drop { $0 != " " }.drop { $0 == " " }
    return ValueRule(
      schema: hasExamples ? [.init("title", .string(String(noun)))] + schema : schema,
      read: { decoder in
        let event = decoder.event
        guard event.kind == .scalar else {
          decoder.reportShape(expected)
          return nil
        }
        if event.isNull {
          decoder.reportNull(expected)
          return nil
        }
        return read(&decoder, event)
      }, readScalar: read)
  }

  /// A rule for a map with known fields.
  static func mapping<Draft>(
    _ table: FieldTable<Draft>, new: @escaping @Sendable () -> Draft,
    finish: @escaping @Sendable (Draft, inout ManifestDecoder, Span) -> Value?
  ) -> ValueRule {
    ValueRule(schema: table.schema) { decoder in
      let span = decoder.event.span
      var draft = new()
      guard decoder.readMapping(table, into: &draft) else { return nil }
      return finish(draft, &decoder, span)
    }
  }

  /// A rule for a list. Invalid elements are reported and left out.
  static func list<Element>(of element: ValueRule<Element>, _ expected: String) -> ValueRule<[Element]>
  where Value == [Element] {
    let readScalar = element.readScalar ?? { decoder, _ in element.read(&decoder) }
    // Room for a few small elements or one large one, which is enough for nearly every list.
    let room = 64 / MemoryLayout<Element>.stride
    return ValueRule<[Element]>(schema: [.init("type", .string("array")), .init("items", .object(element.schema))]) {
      decoder in
      guard decoder.event.kind == .sequenceStart else {
        decoder.reportShape(expected)
        return nil
      }
      var values: [Element] = []
      values.reserveCapacity(max(1, room))
      while decoder.advance(), decoder.event.kind != .sequenceEnd {
        guard values.count < ManifestLimits.entries else {
          decoder.stopAtTooManyEntries()
          break
        }
        let event = decoder.event
        let isText = event.kind == .scalar && !event.isNull
        if let value = isText ? readScalar(&decoder, event) : element.read(&decoder) { values.append(value) }
      }
      return values
    }
  }

  /// A rule for a map with free keys.
  static func pairs<Element>(
    of element: ValueRule<Element>, _ expected: String,
    checkKey: @escaping @Sendable (inout ManifestDecoder, String) -> Void
  ) -> ValueRule<[String: Element]> where Value == [String: Element] {
    let schema: [JSONValue.Field] = [
      .init("type", .string("object")), .init("additionalProperties", .object(element.schema)),
    ]
    return ValueRule<[String: Element]>(schema: schema) { decoder in
      guard decoder.event.kind == .mappingStart else {
        decoder.reportShape(expected)
        return nil
      }
      var values: [String: Element] = [:]
      decoder.readPairs(of: element, into: &values, checkKey: checkKey)
      return values
    }
  }
}
