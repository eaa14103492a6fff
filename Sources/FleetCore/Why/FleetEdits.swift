import FleetModel
import PlanModel

/// A change that a person could make, expressed in fleet terms.
enum FleetEdit: Hashable, Sendable {
  case resources(DeploymentIdentity, Resources)
  case priority(DeploymentIdentity, Priority)
  case move(DeploymentIdentity, to: ClusterIdentity)
  case suspend(DeploymentIdentity, Bool)
  case unprotect(DeploymentIdentity)
  case maxRuntime(DeploymentIdentity, TimeSpan)
  case rerun(DeploymentIdentity)
  case activate(user: String)
  case enroll(user: String, organization: String)
  case capacity(ClusterIdentity, Resources)
  case retry(DeploymentIdentity)
  case provideSecret(DeploymentIdentity, String)
  case repairEngine(ClusterIdentity, String)

  /// The object whose manifest the edit changes; `nil` if it changes none.
  var object: ObjectIdentity? {
    switch self {
    case .resources(let identity, _), .priority(let identity, _), .move(let identity, _), .suspend(let identity, _),
      .unprotect(let identity), .maxRuntime(let identity, _), .rerun(let identity):
      .deployment(identity)
    case .activate(let user), .enroll(let user, _): .user(user)
    case .capacity(let cluster, _): .cluster(cluster)
    case .retry, .provideSecret, .repairEngine: nil
    }
  }
}

/// Edits prepared as events for a fleet.
struct PreparedEdits {
  /// Events for the changes of manifests.
  var declared: [Event] = []
  /// Events that follow the observations.
  var later: [Event] = []
  /// The same edits as remedies for people.
  var remedies: [Remedy] = []
  /// New identities by former identities.
  var moved: [DeploymentIdentity: DeploymentIdentity] = [:]
}

extension Fleet {
  /// Converts edits of recorded objects into events, using the same comparison as `diff`. `nil` if an edit changes
  /// nothing or its object does not exist.
  ///
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  func prepare(_ edits: [FleetEdit]) throws -> PreparedEdits? {
    var prepared = PreparedEdits()
    var provided: Set<DeploymentIdentity> = []
    var retried: [DeploymentIdentity] = []
    for edit in edits {
      switch edit {
      case .retry(let identity):
        retried.append(identity)
        prepared.remedies.append(.retry(identity))
      case .provideSecret(let identity, let words):
        provided.insert(identity)
        prepared.remedies.append(.provideSecret(identity, words))
      case .repairEngine(let identity, let words):
        guard let slot = clustersByIdentity[identity] else { return nil }
        prepared.later.append(.clustersObserved([clusters[slot].record.id: recordedObservation(of: clusters[slot])]))
        prepared.remedies.append(.repairEngine(identity, words))
      default: break
      }
    }
    for case .move(let identity, let cluster) in edits {
      prepared.moved[identity] = DeploymentIdentity(cluster: cluster, name: identity.name)
    }
    guard try declare(edits, providing: provided, into: &prepared) else { return nil }
    for identity in provided.sorted() {
      guard let record = deployment(identity), let source = sources[record.source]?.name else { return nil }
      var revision = Revision(source: source, binding: nil)
      revision.missingSecrets = missingSecrets(of: source).filter { !provided.contains($0.key) }
      prepared.later.append(.declared(revision))
    }
    if !retried.isEmpty { prepared.declared.append(.retryRequested(retried)) }
    return prepared
  }

  /// Adds the edits of manifests: for each source that owns edited objects one revision, as one commit would make it. Returns
  /// false if the edits of an object change nothing, or if they are refused.
  private func declare(
    _ edits: [FleetEdit], providing provided: Set<DeploymentIdentity>, into prepared: inout PreparedEdits
  ) throws -> Bool {
    var commits: [String: [EditedObject]] = [:]
    var order: [String] = []
    for object in edits.compactMap(\.object).inOrderWithoutDuplicates() {
      guard let recorded = recorded(object), let source = sources[recorded.source]?.name else { return false }
      let (spec, metadata) = try SpecCoding.decode(recorded.specText, of: object)
      var edited = EditedObject(
        object: object,
        declaration: Declaration(
          identity: object, metadata: metadata, spec: spec, place: .init(file: "", line: 1, column: 1)))
      for edit in edits where edit.object == object { edited.fields += edit.apply(to: &edited.declaration) }
      if commits[source] == nil { order.append(source) }
      commits[source, default: []].append(edited)
    }
    for source in order {
      let edited = commits[source] ?? []
      let comparison = try compare(
        DesiredState(declarations: edited.map(\.declaration).sorted { $0.identity < $1.identity }),
        secrets: ResolvedSecrets(), options: ComparisonOptions(source: source, binding: nil, prunes: false))
      if !comparison.refusals.isEmpty { return false }
      for object in edited {
        let changes = comparison.changes.filter { $0.identity == object.declaration.identity }
        let fields = object.fields + changes.flatMap(\.fields).map(\.inManifest)
        if fields.isEmpty { return false }
        prepared.remedies.append(.edit(ManifestEdit(object: object.object, source: source, fields: fields)))
      }
      var revision = comparison.revision
      // Missing secrets that are not resolved again stay missing.
      revision.missingSecrets = missingSecrets(of: source).filter { !provided.contains($0.key) }
      prepared.declared.append(.declared(revision))
    }
    return true
  }
}

