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
  var keys = KeyPlaces()
  var pairKeys: [(key: String, span: Span)] = []
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
  mutating func hideRest() {
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
