import FleetModel

extension NameResolution {
  /// Returns the identity that a recorded object has after the renames, whether it is declared, of another source, or deleted
  /// by the same revision. One that is deleted and whose name passes to another object is displaced.
  func presentIdentity(of recorded: ObjectIdentity) -> ObjectIdentity {
    if recordedIdentities.isEmpty { return recorded }
    if let declared = declaredIdentities[recorded] { return declared }
    let present = withPresentParents(recorded)
    guard let other = recordedIdentities[present], other != recorded, fleet.recorded(other) != nil else {
      return present
    }
    return displaced(present, recorded)
  }

  /// Returns a recorded identity with its parents as they are called after the renames.
  private func withPresentParents(_ recorded: ObjectIdentity) -> ObjectIdentity {
    switch recorded {
    case .organization, .user: return recorded
    case .cluster(var cluster):
      if case .organization(let name) = presentIdentity(of: .organization(cluster.organization)) {
        cluster.organization = name
      }
      return .cluster(cluster)
    case .deployment(var deployment):
      if case .cluster(let cluster) = presentIdentity(of: .cluster(deployment.cluster)) { deployment.cluster = cluster }
      return .deployment(deployment)
    }
  }

  private func displaced(_ present: ObjectIdentity, _ recorded: ObjectIdentity) -> ObjectIdentity {
    guard let number = fleet.row(of: recorded, namesSecret: false)?.number else { return present }
    switch present {
    case .organization(let name): return .organization(DisplacedName.recorded(name, number: number))
    case .user(let name): return .user(DisplacedName.recorded(name, number: number))
    case .cluster(var cluster):
      cluster.name = DisplacedName.recorded(cluster.name, number: number)
      return .cluster(cluster)
    case .deployment(var deployment):
      deployment.name = DisplacedName.recorded(deployment.name, number: number)
      return .deployment(deployment)
    }
  }
}
