import Diagnostics

extension ManifestDecoder {
  /// Reports a value of the wrong shape and skips it.
  mutating func reportShape(_ expected: String) {
    let found: String =
      switch event.kind {
      case .mappingStart: "a map"
      case .sequenceStart: "a list"
      default: "a single value"
      }
    if event.isNull {
      reportNull(expected)
    } else {
      report(.wrongShape, "expected \(expected), found \(found)")
    }
    skip()
  }

  /// Reports a null value.
  mutating func reportNull(_ expected: String) {
    let hint =
      event.bytes.isEmpty
      ? "add a value, or remove the field" : "remove the field, or write \"\(event.text)\" in quotes for the string"
    report(.nullValue, "expected \(expected), found null", hint: hint)
  }

  /// Reports a key that is a list or a map, and skips it with its value.
  mutating func reportComplexKey() {
    report(.complexKey, "key is a list or map", hint: "write a plain key")
    skip()
    if advance() { skip() }
  }

  /// Names of properties that Berth keeps itself and no manifest sets.
  private static let kept: Set<String> = [
    "id", "uid", "status", "created_at", "createdAt", "started_at", "startedAt", "creationTimestamp", "available",
    "generation",
  ]

  /// Reports an unknown field and skips its value. Returns the bit of the field that its name probably stands for.
  mutating func reportUnknown<Draft>(_ table: FieldTable<Draft>) -> UInt64 {
    let name = event.text
    let names = table.fields.filter { !$0.isIgnored }.map(\.name)
    let nearest =
      UnknownFieldHints.meaning[name].flatMap { names.contains($0) ? $0 : nil }
      ?? NearestName.of(name, among: names)
    let hint: String =
      if let nearest {
        "did you mean \"\(nearest)\"?"
      } else if ManifestDecoder.kept.contains(name) {
        "remove it; Berth keeps this value itself"
      } else {
        "known fields: \(names.joined(separator: ", "))"
      }
    report(.unknownField, "unknown field \"\(name)\"", hint: hint)
    let index = table.fields.firstIndex { $0.name == nearest }
    let bit: UInt64 = index.map { 1 << UInt64($0) } ?? 0
    let isSensitive = table.sensitive & bit != 0
    guard advance() else {
      if isSensitive { hideRest() }
      return bit
    }
    if isSensitive {
      readingSecret { $0.skip() }
    } else {
      skip()
    }
    return bit
  }
}
