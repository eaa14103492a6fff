import Dispatch
import FleetModel

// An object need not be read from its file again when the file has not changed since it was applied and the object is
// recorded as it was recorded then: it is vouched for. What decides how a file is read beside its bytes is hashed with its
// objects, so that whatever another source or another apply has done to them shows.

/// Declared objects that are recorded exactly as they are declared, without their having been read.
public struct UnchangedObjects: Sendable {
  /// By slot.
  private var deployments: [Bool] = []
  private var others: Set<ObjectIdentity> = []
  /// How many there are.
  public private(set) var count = 0

  /// None.
  public init() {}

  /// Vouches for the objects of a file.
  public mutating func insert(_ rows: [DeclaredRow], in fleet: Fleet) { set(rows, to: true, in: fleet) }

  /// Vouches for objects for which nobody has vouched yet; false: one of them is among them twice, or was before.
  public mutating func insertNew(_ rows: [DeclaredRow], in fleet: Fleet) -> Bool {
    let before = count
    set(rows, to: true, in: fleet)
    return count == before + rows.count
  }

  /// Vouches for the objects of a file no more.
  public mutating func remove(_ rows: [DeclaredRow], in fleet: Fleet) { set(rows, to: false, in: fleet) }

  private mutating func set(_ rows: [DeclaredRow], to value: Bool, in fleet: Fleet) {
    if deployments.count < fleet.deployments.count {
      deployments += [Bool](repeating: false, count: fleet.deployments.count - deployments.count)
    }
    for row in rows {
      if row.kind == .deployment {
        guard let slot = fleet.deploymentsByID[DeploymentID(row.number)], deployments[slot] != value else { continue }
        deployments[slot] = value
        count += value ? 1 : -1
      } else if let identity = fleet.identity(of: row) {
        if value {
          if others.insert(identity).inserted { count += 1 }
        } else if others.remove(identity) != nil {
          count -= 1
        }
      }
    }
  }

  /// Whether the object of a row is vouched for.
  public func contains(_ row: DeclaredRow, in fleet: Fleet) -> Bool {
    if row.kind == .deployment {
      return fleet.deploymentsByID[DeploymentID(row.number)].map { contains(slot: $0) } ?? false
    }
    return fleet.identity(of: row).map { others.contains($0) } ?? false
  }

  /// Whether the deployment in a slot is vouched for.
  func contains(slot: Int) -> Bool { slot < deployments.count && deployments[slot] }

  /// Whether an object is vouched for.
  public func contains(_ identity: ObjectIdentity, in fleet: Fleet) -> Bool {
    guard case .deployment(let deployment) = identity else { return others.contains(identity) }
    return fleet.deploymentsByIdentity[deployment].map { contains(slot: $0) } ?? false
  }
}

extension Fleet {
  /// The identity of a row; nil: there is none any more.
  public func identity(of row: DeclaredRow) -> ObjectIdentity? {
    switch row.kind {
    case .organization: organizations[OrganizationID(row.number)].map { .organization($0.name) }
    case .user: users[UserID(row.number)].map { .user($0.name) }
    case .cluster: clustersByID[ClusterID(row.number)].map { .cluster(clusters[$0].record.identity) }
    case .deployment: deploymentsByID[DeploymentID(row.number)].map { .deployment(deployments[$0].record.identity) }
    }
  }

  /// The row of a declared object; nil: it is not recorded.
  public func row(of identity: ObjectIdentity, namesSecret: Bool) -> DeclaredRow? {
    let number: Int64? =
      switch identity {
      case .organization(let name): organizationsByName[name]?.value
      case .user(let name): usersByName[name]?.value
      case .cluster(let cluster): clustersByIdentity[cluster].map { clusters[$0].record.id.value }
      case .deployment(let deployment): deploymentsByIdentity[deployment].map { deployments[$0].record.id.value }
      }
    return number.map { DeclaredRow(identity.kind, $0, namesSecret: namesSecret) }
  }

