import FleetModel
import PlanModel

/// The recorded object of every declaration, resolved once against the state before the revision.
///
/// An object is recorded under its declared identity, unless it or a parent of it is renamed. Parents are resolved before
/// their children, so that a child's recorded identity begins with its parent's.
struct NameResolution {
  /// Recorded identities of the declarations whose recorded identity differs from the declared one. No object need be
  /// recorded there.
  private(set) var recordedIdentities: [ObjectIdentity: ObjectIdentity] = [:]
  /// The inverse of `recordedIdentities`.
  private(set) var declaredIdentities: [ObjectIdentity: ObjectIdentity] = [:]
  /// Declared identities of renames that were named in `renamedFrom` and are due.
  private var renamed: Set<ObjectIdentity> = []
  /// Reasons why renames can't be carried out.
  private(set) var refusals: [Refusal] = []
  /// Whether a cluster or an organization is renamed, and so every deployment in it.
  private(set) var hasRenamedParents = false

  let fleet: Fleet
  private let source: SourceID?
  private let options: ComparisonOptions

  /// Resolves the declarations, which may come in any order.
  ///
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  init(_ declarations: [Declaration], in fleet: Fleet, _ options: ComparisonOptions) throws {
    self.fleet = fleet
    self.options = options
    source = fleet.sourcesByName[options.source]
    if fleet.organizations.isEmpty && fleet.users.isEmpty { return }
    var positions: [ObjectKind: [Int]] = [:]
    for (position, declaration) in declarations.enumerated() where declaration.metadata.renamedFrom != nil {
      positions[declaration.identity.kind, default: []].append(position)
    }
    if positions.isEmpty { return }
    for kind in [ObjectKind.organization, .user, .cluster, .deployment] {
      try resolve(kind, positions[kind] ?? [], declarations)
      if kind != .user, kind != .deployment, !recordedIdentities.isEmpty { hasRenamedParents = true }
    }
    for (declared, recorded) in recordedIdentities { declaredIdentities[recorded] = declared }
  }

  /// Returns the identity under which a declared object is recorded, if it is recorded at all.
  func recordedIdentity(of identity: ObjectIdentity) -> ObjectIdentity { recordedIdentities[identity] ?? identity }

  /// Whether an object of this declared identity is renamed itself, rather than with its parents or not at all.
  func isRenamed(_ identity: ObjectIdentity) -> Bool { renamed.contains(identity) }

  // MARK: One kind

  private mutating func resolve(_ kind: ObjectKind, _ positions: [Int], _ declarations: [Declaration]) throws {
    // Claims of recorded objects by `renamedFrom`, by recorded identity.
    var claims: [ObjectIdentity: ObjectIdentity] = [:]
    for position in positions {
      let identity = declarations[position].identity
      guard let former = declarations[position].metadata.renamedFrom,
        let recorded = try pendingRename(of: identity, from: former)
      else { continue }
      if let other = claims[recorded] {
        refusals.append(.renameBlocked(identity, from: recorded, by: other))
      } else {
        claims[recorded] = identity
      }
    }
    var claimed = Dictionary(uniqueKeysWithValues: claims.map { ($1, $0) })
    let movesChildren = hasRenamedParents && (kind == .cluster || kind == .deployment)
    if claims.isEmpty && !movesChildren { return }
    for declaration in declarations where declaration.identity.kind == kind {
      let identity = declaration.identity
      if claimed[identity] != nil { continue }
      let inherited = withFormerParents(identity)
      if let other = claims[inherited], fleet.recorded(inherited) != nil {
        // It keeps its object, because it is declared and not renamed.
        refusals.append(.renameBlocked(other, from: inherited, by: identity))
        claims[inherited] = nil
        claimed[other] = nil
      }
      if inherited != identity { recordedIdentities[identity] = inherited }
    }
    for (identity, recorded) in claimed {
      recordedIdentities[identity] = recorded
      renamed.insert(identity)
      checkDisplaced(by: identity, renamedFrom: recorded, claims)
    }
    refusals.sort { "\($0)" < "\($1)" }
  }

  /// Returns the recorded identity that a declaration is still to be renamed from; `nil` if there is no such object, or if
  /// the rename was carried out before.
  private func pendingRename(of identity: ObjectIdentity, from former: ObjectIdentity) throws -> ObjectIdentity? {
    let inherited = withFormerParents(identity)
    // A name in the object's own parent is in terms of the parent as it is declared now; any other, as it was.
    let translated = withFormerParents(former)
    let readings = isInSameParent(former, identity) ? [translated, former] : [former, translated]
    guard let recorded = readings.first(where: { $0 != inherited && fleet.recorded($0) != nil }) else { return nil }
    if let present = fleet.recorded(inherited) {
      let was = try SpecCoding.decode(present.specText, of: inherited).metadata.renamedFrom
      if let was, !present.isWithdrawn, was == former || readings.contains(was) { return nil }
    }
    return recorded
  }

  /// Refuses a rename to the identity of a recorded object that stays.
  private mutating func checkDisplaced(
    by identity: ObjectIdentity, renamedFrom recorded: ObjectIdentity, _ claims: [ObjectIdentity: ObjectIdentity]
  ) {
    let inherited = withFormerParents(identity)
    guard claims[inherited] == nil, let present = fleet.recorded(inherited), !present.isWithdrawn else { return }
    if present.source != source {
      refusals.append(.ownedElsewhere(inherited, owner: fleet.sources[present.source]?.name ?? "(unknown)"))
    } else if !options.prunes {
      refusals.append(.renameBlocked(identity, from: recorded, by: inherited))
    }
  }

  // MARK: Parents

  private func isInSameParent(_ left: ObjectIdentity, _ right: ObjectIdentity) -> Bool {
    switch (left, right) {
    case (.cluster(let left), .cluster(let right)): left.organization == right.organization
    case (.deployment(let left), .deployment(let right)): left.cluster == right.cluster
    default: true
    }
  }

  /// Returns an identity with its parents as they are recorded.
  func withFormerParents(_ identity: ObjectIdentity) -> ObjectIdentity {
    switch identity {
    case .organization, .user: return identity
    case .cluster(var cluster):
      if case .organization(let name)? = recordedIdentities[.organization(cluster.organization)] {
        cluster.organization = name
      }
      return .cluster(cluster)
    case .deployment(var deployment):
      if case .cluster(let cluster)? = recordedIdentities[.cluster(deployment.cluster)] {
        deployment.cluster = cluster
      } else if case .cluster(let cluster) = withFormerParents(.cluster(deployment.cluster)) {
        // A cluster of another source in a renamed organization.
        deployment.cluster = cluster
      }
      return .deployment(deployment)
    }
  }
}