/// A recorded object with the edits of its manifest.
private struct EditedObject {
  /// Its identity before the edits.
  var object: ObjectIdentity
  var declaration: Declaration
  /// The changed fields that a comparison of specs does not report.
  var fields: [ManifestEdit.Field] = []
}

extension FieldDifference {
  /// The field with its path from the root of the manifest.
  fileprivate var inManifest: ManifestEdit.Field {
    let isMetadata = path == "renamedFrom" || path.hasPrefix("labels.")
    return ManifestEdit.Field(path: (isMetadata ? "metadata." : "spec.") + path, old: old, new: new)
  }
}

extension FleetEdit {
  /// Applies the edit to a declaration. Returns the field changes that a comparison of specs does not report.
  fileprivate func apply(to declaration: inout Declaration) -> [ManifestEdit.Field] {
    for change in fieldChanges {
      let supposed = WhatIf(declaration.identity, change).applied(to: declaration.spec)
      declaration.spec = supposed ?? declaration.spec
    }
    switch (self, declaration.spec) {
    case (.unprotect, .deployment(var spec)):
      spec.traits.protect = false
      declaration.spec = .deployment(spec)
    case (.rerun, .deployment(var spec)):
      spec.rerun = spec.rerun.map { old in Int(old).map { "\($0 &+ 1)" } ?? "\(old)-again" } ?? "1"
      declaration.spec = .deployment(spec)
    case (.move(let identity, let cluster), .deployment(let spec)):
      declaration.identity = .deployment(DeploymentIdentity(cluster: cluster, name: identity.name))
      declaration.metadata.renamedFrom = .deployment(identity)
      let moved = ManifestEdit.Field(path: "spec.cluster", old: identity.cluster.text, new: cluster.text)
      // Names that are relative to the cluster are to be written with it.
      guard spec.dependsOn.contains(where: { $0.on.cluster == identity.cluster }) else { return [moved] }
      let old = Self.list(spec.dependsOn, readFrom: identity.cluster)
      return [
        moved, ManifestEdit.Field(path: "spec.dependsOn", old: old, new: Self.list(spec.dependsOn, readFrom: cluster)),
      ]
    case (.activate, .user(var spec)):
      spec.active = true
      declaration.spec = .user(spec)
    case (.enroll(_, let organization), .user(var spec)):
      spec.organizations = (spec.organizations + [organization]).sorted()
      declaration.spec = .user(spec)
    default: break
    }
    return []
  }

  /// Returns dependencies as a manifest of a deployment on a cluster lists them.
  private static func list(_ dependencies: [Dependency], readFrom cluster: ClusterIdentity) -> String {
    let entries = dependencies.map { dependency in
      let other = dependency.on.cluster
      let name =
        other == cluster
        ? dependency.on.name
        : other.organization == cluster.organization ? "\(other.name)/\(dependency.on.name)" : dependency.on.text
      return dependency.until == .completed ? name : "{name: \(name), until: \(dependency.until.rawValue)}"
    }
    return "[" + entries.joined(separator: ", ") + "]"
  }

  /// The edit as what-if changes; empty if `--what-if` cannot express it.
  private var fieldChanges: [WhatIf.Change] {
    switch self {
    case .resources(_, let amount), .capacity(_, let amount): Dimension.allCases.map { .amount($0, amount[$0]) }
    case .priority(_, let priority): [.priority(priority)]
    case .suspend(_, let isSuspended): [.suspend(isSuspended)]
    case .maxRuntime(_, let span): [.maxRuntime(span)]
    default: []
    }
  }
}

extension [ObjectIdentity] {
  fileprivate func inOrderWithoutDuplicates() -> [ObjectIdentity] {
    var seen: Set<ObjectIdentity> = []
    return filter { seen.insert($0).inserted }
  }
}
