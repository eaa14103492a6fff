import DependencyGraph
import FleetModel
import PlanModel
import Scheduling

// Changes of manifests: records are made, changed and withdrawn. Evaluation and admission decide what follows for runs.

extension Fleet {
  /// Takes in a revision of a source.
  mutating func declare(_ revision: Revision, _ work: inout StepWork) {
    let source = enterSource(revision, &work)
    // The names in the revision are those from before it, so all are resolved before the first changes.
    let leaving = revision.withdrawn.sorted(by: >).compactMap { row(of: $0, namesSecret: false) }
    let renames = Renames(revision, in: self)
    rename(renames, &work)
    var areDeploymentsRenamed = renames.deployments.isEmpty
    var declared: [DeclaredDeployment] = []
    if revision.declarations.count > deployments.count { reserve(revision.declarations.count, &work) }
    declared.reserveCapacity(revision.declarations.count)
    for change in revision.declarations {
      let declaration = change.declaration
      switch (declaration.spec, declaration.identity) {
      case (.organization(let spec), .organization(let name)):
        declare(name, spec, declaration, revision, source, &work)
      case (.user(let spec), .user(let name)): declare(name, spec, declaration, revision, source, &work)
      case (.cluster(let spec), .cluster(let identity)): declare(identity, spec, declaration, source, &work)
      case (.deployment(let spec), .deployment(let identity)):
        if !areDeploymentsRenamed {
          // Their clusters, some of them new, have their names by now.
          renameDeployments(renames.deployments, &work)
          areDeploymentsRenamed = true
        }
        let isForced = change.forcesNewRun
        if let slot = declare(identity, spec, declaration, isForced, revision, source, &work) { declared.append(slot) }
      default: break  // An identity of another kind than its spec cannot be decoded.
      }
    }
    connect(declared, &work)
    noteSecrets(revision, source, &work)
    withdraw(leaving, &work)
  }

  /// Reserves capacity for many new deployments at once: arrays that grow bit by bit are copied again and again.
  private mutating func reserve(_ count: Int, _ work: inout StepWork) {
    deployments.reserveCapacity(deployments.count + count)
    deploymentsByID.reserveCapacity(deploymentsByID.count + count)
    deploymentsByIdentity.reserveCapacity(deploymentsByIdentity.count + count)
    work.changedDeployments.reserveCapacity(count)
    work.dirtyDeployments.reserveCapacity(count)
    work.evaluated.reserveCapacity(count)
    work.actions.reserveCapacity(count)
    work.events.reserveCapacity(count)
  }

  private mutating func enterSource(_ revision: Revision, _ work: inout StepWork) -> SourceID {
    let id: SourceID
    if let known = sourcesByName[revision.source] {
      id = known
    } else {
      id = SourceID(counters.source)
      counters.source += 1
      sourcesByName[revision.source] = id
      sources[id] = SourceRecord(
        id: id, name: revision.source, binding: nil, createdAt: work.now, appliedAt: work.now)
      // Its files are recorded even if they declare nothing.
      work.changedSources.insert(id)
    }
    let isChange = !revision.declarations.isEmpty || !revision.withdrawn.isEmpty
    if let binding = revision.binding {
      let isBound = sources[id]?.binding != nil && !revision.rebinds
      if !isBound {
        sources[id]?.binding = binding
        work.changedSources.insert(id)
      }
      if !isBound || (isChange && revision.place != nil) { sources[id]?.place = revision.place }
    }
    if isChange {
      sources[id]?.appliedAt = work.now
      work.changedSources.insert(id)
    }
    return id
  }

  // MARK: Organizations and users

