import FleetModel
import Scheduling

// Renames of a revision. All objects of one kind are renamed at once, so that names can be swapped or passed on.

/// The objects that a revision renames, each found before anything changes.
struct Renames {
  var organizations: [(id: OrganizationID, name: String)] = []
  var users: [(id: UserID, name: String)] = []
  var clusters: [(slot: ClusterSlot, identity: ClusterIdentity)] = []
  var deployments: [(slot: DeploymentSlot, identity: DeploymentIdentity)] = []

  init(_ revision: Revision, in fleet: Fleet) {
    for change in revision.declarations {
      guard let recorded = change.recordedAs else { continue }
      switch (recorded, change.declaration.identity) {
      case (.organization(let old), .organization(let new)):
        if let id = fleet.organizationsByName[old] { organizations.append((id, new)) }
      case (.user(let old), .user(let new)): if let id = fleet.usersByName[old] { users.append((id, new)) }
      case (.cluster(let old), .cluster(let new)):
        if let slot = fleet.clustersByIdentity[old] { clusters.append((slot, new)) }
      case (.deployment(let old), .deployment(let new)):
        if let slot = fleet.deploymentsByIdentity[old] { deployments.append((slot, new)) }
      default: break
      }
    }
  }
}

extension Fleet {
  /// Renames organizations, users and clusters. An object whose name passes to another is withdrawn by the same revision,
  /// and gets a name that no manifest can declare.
  mutating func rename(_ renames: Renames, _ work: inout StepWork) {
    renameOrganizations(renames.organizations, &work)
    renameUsers(renames.users, &work)
    if renames.clusters.isEmpty { return }
    for (slot, _) in renames.clusters { clustersByIdentity[clusters[slot].record.identity] = nil }
    var moves = renames.clusters
    for (_, identity) in renames.clusters {
      guard let slot = clustersByIdentity[identity] else { continue }
      let name = DisplacedName.recorded(identity.name, number: clusters[slot].record.id.value)
      moves.append((slot, ClusterIdentity(organization: identity.organization, name: name)))
    }
    moveClusters(moves, &work)
  }

  private mutating func renameOrganizations(_ renames: [(id: OrganizationID, name: String)], _ work: inout StepWork) {
    if renames.isEmpty { return }
    var renames = renames
    for (id, _) in renames { if let name = organizations[id]?.name { organizationsByName[name] = nil } }
    for (_, name) in renames {
      if let id = organizationsByName[name] { renames.append((id, DisplacedName.recorded(name, number: id.value))) }
    }
    let before = Set(renames.compactMap { organizations[$0.id]?.name })
    let wereWithdrawn = before.filter { withdrawn.remove(.organization($0)) != nil }
    var names: [OrganizationID: String] = [:]
    for (id, name) in renames {
      if let old = organizations[id]?.name, wereWithdrawn.contains(old) { withdrawn.insert(.organization(name)) }
      organizations[id]?.name = name
      organizationsByName[name] = id
      names[id] = name
      work.changedOrganizations.insert(id)
    }
    var moves: [(slot: ClusterSlot, identity: ClusterIdentity)] = []
    for slot in clusters.indices where !clusters[slot].isVacant {
      guard let name = names[clusters[slot].record.organization] else { continue }
      moves.append((slot, ClusterIdentity(organization: name, name: clusters[slot].record.identity.name)))
    }
    moveClusters(moves, &work)
  }

  private mutating func renameUsers(_ renames: [(id: UserID, name: String)], _ work: inout StepWork) {
    if renames.isEmpty { return }
    var renames = renames
    for (id, _) in renames { if let name = users[id]?.name { usersByName[name] = nil } }
    for (_, name) in renames {
      if let id = usersByName[name] { renames.append((id, DisplacedName.recorded(name, number: id.value))) }
    }
    let before = Set(renames.compactMap { users[$0.id]?.name })
    let wereWithdrawn = before.filter { withdrawn.remove(.user($0)) != nil }
    for (id, name) in renames {
      if let old = users[id]?.name, wereWithdrawn.contains(old) { withdrawn.insert(.user(name)) }
      users[id]?.name = name
      usersByName[name] = id
      work.changedUsers.insert(id)
    }
  }

  /// Changes the identities of clusters, which are part of their deployments' identities.
  private mutating func moveClusters(
    _ moves: [(slot: ClusterSlot, identity: ClusterIdentity)], _ work: inout StepWork
  ) {
    if moves.isEmpty { return }
    let before = Set(moves.map { clusters[$0.slot].record.identity })
    let wereWithdrawn = before.filter { withdrawn.remove(.cluster($0)) != nil }
    var isMoved = [Bool](repeating: false, count: clusters.count)
    for (slot, _) in moves {
      isMoved[slot.index] = true
      let old = clusters[slot].record.identity
      if clustersByIdentity[old] == slot { clustersByIdentity[old] = nil }
    }
    let members = deployments.indices.filter { !deployments[$0].isVacant && isMoved[deployments[$0].cluster.index] }
    for member in members { deploymentsByIdentity[deployments[member].record.identity] = nil }
    for (slot, identity) in moves {
      if wereWithdrawn.contains(clusters[slot].record.identity) { withdrawn.insert(.cluster(identity)) }
      clusters[slot].rename(to: identity)
      clustersByIdentity[identity] = slot
      work.changedClusters.insert(slot)
    }
    for member in members {
      deployments[member].record.identity.cluster = clusters[deployments[member].cluster].record.identity
      deploymentsByIdentity[deployments[member].record.identity] = member
    }
  }

  /// Gives deployments their new names. They move to other clusters when they are declared.
  mutating func renameDeployments(
    _ renames: [(slot: DeploymentSlot, identity: DeploymentIdentity)], _ work: inout StepWork
  ) {
    for (slot, _) in renames {
      let old = deployments[slot].record.identity
      if deploymentsByIdentity[old] == slot { deploymentsByIdentity[old] = nil }
    }
    for (slot, identity) in renames {
      if let other = deploymentsByIdentity[identity], other != slot {
        var displaced = identity
        displaced.name = DisplacedName.recorded(identity.name, number: deployments[other].record.id.value)
        deployments[other].record.identity = displaced
        deploymentsByIdentity[displaced] = other
        work.changedDeployments.append(other)
      }
      deployments[slot].record.identity = identity
      deploymentsByIdentity[identity] = slot
    }
  }
}
