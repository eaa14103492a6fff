import FleetModel

extension ValueRule where Value == String {
  /// Any string, kept as it is written: `NO`, `1.0` and `true` are strings here.
  static let string = ValueRule.scalar("a string", schema: stringSchema) { decoder, event in
    guard decoder.checkNoNUL(event) else { return nil }
    // Quoted scalars are usually numbers that differ each time.
    return event.isPlain ? decoder.strings.string(event.bytes) { event.text } : event.text
  }

  /// A string that is not empty.
  static let nonEmptyString = ValueRule.scalar(
    "a string",
    schema: [
      .init("type", .array([.string("string"), .string("number"), .string("boolean")])),
      .init("minLength", .integer(1)),
    ]
  ) { decoder, event in
    guard !event.bytes.isEmpty else {
      decoder.report(.emptyString, "string is empty", hint: "add a value, or remove the field")
      return nil
    }
    return decoder.checkNoNUL(event) ? event.text : nil
  }

  /// The schema of strings: an unquoted number or boolean is accepted as well.
  static var stringSchema: [JSONValue.Field] {
    [.init("type", .array([.string("string"), .string("number"), .string("boolean")]))]
  }

  /// An e-mail address. A sanity check, no more: only mail itself is proof.
  static let email = ValueRule.scalar(
    "an e-mail address",
    schema: [
      .init("type", .string("string")), .init("format", .string("email")), .init("maxLength", .integer(254)),
      .init("examples", .array([.string("ada@example.org")])),
    ]
  ) { decoder, event in
    if EmailGrammar.isPlausible(event.bytes) { return event.text }
    if event.bytes.first == NameGrammar.dash {
      decoder.report(.leadingDash, "e-mail address starts with \"-\" and would be read as an option")
    } else {
      decoder.report(
        .badEmail, "\"\(event.text)\" is not an e-mail address", hint: "write name@host, without spaces or brackets")
    }
    return nil
  }

  /// An image reference.
  static let image = ValueRule.scalar(
    "an image",
    schema: [
      .init("type", .string("string")), .init("minLength", .integer(1)),
      .init("examples", .array([.string("ghcr.io/vision/train:1.4")])),
    ]
  ) {
    decoder, event in
    let known = decoder.images.string(event.bytes) { ImageReference.flaw(in: event.bytes) == nil ? event.text : nil }
    if let known { return known }
    guard let flaw = ImageReference.flaw(in: event.bytes) else { return event.text }
    if event.bytes.first == NameGrammar.dash {
      decoder.report(.leadingDash, "image starts with \"-\" and would be read as an option")
    } else {
      decoder.report(.badImage, "\"\(event.text)\" is not an image reference: \(flaw.what)", hint: flaw.hint)
    }
    return nil
  }
}

extension ManifestDecoder {
  /// Rejects NUL: strings become arguments and environment variables, which can't hold it.
  mutating func checkNoNUL(_ event: Event) -> Bool {
    // Only an escape in double quotes can produce it, because the file itself has none.
    guard !event.isPlain, event.bytes.contains(0) else { return true }
    report(
      .controlCharacter, "string contains a NUL character", hint: "delete it; arguments and variables can't contain it")
    return false
  }
}

/// The grammar of plausible e-mail addresses.
enum EmailGrammar {
  /// Whether there is one `@`, something before it, and labels separated by dots after it; at most 254 bytes.
  static func isPlausible(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= 254, bytes.first != NameGrammar.dash else { return false }
    let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty else { return false }
    let isLocal = parts[0].allSatisfy { byte in byte > 0x20 && byte != 0x7F && !forbidden.contains(byte) }
    guard isLocal, parts[0].first != dot, parts[0].last != dot else { return false }
    // Anything beyond ASCII is left to the mail system, except invisible characters.
    let hasInvisible = String(decoding: bytes, as: UTF8.self).unicodeScalars.contains {
      $0.properties.generalCategory == .format || $0.properties.isWhitespace
    }
    let labels = parts[1].split(separator: dot, omittingEmptySubsequences: false)
    return !hasInvisible
      && labels.allSatisfy { label in
        (1...63).contains(label.count) && label.first != NameGrammar.dash && label.last != NameGrammar.dash
          && label.allSatisfy {
            NameGrammar.isAlphanumeric($0) || NameGrammar.isUpper($0) || $0 == NameGrammar.dash || $0 >= 0x80
          }
      }
  }

  private static let dot = UInt8(ascii: ".")
  private static let forbidden = Set("<>()[]\\,;:\"".utf8)
}
