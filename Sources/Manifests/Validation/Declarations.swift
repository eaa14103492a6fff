import Diagnostics
import FleetModel

extension Validator {
  /// Returns the documents as sorted declarations; only meaningful if no error was found.
  func declarations(displayPaths: [String]) -> [Declaration] {
    let order = order
    let parts = Parts.map(order.count) { part in
      var declarations: [Declaration] = []
      declarations.reserveCapacity(part.count)
      for place in part {
        if let declaration = declaration(documents[order[place]], displayPaths) { declarations.append(declaration) }
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
    var places: [ClusterIdentity: Int] = [:]
    // Neighbors are usually on the same cluster.
    var present: ClusterIdentity?
    for index in documents.indices {
      guard case .deployment(let spec) = documents[index].spec, spec.value.cluster != present else { continue }
      present = spec.value.cluster
      places[spec.value.cluster] = 0
    }
    for (place, cluster) in places.keys.sorted(by: { $0.text + "/" < $1.text + "/" }).enumerated() {
      places[cluster] = place
    }
    var keyed: [(kind: ObjectKind, cluster: Int, name: String, index: Int)] = []
    keyed.reserveCapacity(documents.count)
    var last: (cluster: ClusterIdentity, place: Int)?
    for index in documents.indices {
      guard let identity = documents[index].identity else { continue }
      switch identity {
      case .organization, .user, .cluster: keyed.append((identity.kind, 0, identity.path, index))
      case .deployment(let deployment):
        if last?.cluster != deployment.cluster { last = (deployment.cluster, places[deployment.cluster] ?? 0) }
        keyed.append((.deployment, last?.place ?? 0, deployment.name, index))
      }
    }
    keyed.sort { left, right in
      if left.kind != right.kind { return left.kind < right.kind }
      return left.cluster == right.cluster ? left.name < right.name : left.cluster < right.cluster
    }
    return keyed.map(\.index)
  }

  private func declaration(_ document: ManifestDocument, _ displayPaths: [String]) -> Declaration? {
    guard let identity = document.identity, let spec = finished(document) else { return nil }
    let metadata = ObjectMetadata(
      labels: document.metadata.labels, annotations: document.metadata.annotations,
      renamedFrom: FormerIdentity.of(document))
    let place = SourcePlace(
      file: displayPaths[document.file], line: Int(document.start.line), column: Int(document.start.column))
    return Declaration(identity: identity, metadata: metadata, spec: spec, place: place)
  }

  /// Returns the spec that a document declares, with defaults that depend on other objects filled in; `nil` if it has
  /// none.
  func finished(_ document: ManifestDocument) -> ObjectSpec? {
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
        rerun: draft.rerun)
      spec.dependsOn = draft.dependsOn.compactMap { entry in
        guard let target = entry.name.deployment(in: draft.cluster) else { return nil }
        let standard: DependencyCondition = mode(of: target) == .service ? .running : .completed
        return Dependency(on: target, until: entry.until ?? standard)
      }
      spec.dependsOn.sort()
      return .deployment(spec)
    }
  }
}
