import Diagnostics

extension ManifestDecoder {
  /// Reads the map whose start is the current event. Returns false if the value is not a map or a required field is
  /// missing.
  mutating func readMapping<Draft>(_ table: FieldTable<Draft>, into draft: inout Draft) -> Bool {
    guard event.kind == .mappingStart else {
      reportShape("a map")
      return false
    }
    let start = event.span
    var seen: UInt64 = 0
    var meant: UInt64 = 0
    readEntries(table, into: &draft, seen: &seen, meant: &meant)
    if table.required & ~seen == 0 { return true }
    // A required field under a wrong name is reported as that.
    let missing = table.required & ~(seen | meant)
    guard reader.problem == nil else { return false }
    for index in table.fields.indices where missing & 1 << UInt64(index) != 0 {
      report(
        Problem(
          code: .missingField, message: "missing field \"\(table.fields[index].name)\"", span: start,
          hint: "add it; `berth schema` lists all fields"))
    }
    return false
  }

  /// Reads the entries of a map up to its end. Fields in `seen` take precedence over merged entries.
  ///
  /// - Parameter meant: receives the fields that unknown names probably stand for.
  private mutating func readEntries<Draft>(
    _ table: FieldTable<Draft>, into draft: inout Draft, seen: inout UInt64, meant: inout UInt64
  ) {
    var own: UInt64 = 0
    let base = keys.open(table.fields.count)
    var merges: [Merge]?
    while advance(), event.kind != .mappingEnd {
      guard event.kind == .scalar else {
        reportComplexKey()
        continue
      }
      guard let index = table.index(of: event.bytes) else {
        if event.isMergeKey {
          if let merge = readMerge() { merges = (merges ?? []) + [merge] }
        } else {
          meant |= reportUnknown(table)
        }
        continue
      }
      let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: index)
      if own & bit != 0 {
        if Draft.self == DocumentDraft.self {
          reportDuplicateOfDocument(table.fields[index].name, first: keys[base &+ index])
        } else {
          reportDuplicate(table.fields[index].name, first: keys[base &+ index])
        }
        guard advance() else {
          if table.sensitive & bit != 0 { hideRest() }
          break
        }
        if table.sensitive & bit != 0 { readingSecret { $0.skip() } } else { skip() }
        continue
      }
      own |= bit
      keys[base &+ index] = event.span
      guard advance() else {
        if table.sensitive & bit != 0 { hideRest() }
        break
      }
      if seen & bit != 0 {
        skip()
      } else if table.sensitive & bit != 0 {
        readingSecret { table.read(index, into: &draft, from: &$0) }
      } else {
        table.read(index, into: &draft, from: &self)
      }
    }
    keys.close(base)
    seen |= own
    guard let merges else { return }
    for merge in merges {
      readMerged(merge) { decoder in decoder.readEntries(table, into: &draft, seen: &seen, meant: &meant) }
    }
  }

  /// Reads a map with free keys up to its end.
  mutating func readPairs<Element>(
    of element: ValueRule<Element>, into values: inout [String: Element],
    checkKey: @Sendable (inout ManifestDecoder, String) -> Void
  ) {
    let base = pairKeys.count
    var merges: [Merge] = []
    var merged = values
    values = [:]
    while advance(), event.kind != .mappingEnd {
      guard event.kind == .scalar else {
        reportComplexKey()
        continue
      }
      if event.isMergeKey {
        if let merge = readMerge() { merges.append(merge) }
        continue
      }
      guard pairKeys.count - base < ManifestLimits.entries else {
        stopAtTooManyEntries()
        break
      }
      let key = event.text
      let span = event.span
      checkKey(&self, key)
      guard advance() else { break }
      guard let value = element.read(&self) else { continue }
      if values.updateValue(value, forKey: key) != nil {
        let first = pairKeys[base...].first { $0.key == key }?.span ?? span
        report(duplicateKey(key, at: span, first: first))
      }
      pairKeys.append((key, span))
    }
    pairKeys.removeLast(pairKeys.count - base)
    for merge in merges {
      readMerged(merge) { decoder in
        var more: [String: Element] = [:]
        decoder.readPairs(of: element, into: &more, checkKey: checkKey)
        merged.merge(more) { old, _ in old }
      }
    }
    if !merged.isEmpty { values.merge(merged) { own, _ in own } }
    if values.count > ManifestLimits.entries { stopAtTooManyEntries() }
  }
}
