import ConcurrentMap
import FleetModel
import Scheduling

// An object need not be read again if its file has not changed since it was applied and its record has not changed
// either: it is vouched for. The context that decides how a file's bytes are read is hashed along with its objects, so
// that changes made by another source or another apply are noticed.

/// Declared objects that are known, without reading their files, to be recorded exactly as declared.
public struct UnchangedObjects: Sendable {
  /// Whether a deployment is vouched for, by slot.
  private var deployments: [Bool] = []
  private var others: Set<ObjectIdentity> = []
  /// Number of objects vouched for.
  public private(set) var count = 0

  /// Creates an empty set.
  public init() {}

  /// Adds the objects of a file.
  public mutating func insert(_ rows: [DeclaredRow], in fleet: Fleet) { set(rows, to: true, in: fleet) }

  /// Adds objects. Returns false if one of them was already a member or occurs twice.
  public mutating func insertNew(_ rows: [DeclaredRow], in fleet: Fleet) -> Bool {
    let before = count
    set(rows, to: true, in: fleet)
    return count == before + rows.count
  }

  /// Removes the objects of a file.
  public mutating func remove(_ rows: [DeclaredRow], in fleet: Fleet) { set(rows, to: false, in: fleet) }

  private mutating func set(_ rows: [DeclaredRow], to value: Bool, in fleet: Fleet) {
    if deployments.count < fleet.deployments.count {
      deployments += [Bool](repeating: false, count: fleet.deployments.count - deployments.count)
    }
    for row in rows {
      if row.kind == .deployment {
        guard let slot = fleet.deploymentsByID[DeploymentID(row.number)], deployments[slot.index] != value else {
          continue
        }
        deployments[slot.index] = value
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
  func contains(slot: DeploymentSlot) -> Bool { slot.index < deployments.count && deployments[slot.index] }

  /// Whether an object is vouched for.
  public func contains(_ identity: ObjectIdentity, in fleet: Fleet) -> Bool {
    guard case .deployment(let deployment) = identity else { return others.contains(identity) }
    return fleet.deploymentsByIdentity[deployment].map { contains(slot: $0) } ?? false
  }
}

extension Fleet {
  /// Returns the identity of a row; `nil` if the object is gone.
  public func identity(of row: DeclaredRow) -> ObjectIdentity? {
    switch row.kind {
    case .organization: organizations[OrganizationID(row.number)].map { .organization($0.name) }
    case .user: users[UserID(row.number)].map { .user($0.name) }
    case .cluster: clustersByID[ClusterID(row.number)].map { .cluster(clusters[$0].record.identity) }
    case .deployment: deploymentsByID[DeploymentID(row.number)].map { .deployment(deployments[$0].record.identity) }
    }
  }

  /// Returns the row of a declared object; `nil` if it is not recorded.
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

  /// Returns the row of a source's deployment if it is recorded under this identity with a text that `isDeclared`
  /// accepts.
  ///
  /// - Parameter hint: the slot to try first; set to the slot after the one found, because neighbors in files are
  ///   usually neighbors in the fleet.
  public func row(
    of identity: DeploymentIdentity, ownedBy source: SourceID, namesSecret: Bool, hint: inout Int,
    isDeclared: (String) -> Bool
  ) -> DeclaredRow? {
    var slot = DeploymentSlot(hint)
    if !deployments.indices.contains(slot) || deployments[slot].record.identity != identity
      || deployments[slot].isVacant
    {
      guard let found = deploymentsByIdentity[identity] else { return nil }
      slot = found
    }
    guard deployments[slot].record.source == source, !deployments[slot].record.progress.isWithdrawn,
      isDeclared(deployments[slot].record.specText)
    else { return nil }
    hint = slot.index + 1
    return DeclaredRow(.deployment, deployments[slot].record.id.value, namesSecret: namesSecret)
  }

  /// Returns the mode of a deployment that a source's deployments may refer to; `nil` if there is none or the source is
  /// withdrawing it.
  public func mode(of identity: DeploymentIdentity, for source: SourceID) -> Mode? {
    guard let slot = deploymentsByIdentity[identity],
      deployments[slot].record.source != source || !deployments[slot].record.progress.isWithdrawn
    else { return nil }
    return deployments[slot].record.traits.mode
  }

  /// Returns a hash over the recorded state and current identities of a file's objects; `nil` if one of them is gone,
  /// being withdrawn, or owned by another source. The modes of their dependencies are included because they decide what
  /// an omitted `until` means.
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
        hash.combine(identity.recordedPath)
        hash.combine(recorded.specText)
      }
    }
    return hash.value
  }

  /// Returns the paths of the files whose objects are all recorded as they were when the file was noted. Checks files
  /// in parallel.
  public func unchangedFiles(among files: [FileRecord], ownedBy source: SourceID) -> Set<String> {
    let isUnchanged = [Bool](concurrently: files.count) { position in
      let file = files[position]
      return fingerprint(of: file.rows, ownedBy: source) == file.fingerprint
    }
    var unchanged: Set<String> = []
    for (file, isUnchanged) in zip(files, isUnchanged) where isUnchanged { unchanged.insert(file.path) }
    return unchanged
  }

  /// A hash over the organizations, users and clusters of all sources, against which deployments are validated.
  public var contextHash: UInt64 {
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
      combine(
        cluster.record.identity.recordedText, cluster.record.source, cluster.record.isWithdrawn, cluster.record.specText
      )
    }
    return hash.value
  }

  /// Returns the declaration of an object that is vouched for, from its recorded text; its place names no file.
  public func declaration(of row: DeclaredRow) throws(SpecCodingError) -> Declaration? {
    guard let identity = identity(of: row), let recorded = recorded(identity) else { return nil }
    return try Declaration(unread: identity, specText: recorded.specText)
  }

  /// Whether a comparison of only part of a source, with the rest vouched for, is valid by itself: only deployments
  /// differ, and nothing that was not read depends on them. If in doubt, false: then everything must be read.
  ///
  /// - Parameters:
  ///   - part: the declarations that were read.
  ///   - unread: identities that the comparison contains although their files were not read.
  public func canJudge(
    _ comparison: Comparison, of part: [Declaration], unread: Set<ObjectIdentity>, beside vouched: UnchangedObjects
  ) -> Bool {
    for refusal in comparison.refusals { if case .stillNamed = refusal { return false } }
    for change in comparison.changes {
      guard case .deployment(let identity) = change.identity, !unread.contains(change.identity) else { return false }
      if change.kind != .delete { continue }
      // Under the name that it has as long as the revision has not been taken.
      let recorded = change.renamedFrom ?? .deployment(identity)
      guard case .deployment(let recorded) = recorded, let slot = deploymentsByIdentity[recorded] else { return false }
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

  /// Returns the number of objects that a source owns.
  func ownedCount(of source: SourceID) -> Int {
    organizations.values.count { $0.source == source } + users.values.count { $0.source == source }
      + clusters.count { $0.record.source == source && !$0.isVacant }
      + deployments.count { $0.record.source == source && !$0.isVacant }
  }

  /// Returns the objects that a source owns and that are not vouched for, unordered; deployments in slots for which
  /// `isKnown` holds are left out.
  func owned(
    by source: SourceID, beside vouched: UnchangedObjects, except isKnown: (DeploymentSlot) -> Bool
  ) -> [ObjectIdentity] {
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

  /// Returns what validation needs to know about a deployment that is not read because it is vouched for or owned by
  /// another source.
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
