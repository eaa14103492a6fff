import Diagnostics
import FleetModel

extension Validator {
  /// The documents as declarations, sorted; only meaningful when no error was found.
  func declarations(displayPaths: [String]) -> [Declaration] {
    var keyed: [(kind: ObjectKind, path: String, declaration: Declaration)] = []
    keyed.reserveCapacity(documents.count)
    for document in documents {
      guard let identity = document.identity, let spec = finished(document) else { continue }
      let metadata = ObjectMetadata(
        labels: document.metadata.labels, annotations: document.metadata.annotations,
        renamedFrom: FormerIdentity.of(document))
      let place = SourcePlace(
        file: displayPaths[document.file], line: Int(document.start.line), column: Int(document.start.column))
      let declaration = Declaration(identity: identity, metadata: metadata, spec: spec, place: place)
      keyed.append((identity.kind, identity.path, declaration))
    }
    keyed.sort { $0.kind == $1.kind ? $0.path < $1.path : $0.kind < $1.kind }
    return keyed.map(\.declaration)
  }

  private func finished(_ document: ManifestDocument) -> ObjectSpec? {
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
