import FleetModel

extension ManifestDocument {
  /// The former identity that the document states, resolved to an absolute one; `nil` if it states none, or one that its
  /// kind can't have.
  var formerIdentity: ObjectIdentity? {
    guard let former = metadata.former, let identity else { return nil }
    switch identity {
    case .organization: return former.parts.count == 1 && hasOnlyLabels(former) ? .organization(former.parts[0]) : nil
    case .user: return former.parts.count == 1 ? .user(former.parts[0]) : nil
    case .cluster(let present):
      guard hasOnlyLabels(former) else { return nil }
      return former.cluster(in: present.organization).map { .cluster($0) }
    case .deployment(let present):
      guard hasOnlyLabels(former) else { return nil }
      return former.deployment(in: present.cluster).map { .deployment($0) }
    }
  }

  private func hasOnlyLabels(_ name: RelativeName) -> Bool { name.parts.allSatisfy { !$0.contains(".") } }
}