  /// The row of a deployment of a source, if it is recorded under this identity with a text of which a body says that it is
  /// what is declared.
  ///
  /// - Parameter hint: where to look first, and where it was found plus one: neighbours are most often neighbours.
  public func row(
    of identity: DeploymentIdentity, ownedBy source: SourceID, namesSecret: Bool, hint: inout Int,
    isDeclared: (String) -> Bool
  ) -> DeclaredRow? {
    var slot = hint
    if !deployments.indices.contains(slot) || deployments[slot].record.identity != identity
      || deployments[slot].isVacant
    {
      guard let found = deploymentsByIdentity[identity] else { return nil }
      slot = found
    }
    guard deployments[slot].record.source == source, !deployments[slot].record.progress.isWithdrawn,
      isDeclared(deployments[slot].record.specText)
    else { return nil }
    hint = slot + 1
    return DeclaredRow(.deployment, deployments[slot].record.id.value, namesSecret: namesSecret)
  }

  /// The mode of a deployment to which a source's may refer; nil: there is none, or it is on its way out.
  public func mode(of identity: DeploymentIdentity, for source: SourceID) -> Mode? {
    guard let slot = deploymentsByIdentity[identity],
      deployments[slot].record.source != source || !deployments[slot].record.progress.isWithdrawn
    else { return nil }
    return deployments[slot].record.traits.mode
  }

  /// Hash over what is recorded of a file's objects, under names that they bear now; nil: one of them is gone, on its way out,
  /// or another source's. The mode of what a deployment waits for decides what `until` its entry means.
  public func fingerprint(of rows: [DeclaredRow], ownedBy source: SourceID) -> UInt64? {
    var hash = KeyedHash(key: installation.key)
    for row in rows {
      hash.combine(row.word)
      if row.kind == .deployment {
        guard let slot = deploymentsByID[DeploymentID(row.number)], deployments[slot].record.source == source,
          !deployments[slot].record.progress.isWithdrawn
        else { return nil }
        hash.combine(deployments[slot].record.identity.name)
        hash.combine(UInt64(bitPattern: deployments[slot].record.cluster.value))
        hash.combine(deployments[slot].record.specText)
        for edge in deployments[slot].dependencies {
          hash.combine(deployments[edge.slot].record.traits.mode == .job ? 1 : 2)
        }
      } else {
        guard let identity = identity(of: row), let recorded = recorded(identity), recorded.source == source,
          !recorded.isWithdrawn
        else { return nil }
        hash.combine(identity.path)
        hash.combine(recorded.specText)
      }
    }
    return hash.value
  }

