import FleetModel

/// One document, decoded, with the places that validation may point at. When it is not sound, what was wrong with it has
/// been reported already, and only its identity counts.
struct ManifestDocument: Sendable {
  /// The number of its file in the input.
  var file: Int
  /// Where it begins.
  var start: Span
  var kind: ObjectKind
  /// Nil where the document does not say it.
  var identity: ObjectIdentity?
  var nameSpan: Span
  var metadata: MetadataDraft
  var spec: SpecDraft
  var isSound: Bool
}

/// What became of one file.
struct DecodedFile: Sendable {
  var documents: [ManifestDocument] = []
  var problems: [Problem] = []
  var secrets: [ManifestDecoder.SecretSpan] = []
  /// Whether there may be documents in it that nobody knows of: it was not read to the end, or a document does not say
  /// what it is.
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
    while decoder.advance() {
      guard decoder.event.kind == .documentStart else { continue }
      guard decoder.advance() else { break }
      // A document with nothing in it is what generators leave behind between two "---".
      if decoder.event.isNull { continue }
      if let document = decoder.readDocument(file: number) {
        documents.append(document)
        if document.identity == nil { isPartlyUnknown = true }
      } else {
        isPartlyUnknown = true
      }
    }
    if let problem = decoder.finalProblem {
      decoder.report(problem)
      isPartlyUnknown = true
    }
    problems = decoder.problems
    secrets = decoder.secrets
  }
}

extension ManifestDecoder {
  /// Reads the document whose first event is the current one; nil when it does not say which kind it is.
  fileprivate mutating func readDocument(file: Int) -> ManifestDocument? {
    let start = event.span
    let errorsBefore = errorCount
    var draft = DocumentDraft()
    guard event.kind == .mappingStart else {
      reportShape("a manifest, a mapping with apiVersion, kind, metadata and spec")
      return nil
    }
    _ = readMapping(DocumentDraft.table, into: &draft)
    guard let kind = draft.kind else { return nil }
    if let waiting = draft.waitingSpec, replay(waiting) { draft.readSpec(&self) }
    if case .none = draft.spec, errorCount == errorsBefore { finishWithoutSpec(&draft, kind, start) }
    var document = ManifestDocument(
      file: file, start: start, kind: kind, identity: nil, nameSpan: draft.metadata.nameSpan ?? start,
      metadata: draft.metadata, spec: draft.spec, isSound: false)
    checkName(draft.metadata, kind)
    document.identity = identity(of: draft)
    checkSpec(draft.spec)
    document.isSound = errorCount == errorsBefore && document.identity != nil && !hasFailed
    return document
  }

  /// An organization needs no spec; every other kind does.
  private mutating func finishWithoutSpec(_ draft: inout DocumentDraft, _ kind: ObjectKind, _ start: Span) {
    guard kind != .organization else {
      draft.spec = .organization(OrganizationDraft())
      return
    }
    report(
      Problem(
        code: .missingField, message: "missing field \"spec\"", span: start,
        hint: "a \(kind.rawValue) needs it; `berth schema` lists all fields"))
  }

  private mutating func checkName(_ metadata: MetadataDraft, _ kind: ObjectKind) {
    guard let span = metadata.nameSpan else { return }
    var name = metadata.name
    name.withUTF8 { bytes in
      let isFine = kind == .user ? NameGrammar.isSubdomain(bytes) : NameGrammar.isLabel(bytes)
      guard !isFine else { return }
      reportName(
        Event(kind: .scalar, isPlain: false, span: span, bytes: bytes), allowingDots: kind == .user)
    }
  }

  private func identity(of draft: DocumentDraft) -> ObjectIdentity? {
    guard draft.metadata.nameSpan != nil else { return nil }
    let name = draft.metadata.name
    switch (draft.kind, draft.spec) {
    case (.organization, _): return .organization(name)
    case (.user, _): return .user(name)
    case (.cluster, .cluster(let spec)) where !spec.organization.isEmpty:
      return .cluster(ClusterIdentity(organization: spec.organization, name: name))
    case (.deployment, .deployment(let spec)) where !spec.cluster.name.isEmpty:
      return .deployment(DeploymentIdentity(cluster: spec.cluster, name: name))
    default: return nil
    }
  }

  private mutating func checkSpec(_ spec: SpecDraft) {
    guard case .deployment(let draft) = spec, let expected = draft.spec.traits.expectedRuntime,
      let longest = draft.spec.traits.maxRuntime, expected > longest
    else { return }
    report(
      Problem(
        code: .contradiction,
        message: "expectedRuntime \(expected.text) is longer than maxRuntime \(longest.text)",
        span: draft.expectedSpan, hint: "the run will be stopped after \(longest.text)", severity: .warning))
  }
}
