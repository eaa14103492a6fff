import Diagnostics
import FleetModel

/// A secret reference, `{fromEnv: X}` or `{fromFile: path}`, while it is being read.
struct SecretReferenceDraft: Sendable {
  var variable: String?
  var file: String?

  static let table = FieldTable<SecretReferenceDraft>([
    Field("fromEnv", .variableName, "A variable in Berth's own environment.") { draft, name, _ in draft.variable = name
    },
    Field("fromFile", .nonEmptyString, "A file within the source, relative to this manifest.") { draft, path, _ in
      draft.file = path
    },
  ])

  /// Returns the reference, with its file relative to the source; `nil` after reporting a problem.
  func reference(_ decoder: inout ManifestDecoder, _ span: Span) -> SecretReference? {
    switch (variable, file) {
    case (let variable?, nil):
      return .fromEnv(variable)
    case (nil, let file?):
      return decoder.resolve(file, span).map { .fromFile($0) }
    default:
      decoder.report(
        Problem(
          code: .badSecretReference, message: "secret needs exactly one of \"fromEnv\" and \"fromFile\"", span: span,
          hint: "write {fromEnv: NAME} or {fromFile: path}"))
      return nil
    }
  }
}

extension ValueRule where Value == String {
  /// The name of an environment variable.
  static let variableName = ValueRule.scalar(
    "a variable name",
    schema: [.init("type", .string("string")), .init("pattern", .string("^[A-Za-z_][A-Za-z0-9_]*$"))]
  ) { decoder, event in
    let name = event.text
    return decoder.checkVariable(name, at: event.span) ? name : nil
  }
}

extension ValueRule where Value == SecretReference {
  /// A reference to a secret.
  static let secretReference = ValueRule.mapping(
    SecretReferenceDraft.table, new: { SecretReferenceDraft() }, finish: { $0.reference(&$1, $2) })
}

extension ValueRule where Value == TextOrSecret {
  /// A string, or a reference to a secret.
  static let textOrSecret: ValueRule = {
    let text = ValueRule<String>.string
    let reference = ValueRule<SecretReference>.secretReference
    return ValueRule(schema: [.init("anyOf", .array([.object(text.schema), .object(reference.schema)]))]) { decoder in
      if decoder.event.kind == .mappingStart { return reference.read(&decoder).map { .secret($0) } }
      return text.read(&decoder).map { .text($0) }
    }
  }()
}

extension ValueRule where Value == SensitiveValue {
  /// A literal that passes a check, or a reference to a secret. Flaws are reported without quoting the literal.
  static func sensitive(
    _ expected: String, code: DiagnosticCode, hint: String,
    flaw: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> String?
  ) -> ValueRule {
    let literal = ValueRule<SensitiveValue>.scalar(expected, schema: [.init("type", .string("string"))]) {
      decoder, event in
      guard let flaw = flaw(event.bytes) else { return .literal(SecretText(event.text)) }
      decoder.report(code, flaw, hint: hint)
      return nil
    }
    let reference = ValueRule<SecretReference>.secretReference
    return ValueRule(schema: [.init("anyOf", .array([.object(literal.schema), .object(reference.schema)]))]) {
      decoder in
      if decoder.event.kind == .mappingStart { return reference.read(&decoder).map { .reference($0) } }
      return literal.read(&decoder)
    }
  }
}

extension ManifestDecoder {
  /// Checks the name of a variable; false after reporting it.
  mutating func checkVariable(_ name: String, at span: Span) -> Bool {
    var isFine = !name.isEmpty
    if let first = name.utf8.first, NameGrammar.isDigit(first) { isFine = false }
    for byte in name.utf8 {
      isFine = isFine && (NameGrammar.isUpper(byte) || NameGrammar.isAlphanumeric(byte) || byte == UInt8(ascii: "_"))
    }
    if isFine { return true }
    report(
      Problem(
        code: .badVariable, message: "\"\(name)\" is not a valid variable name", span: span,
        hint: "use ASCII letters, digits and \"_\", and no digit at the start"))
    return false
  }

  /// Resolves a path in a manifest relative to its source; `nil` after reporting that it leaves the source.
  mutating func resolve(_ path: String, _ span: Span) -> String? {
    func refuse(_ message: String) -> String? {
      report(
        Problem(
          code: .fileLeavesSource, message: message, span: span,
          hint: "keep the file next to the manifests, or use {fromEnv: NAME}"))
      return nil
    }
    guard !path.hasPrefix("/") else { return refuse("\"\(path)\" is an absolute path") }
    var parts = directory
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return refuse("\"\(path)\" leaves the source")
      }
    }
    guard !parts.isEmpty, !path.hasSuffix("/") else { return refuse("\"\(path)\" does not name a file") }
    return parts.joined(separator: "/")
  }
}