  /// The paths of those files of which all is recorded as it was when they were noted; several are looked at at a time.
  public func standing(of files: [FileRecord], ownedBy source: SourceID) -> Set<String> {
    let isStanding = [Bool](unsafeUninitializedCapacity: files.count) { results, count in
      // Safe: every iteration initializes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: files.count) { position in
        let file = files[position]
        slots.initializeElement(
          at: position, to: fingerprint(of: file.rows, ownedBy: source) == file.fingerprint)
      }
      count = files.count
    }
    var standing: Set<String> = []
    for (file, isStanding) in zip(files, isStanding) where isStanding { standing.insert(file.path) }
    return standing
  }

  /// Hash over all organizations, users and clusters of all sources: what deployments are validated against.
  public var standing: UInt64 {
    var hash = KeyedHash(key: installation.key)
    func combine(_ name: String, _ source: SourceID, _ isWithdrawn: Bool, _ specText: String) {
      hash.combine(name)
      hash.combine(UInt64(bitPattern: source.value) << 1 | (isWithdrawn ? 1 : 0))
      hash.combine(specText)
    }
    for record in organizations.values.sorted(by: { $0.id < $1.id }) {
      combine(record.name, record.source, record.isWithdrawn, record.specText)
    }
    for record in users.values.sorted(by: { $0.id < $1.id }) {
      combine(record.name, record.source, record.isWithdrawn, record.specText)
    }
    for cluster in clusters where !cluster.isVacant {
      combine(cluster.record.identity.text, cluster.record.source, cluster.record.isWithdrawn, cluster.record.specText)
    }
    return hash.value
  }

  /// What an object that is vouched for declares: its recorded text, without a place in a file.
  public func declaration(of row: DeclaredRow) throws(SpecCodingError) -> Declaration? {
    guard let identity = identity(of: row), let recorded = recorded(identity) else { return nil }
    return try Declaration(unread: identity, specText: recorded.specText)
  }

  /// Whether what was read of a part of a source, with the rest vouched for, can be judged by itself: only deployments differ,
  /// and nothing that was not read depends on how. Where that is not certain all is to be read.
  ///
  /// - Parameters:
  ///   - part: what was read.
  ///   - unread: identities that stand in the comparison though their files were not read.
  public func canJudge(
    _ comparison: Comparison, of part: [Declaration], unread: Set<ObjectIdentity>, beside vouched: UnchangedObjects
  ) -> Bool {
    for refusal in comparison.refusals { if case .stillNamed = refusal { return false } }
    for change in comparison.changes {
      guard case .deployment(let identity) = change.identity, !unread.contains(change.identity) else { return false }
      guard change.kind == .delete, let slot = deploymentsByIdentity[identity] else { continue }
      if deployments[slot].dependents.contains(where: { vouched.contains(slot: $0.slot) }) { return false }
    }
    for declaration in part {
      if vouched.contains(declaration.identity, in: self) { return false }
      if let former = declaration.metadata.renamedFrom, recorded(former) != nil { return false }
      guard case (.deployment(let identity), .deployment(let spec)) = (declaration.identity, declaration.spec),
        let slot = deploymentsByIdentity[identity], deployments[slot].record.traits.mode != spec.traits.mode
      else { continue }
      if deployments[slot].dependents.contains(where: { vouched.contains(slot: $0.slot) }) { return false }
    }
    return true
  }

  /// How many objects a source owns.
  func ownedCount(of source: SourceID) -> Int {
    organizations.values.count { $0.source == source } + users.values.count { $0.source == source }
      + clusters.count { $0.record.source == source && !$0.isVacant }
      + deployments.count { $0.record.source == source && !$0.isVacant }
  }

  /// What a source owns and nobody vouches for, in no order; without the deployments in the slots that a body tells.
  func owned(by source: SourceID, beside vouched: UnchangedObjects, except isKnown: (Int) -> Bool) -> [ObjectIdentity] {
    var found: [ObjectIdentity] = []
    for record in organizations.values where record.source == source { found.append(.organization(record.name)) }
    for record in users.values where record.source == source { found.append(.user(record.name)) }
    for cluster in clusters where cluster.record.source == source && !cluster.isVacant {
      found.append(.cluster(cluster.record.identity))
    }
    found.removeAll { vouched.contains($0, in: self) }
    for slot in deployments.indices where deployments[slot].record.source == source && !deployments[slot].isVacant {
      if !isKnown(slot), !vouched.contains(slot: slot) { found.append(.deployment(deployments[slot].record.identity)) }
    }
    return found
  }

  /// What validation needs to know of a deployment that is not read: vouched for, or another source's.
  public func standIn(
    for identity: DeploymentIdentity, source: SourceID?, vouched: UnchangedObjects
  ) -> (mode: Mode, dependsOn: [DeploymentIdentity])? {
    guard let slot = deploymentsByIdentity[identity],
      deployments[slot].record.source != source || vouched.contains(slot: slot)
    else { return nil }
    return (
      deployments[slot].record.traits.mode,
      deployments[slot].dependencies.map { deployments[$0.slot].record.identity }
    )
  }
}
