import Diagnostics
import FleetModel

extension Validator {
  /// Returns the documents as sorted declarations; only meaningful if no error was found.
  func declarations(displayPaths: [String]) -> [Declaration] {
    let order = order
    let parts = Parts.map(order.count) { part in
      var declarations: [Declaration] = []
      declarations.reserveCapacity(part.count)
      for position in part {
        if let declaration = declaration(documents[order[position]], displayPaths) { declarations.append(declaration) }
      }
      return declarations
    }
    if parts.count == 1 { return parts[0] }
    var declarations: [Declaration] = []
    declarations.reserveCapacity(order.count)
    for part in parts { declarations += part }
    return declarations
  }

  /// Indices of the documents that have an identity, by kind and path. Paths are not built for it: because `/` ends a
  /// cluster's path before a deployment's name begins, clusters are compared by their paths with it, then deployments
  /// by name.
  private var order: [Int] {
    var ranks: [ClusterIdentity: Int] = [:]
    // Neighbors are usually on the same cluster.
    var present: ClusterIdentity?
    for index in documents.indices {
      guard case .deployment(let spec) = documents[index].spec, spec.value.cluster != present else { continue }
      present = spec.value.cluster
      ranks[spec.value.cluster] = 0
    }
    for (rank, cluster) in ranks.keys.sorted(by: { $0.text + "/" < $1.text + "/" }).enumerated() {
      ranks[cluster] = rank
    }
    var keyed: [(kind: ObjectKind, cluster: Int, name: String, index: Int)] = []
    keyed.reserveCapacity(documents.count)
    var last: (cluster: ClusterIdentity, rank: Int)?
    for index in documents.indices {
      guard let identity = documents[index].identity else { continue }
      switch identity {
      case .organization, .user, .cluster: keyed.append((identity.kind, 0, identity.path, index))
      case .deployment(let deployment):
        if last?.cluster != deployment.cluster { last = (deployment.cluster, ranks[deployment.cluster] ?? 0) }
        keyed.append((.deployment, last?.rank ?? 0, deployment.name, index))
      }
    }
    keyed.sort { left, right in
      if left.kind != right.kind { return left.kind < right.kind }
      return left.cluster == right.cluster ? left.name < right.name : left.cluster < right.cluster
    }
    return keyed.map(\.index)
  }

  private func declaration(_ document: ManifestDocument, _ displayPaths: [String]) -> Declaration? {
    guard let identity = document.identity, let spec = resolvedSpec(of: document) else { return nil }
    let metadata = ObjectMetadata(
      labels: document.metadata.labels, annotations: document.metadata.annotations,
      renamedFrom: document.formerIdentity)
    let place = SourcePlace(
      file: displayPaths[document.file], line: Int(document.start.line), column: Int(document.start.column))
    return Declaration(identity: identity, metadata: metadata, spec: spec, place: place)
  }

  /// Returns the spec that a document declares, with defaults that depend on other objects filled in; `nil` if it has
  /// none.
  func resolvedSpec(of document: ManifestDocument) -> ObjectSpec? {
    switch document.spec {
    case .none: return nil
    case .organization(let draft): return .organization(draft.value.spec)
    case .cluster(let draft): return .cluster(draft.value.spec)
    case .user(let box):
      let draft = box.value
      var spec = draft.spec
      spec.organizations = draft.organizations.map(\.name).sorted()
      return .user(spec)
    case .deployment(let box):
      let draft = box.value
      var spec = DeploymentSpec(
        traits: draft.traits, user: draft.user, image: draft.image, command: draft.command, env: draft.env,
        rerun: draft.rerun, onSecretChange: draft.onSecretChange)
      spec.dependsOn = draft.dependsOn.compactMap { entry in
        guard let target = entry.name.deployment(in: draft.cluster) else { return nil }
        let standard: DependencyCondition = mode(of: target) == .service ? .running : .completed
        return Dependency(on: target, until: entry.until ?? standard)
      }
      spec.dependsOn.sort()
      return .deployment(spec)
    }
  }

  /// Returns the rows of the documents if each is a deployment that is recorded as declared and there is nothing to
  /// report. They are not checked for cycles: their dependencies are the recorded ones, which have none.
  mutating func recordedRows(_ recognizer: some DeploymentRecognizer) -> [DeclaredRow]? {
    var rows: [DeclaredRow] = []
    rows.reserveCapacity(documents.count)
    var hint = 0
    for index in documents.indices {
      guard documents[index].isSound, case .deployment(let draft) = documents[index].spec,
        case .deployment(let identity) = documents[index].identity, documents[index].metadata.former == nil
      else { return nil }
      checkDeployment(index, draft.value)
      guard findings.isEmpty, let spec = resolvedSpec(of: documents[index]) else { return nil }
      let metadata = ObjectMetadata(
        labels: documents[index].metadata.labels, annotations: documents[index].metadata.annotations)
      let namesSecret = draft.value.env.values.contains { if case .secret = $0 { true } else { false } }
      let row = recognizer.row(of: identity, namesSecret: namesSecret, hint: &hint) {
        SpecCoding.isText($0, of: spec, metadata: metadata)
      }
      guard let row else { return nil }
      rows.append(row)
    }
    return rows
  }
}
