import FleetCore
import FleetModel
import Manifests

extension Reconciler {
  /// What other sources own, for the validation of a source's manifests.
  public func knownObjects(beside source: String) throws -> KnownObjects {
    _ = try load()
    let own = fleet.sourceID(named: source)
    var known = KnownObjects()
    for record in fleet.organizationRecords(beside: source) { known.organizations.insert(record.name) }
    for (record, organizations) in fleet.userRecords(beside: source) {
      known.users[record.name] = KnownObjects.User(
        email: record.email, isActive: record.isActive, organizations: Set(organizations))
    }
    for record in fleet.clusterRecords where record.source != own {
      known.clusters[record.identity] = KnownObjects.Cluster(capacity: record.capacity, engine: record.engine)
    }
    for record in fleet.deploymentRecords() where record.source != own {
      known.deployments[record.identity] = KnownObjects.Deployment(
        mode: record.traits.mode, dependsOn: fleet.dependencies(of: record.identity).map(\.on))
    }
    return known
  }
}
