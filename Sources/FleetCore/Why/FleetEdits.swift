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
    for object in edits.compactMap(\.object).inOrderWithoutDuplicates() {
      let mine = edits.filter { $0.object == object }
      guard let (event, edit) = try declare(object, mine, providing: provided) else { return nil }
      prepared.declared.append(event)
      prepared.remedies.append(.edit(edit))
      for case .move(let identity, let cluster) in mine {
        prepared.moved[identity] = DeploymentIdentity(cluster: cluster, name: identity.name)
      }
    }
    for identity in provided.sorted() {
      guard let record = deployment(identity), let source = sources[record.source]?.name else { return nil }
      var revision = Revision(source: source, binding: nil)
      revision.missingSecrets = missingSecrets(of: source).filter { !provided.contains($0.key) }
      prepared.later.append(.declared(revision))
    }
    if !retried.isEmpty { prepared.declared.append(.retryRequested(retried)) }
    return prepared
  }

  /// Returns one object's edits as one revision of the source that owns it; `nil` if they change nothing or are
  /// refused.
  private func declare(
    _ object: ObjectIdentity, _ edits: [FleetEdit], providing provided: Set<DeploymentIdentity>
  ) throws -> (Event, ManifestEdit)? {
    guard let recorded = recorded(object), let source = sources[recorded.source]?.name else { return nil }
    let (spec, metadata) = try SpecCoding.decode(recorded.specText, of: object)
    var declaration = Declaration(
      identity: object, metadata: metadata, spec: spec, place: .init(file: "", line: 1, column: 1))
    var fields: [ManifestEdit.Field] = []
    for edit in edits { fields += edit.apply(to: &declaration) }
    let comparison = try compare(
      DesiredState(declarations: [declaration]), secrets: ResolvedSecrets(),
      options: ComparisonOptions(source: source, binding: nil, prunes: false))
    fields += comparison.changes.flatMap(\.fields).map { field in
      let isMetadata = field.path == "renamedFrom" || field.path.hasPrefix("labels.")
      return ManifestEdit.Field(
        path: (isMetadata ? "metadata." : "spec.") + field.path, old: field.old, new: field.new)
    }
    if fields.isEmpty || !comparison.refusals.isEmpty { return nil }
    var revision = comparison.revision
    // Missing secrets that are not resolved again stay missing.
    revision.missingSecrets = missingSecrets(of: source).filter { !provided.contains($0.key) }
    return (.declared(revision), ManifestEdit(object: object, source: source, fields: fields))
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
      let names = spec.dependsOn.map(\.on).filter { $0.cluster == identity.cluster }
      return [ManifestEdit.Field(path: "spec.cluster", old: identity.cluster.text, new: cluster.text)]
        + names.map { name in
          ManifestEdit.Field(path: "spec.dependsOn", old: name.name, new: "\(name.cluster.name)/\(name.name)")
        }
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
