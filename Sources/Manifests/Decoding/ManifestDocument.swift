import FleetModel

/// A decoded document with the spans that validation may point at. If it is not sound, its problems have been
/// reported already, and only its identity counts.
struct ManifestDocument: Sendable {
  /// Index of its file in the input.
  var file: Int
  /// Span of its first event.
  var start: Span
  var kind: ObjectKind
  var draft: DocumentDraft
  var isSound: Bool

  var metadata: MetadataDraft { draft.metadata }
  var spec: SpecDraft { draft.spec }
  /// The object's identity; `nil` if the document does not state it. Computed, because the draft contains all of it.
  var identity: ObjectIdentity? {
    guard draft.hasIdentity(kind) else { return nil }
    let name = draft.metadata.name
    switch draft.spec {
    case .cluster(let spec) where kind == .cluster:
      return .cluster(ClusterIdentity(organization: spec.value.organization, name: name))
    case .deployment(let spec) where kind == .deployment:
      return .deployment(DeploymentIdentity(cluster: spec.value.cluster, name: name))
    default: return kind == .user ? .user(name) : kind == .organization ? .organization(name) : nil
    }
  }
  /// Span of the name, or of the start of the document if it has no name.
  var nameSpan: Span { draft.metadata.nameSpan ?? start }
}

/// The result of decoding one file.
struct DecodedFile: Sendable {
  var documents: [ManifestDocument] = []
  var problems: [Problem] = []
  var secrets: [ManifestDecoder.SecretSpan] = []
  /// Whether the file may declare objects that are not in `documents`: it was not read to the end, or a document does
  /// not state its identity.
  var isPartlyUnknown = false
}

extension DecodedFile {
  /// Decodes the bytes of a file.
  init(_ bytes: UnsafeBufferPointer<UInt8>, number: Int, directory: [String]) {
    problems = InputCheck.problems(in: bytes)
    guard problems.isEmpty else {
      isPartlyUnknown = true
      return
    }
    var decoder = ManifestDecoder(bytes, directory: directory)
    documents.reserveCapacity(bytes.count / 256 + 1)
    var emptyDocuments = 0
    while decoder.advance() {
      guard decoder.event.kind == .documentStart else { continue }
      guard decoder.advance() else { break }
      // Generators leave empty documents between two "---".
      if decoder.event.isNull {
        emptyDocuments += 1
        if emptyDocuments > ManifestLimits.emptyDocuments { decoder.stopEmptyDocuments() }
        continue
      }
      if !decoder.readDocument(file: number, into: &documents) { isPartlyUnknown = true }
    }
    if let problem = decoder.finalProblem() {
      decoder.report(SourceLines.isTab(at: problem.span, in: bytes) ? problem.asTabIndent() : problem)
      isPartlyUnknown = true
    }
    problems = decoder.problems
    secrets = decoder.secrets
  }
}

extension ManifestDecoder {
  /// Reads the document whose first event is the current one. Returns false if it does not state its identity.
  fileprivate mutating func readDocument(file: Int, into documents: inout [ManifestDocument]) -> Bool {
    let start = event.span
    defer { runsOn = false }
    let errorsBefore = errorCount
    var draft = DocumentDraft()
    guard event.kind == .mappingStart else {
      reportShape("a manifest with apiVersion, kind, metadata and spec")
      return false
    }
    _ = readMapping(DocumentDraft.table, into: &draft)
    guard let kind = draft.kind else { return false }
    if let waiting = draft.waitingSpec, replay(waiting) { draft.readSpec(&self) }
    if case .none = draft.spec, errorCount == errorsBefore { finishWithoutSpec(&draft, kind, start) }
    checkName(draft.metadata, kind)
    checkSpec(draft.spec)
    let isSound = errorCount == errorsBefore && !hasFailed
    let hasIdentity = draft.hasIdentity(kind)
    documents.append(
      ManifestDocument(file: file, start: start, kind: kind, draft: consume draft, isSound: isSound && hasIdentity))
    return hasIdentity && !runsOn
  }

  /// Accepts an organization without a spec and reports any other kind.
  private mutating func finishWithoutSpec(_ draft: inout DocumentDraft, _ kind: ObjectKind, _ start: Span) {
    guard kind != .organization else {
      draft.spec = .organization(Boxed(OrganizationDraft()))
      return
    }
    report(
      Problem(
        code: .missingField, message: "missing field \"spec\"", span: start,
        hint: "add it; `berth schema` lists all fields of a \(kind.rawValue)"))
  }

  private mutating func checkName(_ metadata: MetadataDraft, _ kind: ObjectKind) {
    // A label is a valid name for every kind.
    guard !metadata.isNameLabel, let span = metadata.nameSpan else { return }
    var name = metadata.name
    name.withUTF8 { bytes in
      let isFine = kind == .user ? NameGrammar.isSubdomain(bytes) : NameGrammar.isLabel(bytes)
      guard !isFine else { return }
      reportName(
        Event(kind: .scalar, isPlain: false, span: span, bytes: bytes), allowingDots: kind == .user)
    }
  }

  private mutating func checkSpec(_ spec: SpecDraft) {
    if case .deployment(let box) = spec, box.value.traits.mode == .service, let span = box.value.retrySpan {
      report(
        Problem(
          code: .contradiction, message: "retry has no effect on a service", span: span,
          hint: "remove it: a service that exits is restarted until it is suspended or deleted", severity: .warning))
    }
    guard case .deployment(let box) = spec, let expected = box.value.traits.expectedRuntime,
      let longest = box.value.traits.maxRuntime, expected > longest
    else { return }
    report(
      Problem(
        code: .contradiction,
        message: "expectedRuntime \(expected.text) is longer than maxRuntime \(longest.text)",
        span: box.value.expectedSpan, hint: "raise maxRuntime, or runs will be stopped after \(longest.text)",
        severity: .warning))
  }
}

extension DocumentDraft {
  /// Whether the draft has everything that the identity of an object of this kind needs.
  fileprivate func hasIdentity(_ kind: ObjectKind) -> Bool {
    guard metadata.nameSpan != nil else { return false }
    switch (kind, spec) {
    case (.organization, _), (.user, _): return true
    case (.cluster, .cluster(let spec)): return !spec.value.organization.isEmpty
    case (.deployment, .deployment(let spec)): return !spec.value.cluster.name.isEmpty
    default: return false
    }
  }
}
