import FleetModel
import PlanModel
import Scheduling

// Withdrawal of objects that no manifest declares any more: runs end first, then records are deleted, dependants before their
// dependencies, deployments before clusters, users and organizations.

extension Fleet {
  /// Marks objects as withdrawn. They are deleted once nothing names them.
  mutating func withdraw(_ rows: [DeclaredRow], _ work: inout StepWork) {
    for row in rows {
      guard let identity = identity(of: row) else { continue }
      switch identity {
      case .deployment(let identity):
        guard let slot = deploymentsByIdentity[identity], !deployments[slot].record.progress.isWithdrawn else { break }
        deployments[slot].record.progress.isWithdrawn = true
        releaseClaims(of: slot, &work)
        work.changedProgress.insert(slot)
        log(.withdrawn, "no longer declared", .deployment(identity), &work)
        markDirty(slot, &work)
      case .cluster(let cluster):
        guard let slot = clustersByIdentity[cluster] else { break }
        clusters[slot].withdraw()
        work.changedClusters.insert(slot)
        withdrawn.insert(identity)
      case .user(let name):
        guard let id = usersByName[name] else { break }
        users[id]?.isWithdrawn = true
        work.changedUsers.insert(id)
        withdrawn.insert(identity)
      case .organization(let name):
        guard let id = organizationsByName[name] else { break }
        organizations[id]?.isWithdrawn = true
        work.changedOrganizations.insert(id)
        withdrawn.insert(identity)
      }
      work.mayDelete = true
    }
  }

  /// Takes a withdrawn deployment a step further. Returns true if it is gone.
  mutating func advanceWithdrawal(of slot: DeploymentSlot, _ work: inout StepWork) -> Bool {
    if !deployments[slot].dependents.isEmpty || deployments[slot].record.traits.protect {
      work.changedProgress.insert(slot)
      return false
    }
    if let id = deployments[slot].run {
      requestStop(id, .withdrawn, &work)
      return false
    }
    delete(slot, &work)
    return true
  }

  private mutating func delete(_ slot: DeploymentSlot, _ work: inout StepWork) {
    let record = deployments[slot].record
    let cluster = deployments[slot].cluster
    disconnect(slot, &work)
    releaseClaims(of: slot, &work)
    dequeue(slot)
    clusters[cluster].deploymentCount -= 1
    ownedCounts[record.user, default: 1] -= 1
    markClusterDirty(cluster, &work)
    deploymentsByID[record.id] = nil
    if deploymentsByIdentity[record.identity] == slot { deploymentsByIdentity[record.identity] = nil }
    deployments[slot].isVacant = true
    vacantSlots.append(slot)
    work.changedProgress.remove(slot)
    work.deletions.append(.deploymentDeleted(record.id))
    work.actions.append(Action(.prune, .deployment(record.identity)))
    log(.deleted, "deleted", .deployment(record.identity), &work)
    work.mayDelete = true
  }

  /// Deletes the withdrawn clusters, users and organizations that nothing names any more, in that order.
  mutating func deleteUnnamedObjects(_ work: inout StepWork) {
    if withdrawn.isEmpty { return }
    for identity in withdrawn.sorted(by: >) where firstObjectNaming(identity) == nil {
      switch identity {
      case .cluster(let cluster):
        guard let slot = clustersByIdentity.removeValue(forKey: cluster) else { break }
        clustersByID[clusters[slot].record.id] = nil
        clusters[slot].isVacant = true
        work.deletions.append(.clusterDeleted(clusters[slot].record.id))
      case .user(let name):
        guard let id = usersByName.removeValue(forKey: name) else { break }
        users[id] = nil
        forgetRuntimes(of: id)
        work.deletions.append(.userDeleted(id))
      case .organization(let name):
        guard let id = organizationsByName.removeValue(forKey: name) else { break }
        organizations[id] = nil
        work.deletions.append(.organizationDeleted(id))
      case .deployment: break
      }
      withdrawn.remove(identity)
      work.actions.append(Action(.prune, identity))
      log(.deleted, "deleted", identity, &work)
    }
  }

  /// Returns the first recorded object that names another and so keeps it, leaving some out. `nil` if none does.
  func firstObjectNaming(_ identity: ObjectIdentity, beside leaving: Set<ObjectIdentity> = []) -> ObjectIdentity? {
    var names: [ObjectIdentity] = []
    switch identity {
    case .organization(let name):
      guard let id = organizationsByName[name] else { return nil }
      for slot in clusters.indices where clusters[slot].record.organization == id && !clusters[slot].isVacant {
        names.append(.cluster(clusters[slot].record.identity))
      }
      for user in users.values where user.organizations.contains(id) { names.append(.user(user.name)) }
    case .user(let name):
      guard let id = usersByName[name] else { return nil }
      for slot in clusters.indices where clusters[slot].record.creator == id && !clusters[slot].isVacant {
        names.append(.cluster(clusters[slot].record.identity))
      }
      if ownedCounts[id, default: 0] == 0 { break }
      for slot in deployments.indices where deployments[slot].record.user == id && !deployments[slot].isVacant {
        names.append(.deployment(deployments[slot].record.identity))
      }
    case .cluster(let cluster):
      guard let slot = clustersByIdentity[cluster] else { return nil }
      // A run that was left behind by a move keeps its cluster as deployments do.
      if clusters[slot].deploymentCount == 0, clusters[slot].runs.isEmpty { return nil }
      for id in clusters[slot].runs {
        if let run = runs[id] { names.append(.deployment(deployments[run.deployment].record.identity)) }
      }
      for member in deployments.indices where deployments[member].cluster == slot && !deployments[member].isVacant {
        names.append(.deployment(deployments[member].record.identity))
      }
    case .deployment(let deployment):
      guard let slot = deploymentsByIdentity[deployment] else { return nil }
      for edge in deployments[slot].dependents { names.append(.deployment(deployments[edge.slot].record.identity)) }
    }
    return names.filter { !leaving.contains($0) }.min()
  }
}
