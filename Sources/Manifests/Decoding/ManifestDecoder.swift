import Diagnostics
import FleetModel

/// Reads the values of one file and collects the problems in them.
struct ManifestDecoder: ~Copyable {
  private(set) var reader: EventReader
  /// Problems found so far, in the order of finding.
  private(set) var problems: [Problem] = []
  /// Number of `problems` that are errors.
  private(set) var errorCount = 0
  /// The manifest's directory relative to the root of its source. Files that the manifest names are resolved against
  /// it.
  let directory: [String]
  /// Spans of literal secrets, which are masked in lines that are shown.
  private(set) var secrets: [SecretSpan] = []
  /// Images, users and strings that were accepted before.
  var images = StringCache()
  var users = StringCache()
  var strings = StringCache()
  /// The last cluster that was named, as written and as parsed.
  var lastCluster: (text: [UInt8], identity: ClusterIdentity)?

  /// Returns the last cluster if these bytes name it again.
  mutating func lastCluster(as bytes: UnsafeBufferPointer<UInt8>) -> ClusterIdentity? {
    guard lastCluster?.text.withUnsafeBufferPointer({ $0.holdsSame(as: bytes) }) == true else { return nil }
    return lastCluster?.identity
  }

  /// The chunk that receives the next deployments.
  private var chunk = DraftChunk(capacity: 2)

  /// Returns an empty draft for the next deployment. Chunks grow with the number of deployments in the file.
  mutating func newDeployment() -> KeptDeployment {
    if chunk.count == chunk.capacity { chunk = DraftChunk(capacity: min(64, chunk.capacity * 2)) }
    return chunk.appendEmpty()
  }

  /// Spans of the keys of the maps that are being read, to show the first of two duplicates.
  private var keys = KeyPlaces()
  private var pairKeys: [(key: String, span: Span)] = []
  /// Whether the current document runs on into another one, about which nothing is known.
  var runsOn = false

  /// The extent of a secret, both ends included.
  struct SecretSpan {
    var start: Span
    /// `nil` while it is not known, which means up to the end of the file.
    var end: Span?
  }

  /// Creates a decoder of bytes that outlive it.
  init(_ bytes: UnsafeBufferPointer<UInt8>, directory: [String]) {
    reader = EventReader(bytes)
    self.directory = directory
  }

  /// The current event.
  var event: Event {
    @inline(__always) get { reader.event }
  }

  /// Whether reading stopped before the end of the file.
  var hasFailed: Bool { reader.problem != nil }

  /// Returns the problem that stopped the reading. If it occurred right after a secret, what follows may belong to
  /// the secret and is hidden.
  mutating func finalProblem() -> Problem? {
    if reader.problem != nil, let last = secrets.indices.last, secrets[last].end == event.span {
      secrets[last].end = nil
    }
    return reader.problem
  }

  /// Advances to the next event; false at the end and after a problem that stops the reading.
  @inline(__always)
  mutating func advance() -> Bool {
    reader.advanceToBareScalar() || finishAdvance()
  }

  @inline(never)
  private mutating func finishAdvance() -> Bool {
    let isThere = reader.finishAdvance()
    if !reader.notes.isEmpty { takeNotes() }
    return isThere
  }

  private mutating func takeNotes() {
    let notes = reader.notes
    reader.notes = []
    for note in notes { report(note) }
  }

  /// Records a problem. Gives up on the file after a hundred errors.
  mutating func report(_ problem: Problem) {
    // Follow-up problems of a run-on document were reported with it.
    if runsOn { return }
    var problem = problem
    if let alias = reader.alias {
      problem.related.append(Problem.Related(message: "read through this alias", span: alias))
      if secrets.contains(where: { $0.start == problem.span && $0.end != nil }) {
        problem.message = "secret used where another value is expected"
        problem.hint = nil
      }
    }
    problems.append(problem)
    guard problem.severity == .error else { return }
    errorCount += 1
    guard errorCount >= ManifestLimits.errors else { return }
    reader.stop(
      Problem(
        code: .tooManyErrors,
        message: "more than \(ManifestLimits.errors) errors; the rest of the file is not read",
        span: event.span))
  }

  /// Records an error at the current event.
  mutating func report(_ code: DiagnosticCode, _ message: String, hint: String? = nil) {
    report(Problem(code: code, message: message, span: event.span, hint: hint))
  }

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

  /// Advances to the last event of the current value.
  mutating func skip() {
    _ = reader.skip()
    if !reader.notes.isEmpty { takeNotes() }
  }

  /// Gives up on a file with too many entries in one list or map.
  @inline(never)
  mutating func stopAtTooManyEntries() {
    reader.stop(
      Problem(
        code: .tooManyEntries, message: "more than \(ManifestLimits.entries) entries in one list or map",
        span: event.span, hint: "move the data to a file and refer to it, for example in an environment variable"))
  }

  /// Gives up on a file that consists mostly of empty documents.
  mutating func stopEmptyDocuments() { reader.stopSkipping() }

  /// Captures the current value for `replay` and advances to its last event.
  mutating func capture() -> Range<Int>? {
    let range = reader.capture()
    if !reader.notes.isEmpty { takeNotes() }
    return range
  }

  /// Goes to the first event of a captured value; false after a problem that stops the reading.
  mutating func replay(_ range: Range<Int>, alias: Span? = nil) -> Bool {
    reader.replay(range, alias: alias)
    return advance()
  }

  /// Hides everything after the current event, because the file ended within a value that must never be shown.
  private mutating func hideRest() {
    secrets.append(SecretSpan(start: Span(after: event.span), end: nil))
  }

  /// Reads a value that must never be shown, unless it is a reference.
  mutating func readingSecret(_ body: (inout ManifestDecoder) -> Void) {
    guard event.kind != .mappingStart else { return body(&self) }
    let index = secrets.count
    secrets.append(SecretSpan(start: event.span, end: nil))
    body(&self)
    if reader.problem == nil { secrets[index].end = event.span }
  }
}

// MARK: Mappings

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

  private struct Merge {
    var range: Range<Int>
    var alias: Span?
  }

  /// Captures the value of the key `<<`, which is read after the map's own entries.
  private mutating func readMerge() -> Merge? {
    guard advance() else { return nil }
    let alias = reader.alias
    return capture().map { Merge(range: $0, alias: alias) }
  }

  /// Reads a merged map, or each map of a merged list.
  private mutating func readMerged(_ merge: Merge, _ read: (inout ManifestDecoder) -> Void) {
    guard replay(merge.range, alias: merge.alias) else { return }
    switch event.kind {
    case .mappingStart:
      read(&self)
    case .sequenceStart:
      while advance(), event.kind != .sequenceEnd {
        if event.kind == .mappingStart {
          read(&self)
        } else {
          reportBadMerge()
        }
      }
    default:
      reportBadMerge()
    }
  }

  private mutating func reportBadMerge() {
    report(
      .badMerge, "\"<<\" can only merge maps",
      hint: "use an alias of a map, or a list of such aliases")
    skip()
  }

  private mutating func reportComplexKey() {
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
  private mutating func reportUnknown<Draft>(_ table: FieldTable<Draft>) -> UInt64 {
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
