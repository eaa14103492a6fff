import FleetModel

extension Validator {
  /// Returns the identities under which a declared deployment may be recorded, in the order in which a comparison tries them:
  /// those that its `renamedFrom` can mean, then its own, each with the former names of its parents and as it is written.
  func possiblyRecordedIdentities(of index: Int) -> [DeploymentIdentity] {
    guard case .deployment(let identity) = documents[index].identity else { return [] }
    var found: [DeploymentIdentity] = []
    if case .deployment(let former) = documents[index].formerIdentity {
      let translated = withFormerParents(former)
      found += former.cluster == identity.cluster ? [translated, former] : [former, translated]
    }
    return found + [withFormerParents(identity), identity]
  }

  /// Returns the identity before the renames of the cluster and the organization that the documents state.
  private func withFormerParents(_ identity: DeploymentIdentity) -> DeploymentIdentity {
    var former = identity
    if let found = clusters[identity.cluster], case .cluster(let cluster) = documents[found].formerIdentity {
      former.cluster = cluster
    } else if let found = organizations[identity.cluster.organization],
      case .organization(let name) = documents[found].formerIdentity
    {
      former.cluster.organization = name
    }
    return former
  }
}