  private mutating func declare(
    _ name: String, _ spec: OrganizationSpec, _ declaration: Declaration, _ revision: Revision, _ source: SourceID,
    _ work: inout StepWork
  ) {
    let known = organizationsByName[name]
    let id = known ?? OrganizationID(counters.organization)
    if known == nil { counters.organization += 1 }
    var record =
      organizations[id]
      ?? OrganizationRecord(
        id: id, name: name, inviteCode: SecretText(inviteCode(of: id)), source: source, specText: "",
        createdAt: work.now)
    record.source = source
    record.specText = declaration.specText
    record.isWithdrawn = false
    record.inviteCode = value(of: spec.inviteCode, revision) ?? record.inviteCode
    organizations[id] = record
    organizationsByName[name] = id
    withdrawn.remove(.organization(name))
    work.changedOrganizations.insert(id)
    note(known == nil, declaration.identity, &work)
  }

  /// Returns an invite code of 80 bits in base32. It is derived from the installation's key, so that nothing here needs
  /// randomness.
  private func inviteCode(of id: OrganizationID) -> String {
    MessageDigest.base32(MessageDigest.hmac("inviteCode/\(id.value)", key: installation.key), characters: 16)
  }

  private func value(of sensitive: SensitiveValue?, _ revision: Revision) -> SecretText? {
    switch sensitive {
    case .literal(let text): text
    case .reference(let reference): revision.columnValues[reference]
    case nil: nil
    }
  }

  private mutating func declare(
    _ name: String, _ spec: UserSpec, _ declaration: Declaration, _ revision: Revision, _ source: SourceID,
    _ work: inout StepWork
  ) {
    let known = usersByName[name]
    let id = known ?? UserID(counters.user)
    if known == nil { counters.user += 1 }
    let old = users[id]
    // A reference that can't be resolved here is no change.
    let password = value(of: spec.hashedPassword, revision)
    let kept = spec.hashedPassword == nil ? nil : old?.hashedPassword
    let record = UserRecord(
      id: id, name: name, email: spec.email, hashedPassword: password ?? kept ?? SecretText(""), isActive: spec.active,
      organizations: spec.organizations.compactMap { organizationsByName[$0] }.sorted(), source: source,
      specText: declaration.specText, createdAt: old?.createdAt ?? work.now)
    users[id] = record
    usersByName[name] = id
    withdrawn.remove(.user(name))
    work.changedUsers.insert(id)
    if let old, old.isActive != record.isActive || old.organizations != record.organizations || old.isWithdrawn {
      for slot in deployments.indices where deployments[slot].record.user == id { markDirty(slot, &work) }
    }
    note(known == nil, declaration.identity, &work)
  }

  // MARK: Clusters

  private mutating func declare(
    _ identity: ClusterIdentity, _ spec: ClusterSpec, _ declaration: Declaration, _ source: SourceID,
    _ work: inout StepWork
  ) {
    guard let organization = organizationsByName[identity.organization], let creator = usersByName[spec.creator]
    else { return }
    if let slot = clustersByIdentity[identity] {
      var record = clusters[slot].record
      let capacityChanged = record.capacity != spec.capacity || record.isWithdrawn
      let orderChanged = record.scheduling.agingAfter != spec.scheduling.agingAfter
      record.organization = organization
      record.creator = creator
      record.capacity = spec.capacity
      if record.engine != spec.engine { work.effects.append(.observe(record.id)) }
      record.engine = spec.engine
      record.scheduling = spec.scheduling
      record.source = source
      record.specText = declaration.specText
      record.isWithdrawn = false
      clusters[slot].declare(record)
      if capacityChanged { renewReplacementClaims(on: slot, &work) }
      withdrawn.remove(.cluster(identity))
      work.changedClusters.insert(slot)
      if capacityChanged || orderChanged {
        for member in deployments.indices where deployments[member].cluster == slot { markDirty(member, &work) }
      }
      roomCameBack(slot, &work)
      note(false, declaration.identity, &work)
      return
    }
    let id = ClusterID(counters.cluster)
    counters.cluster += 1
    enter(
      ClusterRecord(
        id: id, identity: identity, organization: organization, creator: creator, capacity: spec.capacity,
        engine: spec.engine, scheduling: spec.scheduling, source: source, specText: declaration.specText,
        createdAt: work.now))
    work.changedClusters.insert(clusters.index(before: clusters.endIndex))
    work.effects.append(.observe(id))
    note(true, declaration.identity, &work)
  }
}
