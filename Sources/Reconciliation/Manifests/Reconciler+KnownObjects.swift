import FleetCore
import FleetModel
import Manifests

extension Reconciler {
  /// Returns the objects of other sources, for the validation of a source's manifests.
  ///
  /// - Parameters:
  ///   - includingOwn: whether the source's own objects are added, for manifests that are only a part of it. Objects
  ///     being withdrawn are left out, because nothing of the same source may refer to them any more.
  ///   - isDerived: whether the source's name follows from its place.
  ///   - binding: the directory that the source is read from; `nil`: files or standard input.
  public func knownObjects(
    beside source: String, isDerived: Bool = false, binding: String? = nil, includingOwn: Bool = false
  ) throws -> KnownObjects {
    _ = try load()
    try adoptSource(source, isDerived: isDerived, binding: binding, records: false)
    let own = fleet.sourceID(named: source)
    func isKnown(_ owner: SourceID, isWithdrawn: Bool) -> Bool { owner != own || (includingOwn && !isWithdrawn) }
    var known = KnownObjects()
    let fleet = fleet
    known.hasCompleted = { fleet.hasCompleted($0, as: $1) }
    addOrganizationsUsersAndClusters(to: &known) { owner, _, isWithdrawn in isKnown(owner, isWithdrawn: isWithdrawn) }
    fleet.forEachDeployment { record in
      guard isKnown(record.source, isWithdrawn: record.progress.isWithdrawn) else { return }
      known.deployments[record.identity] = KnownObjects.Deployment(
        mode: record.traits.mode, dependsOn: fleet.dependencies(of: record.identity).map(\.on))
    }
    return known
  }

  /// Adds organizations, users and clusters that satisfy a condition on their owner, identity and whether they are being
  /// withdrawn.
  func addOrganizationsUsersAndClusters(
    to known: inout KnownObjects, where isKnown: (SourceID, ObjectIdentity, Bool) -> Bool
  ) {
    // No source has an empty name, so these are the records of all sources.
    for record in fleet.organizationRecords(beside: "") {
      if !record.isWithdrawn { known.inviteCodes[record.name] = record.inviteCode }
      if isKnown(record.source, .organization(record.name), record.isWithdrawn) {
        known.organizations.insert(record.name)
      }
    }
    for (record, organizations) in fleet.userRecords(beside: "")
    where isKnown(record.source, .user(record.name), record.isWithdrawn) {
      known.users[record.name] = KnownObjects.User(
        email: record.email, isActive: record.isActive, organizations: Set(organizations))
    }
    for record in fleet.clusterRecords where isKnown(record.source, .cluster(record.identity), record.isWithdrawn) {
      known.clusters[record.identity] = KnownObjects.Cluster(capacity: record.capacity, engine: record.engine)
    }
  }
}
