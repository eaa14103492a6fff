import FleetModel

/// The metadata of a document while it is being read.
struct MetadataDraft: Sendable {
  /// The name as written. Its grammar depends on the kind.
  var name = ""
  var nameSpan: Span?
  /// Whether the name is a label, as most are.
  var isNameLabel = false
  var former: RelativeName?
  var labels: [String: String] = [:]
  var annotations: [String: String] = [:]

  static let table = FieldTable<MetadataDraft>([
    Field(
      "name", .writtenName,
      "The name: an RFC 1123 label, or a subdomain for a user. With the organization and the cluster it is the identity.",
      required: true
    ) { draft, value, span in
      draft.name = value.text
      draft.isNameLabel = value.isLabel
      draft.nameSpan = span
    },
    Field("namespace", .string, "Accepted because kustomize adds it; ignored.") { _, _, _ in },
    Field("labels", .strings, "Labels.", default: .object([])) { draft, value, _ in draft.labels = value },
    Field("annotations", .strings, "Annotations.", default: .object([])) { draft, value, _ in
      draft.annotations = value
    },
    Field(
      "renamedFrom", .formerName,
      "The identity before a rename or move, relative to the present one. Runs and history are kept."
    ) { draft, value, _ in draft.former = value },
  ])
}

extension ValueRule where Value == [String: String] {
  fileprivate static let strings = ValueRule.pairs(of: .string, "a map of strings") { _, _ in }
}

/// A value on the heap: drafts are large, hold many references, and are passed on often.
final class Boxed<Value: Sendable>: Sendable {
  let value: Value

  @inline(__always)
  init(_ value: consuming Value) { self.value = consume value }
}

/// The spec of one kind as it was read.
enum SpecDraft: Sendable {
  case none
  case organization(Boxed<OrganizationDraft>)
  case user(Boxed<UserDraft>)
  case cluster(Boxed<ClusterDraft>)
  case deployment(KeptDeployment)
}

/// A document while it is being read.
struct DocumentDraft: Sendable {
  var kind: ObjectKind?
  /// Whether the field `kind` was present, valid or not.
  var hasKind = false
  /// Whether it has a version that is not one of Berth's.
  var isForeign = false
  var metadata = MetadataDraft()
  var spec = SpecDraft.none
  /// The spec if it precedes the kind, captured until the kind is known.
  var waitingSpec: Range<Int>?

  static let table = FieldTable<DocumentDraft>([
    Field(
      name: "apiVersion", isRequired: true,
      schema: .object(
        [.init("description", .string("The version of the manifest format."))] + ValueRule.version.schema),
      read: { draft, decoder in
        let isOurs = FormatVersion.isOurs(decoder.event)
        if ValueRule.version.read(&decoder) == nil { draft.isForeign = !isOurs }
      }),
    Field(
      name: "kind", isRequired: true,
      schema: .object([
        .init("description", .string("The kind of object that the document declares.")),
        .init("type", .string("string")),
        .init("enum", .array(ObjectKind.allCases.map { .string($0.rawValue) })),
      ]),
      read: { draft, decoder in
        draft.hasKind = true
        // The kind of another program's document follows from its version.
        if draft.isForeign, !ValueRule.isKnownKind(decoder.event) {
          decoder.skip()
        } else {
          draft.kind = ValueRule.kind.read(&decoder)
        }
      }),
    Field(
      name: "metadata", isRequired: true,
      schema: .object(
        [.init("description", .string("The name, labels and annotations of the object."))]
          + MetadataDraft.table.schema),
      // Fields that could be read count even if the name is missing, which is reported once.
      read: { draft, decoder in _ = decoder.readMapping(MetadataDraft.table, into: &draft.metadata) }),
    Field(
      name: "spec", isRequired: false, schema: .object([.init("type", .string("object"))]),
      read: { draft, decoder in
        if draft.kind != nil {
          draft.readSpec(&decoder)
        } else if draft.hasKind {
          decoder.skip()
        } else {
          draft.waitingSpec = decoder.capture()
        }
      }),
  ])

  /// Reads the spec that begins at the current event, according to the kind. Fields that could be read count even if
  /// others are wrong, so that the object is known by its identity; the reported errors tell whether it is sound.
  mutating func readSpec(_ decoder: inout ManifestDecoder) {
    switch kind {
    case .organization:
      var draft = OrganizationDraft()
      _ = decoder.readMapping(OrganizationDraft.table, into: &draft)
      spec = .organization(Boxed(consume draft))
    case .user:
      var draft = UserDraft()
      _ = decoder.readMapping(UserDraft.table, into: &draft)
      spec = .user(Boxed(consume draft))
    case .cluster:
      var draft = ClusterDraft()
      _ = decoder.readMapping(ClusterDraft.table, into: &draft)
      spec = .cluster(Boxed(consume draft))
    case .deployment:
      let kept = decoder.newDeployment()
      kept.read(&decoder)
      spec = .deployment(kept)
    case nil:
      decoder.skip()
    }
  }
}

extension ValueRule where Value == ObjectKind {
  private static let kinds = WordTable<ObjectKind>()

  /// Whether the value at an event is a kind.
  fileprivate static func isKnownKind(_ event: Event) -> Bool {
    event.kind == .scalar && kinds.value(for: event.bytes) != nil
  }

  fileprivate static let kind = ValueRule.scalar("a kind", schema: []) { decoder, event in
    if let kind = kinds.value(for: event.bytes) { return kind }
    let words = ObjectKind.allCases.map(\.rawValue)
    decoder.report(
      .unknownKind, "unknown kind \"\(event.text)\"",
      hint: NearestName.hint(for: event.text, among: words) ?? "use one of: \(words.joined(separator: ", "))")
    return nil
  }
}

/// The name of an object whose kind, and thus grammar, may not be known yet.
struct WrittenName: Sendable {
  var text: String
  var isLabel: Bool
}

extension ValueRule where Value == WrittenName {
  fileprivate static let writtenName: ValueRule = {
    let text = ValueRule<String>.nonEmptyString
    return ValueRule.scalar("a string", schema: text.schema) { decoder, event in
      // A label is neither empty nor does it contain NUL.
      if NameGrammar.isLabel(event.bytes) { return WrittenName(text: event.text, isLabel: true) }
      return text.readScalar?(&decoder, event).map { WrittenName(text: $0, isLabel: false) }
    }
  }()
}

/// The version of the format.
struct FormatVersion: Sendable {
  /// Whether a version that may be wrong is meant as one of Berth's, or as none.
  fileprivate static func isOurs(_ event: Event) -> Bool {
    event.kind != .scalar || event.bytes.isEmpty || event.text.lowercased().hasPrefix("berth")
  }
}

extension ValueRule where Value == FormatVersion {
  private static let name = PackedName("berth/v1")

  fileprivate static let version = ValueRule.scalar(
    "a version", schema: [.init("type", .string("string")), .init("enum", .array([.string("berth/v1")]))]
  ) { decoder, event in
    if PackedName(event.bytes) == name { return FormatVersion() }
    decoder.report(
      .wrongVersion, "unknown apiVersion \"\(event.text)\"",
      hint: "write berth/v1"
        + (FormatVersion.isOurs(event)
          ? "" : "; if the file belongs to another program, name it in a file .berthignore in its directory"))
    return nil
  }
}
