import FleetModel
import PlanModel

/// How a desired state is to be compared with the recorded one.
public struct ComparisonOptions: Sendable {
  /// The source's name.
  public var source: String
  /// The absolute directory it is read from; nil: files or standard input.
  public var binding: String?
  /// Whether what the source owns and does not declare any more is to be withdrawn.
  public var prunes: Bool
  /// A source that declares nothing may withdraw all that it owns.
  public var allowsEmpty: Bool
  /// The exact number of deletions that was confirmed.
  public var confirmedDeletions: Int?
  /// What another source owns is taken over instead of refused.
  public var takesOwnership: Bool
  /// What the plan may cost those that run.
  public var guards = PlanGuards()

  /// Makes options: pruning, nothing confirmed.
  public init(
    source: String, binding: String?, prunes: Bool = true, allowsEmpty: Bool = false, confirmedDeletions: Int? = nil,
    takesOwnership: Bool = false
  ) {
    self.source = source
    self.binding = binding
    self.prunes = prunes
    self.allowsEmpty = allowsEmpty
    self.confirmedDeletions = confirmedDeletions
    self.takesOwnership = takesOwnership
  }
}

/// What the references of a desired state came to.
public struct ResolvedSecrets: Sendable {
  /// What each reference in an `env` came to.
  public var states: [SecretReference: SecretState]
  /// The values of the columns' references that could be resolved.
  public var columnValues: [SecretReference: SecretText]
  /// Why the columns' other references could not be resolved.
  public var missingColumnValues: [SecretReference: String] = [:]
  /// Makes one; empty where nothing is referred to.
  public init(states: [SecretReference: SecretState] = [:], columnValues: [SecretReference: SecretText] = [:]) {
    self.states = states
    self.columnValues = columnValues
  }
}

/// The differences between a desired state and a fleet, and the revision that would remove them.
public struct Comparison: Sendable {
  /// Creations, updates and replacements in the order of creation, then deletions in the reverse.
  public var changes: [Change] = []
  /// How many declared objects do not differ.
  public var unchanged = 0
  /// The event that carries the differences into a fleet.
  public var revision: Revision
  /// Things to know that stop nothing.
  public var notices: [Notice] = []
  /// Why it may not be carried out.
  public var refusals: [Refusal] = []
  /// What the plan may cost those that run.
  public var guards = PlanGuards()
}

extension Fleet {
  /// Compares. Its cost is one look-up and one comparison of texts for each declaration; only what differs is decoded.
  ///
  /// - Parameters:
  ///   - vouched: what is declared beside `desired` and recorded as it is declared.
  ///   - candidates: all that may be recorded and no longer declared; nil: whatever the source owns.
  /// - Throws: `SpecCodingError` when a recorded spec is damaged.
  public func compare(
    _ desired: DesiredState, secrets: ResolvedSecrets, options: ComparisonOptions,
    beside vouched: UnchangedObjects = UnchangedObjects(),
    candidates: [ObjectIdentity]? = nil
  ) throws -> Comparison {
    var comparer = Comparer(
      fleet: self, desired: desired, secrets: secrets, options: options, vouched: vouched, candidates: candidates)
    try comparer.compareDeclarations()
    comparer.compareWithdrawals()
    comparer.checkGuards()
    comparer.result.guards = options.guards
    return comparer.result
  }
}

private struct Comparer {
  let fleet: Fleet
  let desired: DesiredState
  let secrets: ResolvedSecrets
  let options: ComparisonOptions
  let vouched: UnchangedObjects
  let candidates: [ObjectIdentity]?
  var result: Comparison
  let source: SourceID?
  /// The recorded identities that a declaration stands for.
  /// Deployments by their slots in `matchedSlots`, all else here.
  var matched: Set<ObjectIdentity> = []
  var matchedSlots: [Bool]
  /// What clusters and organizations of the recorded state are called in the desired one, backwards.
  var formerClusters: [ClusterIdentity: ClusterIdentity] = [:]
  var formerOrganizations: [String: String] = [:]
  /// Recorded objects that are declared otherwise now: what they named before, they may not name any more.
  var restated: Set<ObjectIdentity> = []
  /// Positions of declarations that nothing is recorded of.
  var created: [Int] = []

  init(
    fleet: Fleet, desired: DesiredState, secrets: ResolvedSecrets, options: ComparisonOptions,
    vouched: UnchangedObjects,
    candidates: [ObjectIdentity]?
  ) {
    self.vouched = vouched
    self.candidates = candidates
    self.fleet = fleet
    self.desired = desired
    self.secrets = secrets
    self.options = options
    source = fleet.sourcesByName[options.source]
    var revision = Revision(
      source: options.source, binding: options.binding, columnValues: secrets.columnValues)
    for (reference, state) in secrets.states {
      if case .available(let digest) = state { revision.secretDigests[reference] = digest }
    }
    matchedSlots = [Bool](repeating: false, count: fleet.deployments.count)
    result = Comparison(revision: revision)
    result.unchanged = vouched.count
  }

  mutating func compareDeclarations() throws {
    if fleet.deployments.isEmpty {
      created.reserveCapacity(desired.declarations.count)
      result.changes.reserveCapacity(desired.declarations.count)
      result.revision.declarations.reserveCapacity(desired.declarations.count)
    }
    for (position, declaration) in desired.declarations.enumerated() {
      if let slot = plainlyUnchangedSlot(of: declaration) {
        matchedSlots[slot] = true
        if !vouched.contains(slot: slot) { result.unchanged += 1 }
        continue
      }
      noteMissingSecret(declaration)
      noteMissingColumnValue(declaration)
      let former = formerIdentity(of: declaration)
      guard let recorded = fleet.recorded(former) else {
        created.append(position)
        result.changes.append(Change(creating: position, of: desired.declarations))
        result.revision.declarations.append(
          DeclaredChange(at: position, of: desired.declarations, forcesNewRun: false))
        continue
      }
      match(former)
      if recorded.source != source {
        let owner = fleet.sources[recorded.source]?.name ?? "(unknown)"
        if !options.takesOwnership {
          result.refusals.append(.ownedElsewhere(former, owner: owner))
          continue
        }
      }
      try compare(declaration, with: recorded, former: former)
    }
  }

  /// The slot of a deployment that is recorded under the declared identity and with the declared text, and that refers to no
  /// secret: nearly all, most often. Nil: it is to be looked at more closely.
  private func plainlyUnchangedSlot(of declaration: Declaration) -> Int? {
    guard formerClusters.isEmpty,
      case (.deployment(let identity), .deployment(let spec)) = (
        declaration.identity, declaration.spec
      ), let slot = fleet.deploymentsByIdentity[identity], fleet.deployments[slot].record.source == source,
      !fleet.deployments[slot].record.progress.isWithdrawn,
      !spec.env.values.contains(where: { if case .secret = $0 { true } else { false } }),
      fleet.deployments[slot].record.specText == declaration.specText
    else { return nil }
    return slot
  }

  private mutating func match(_ recorded: ObjectIdentity) {
    if case .deployment(let identity) = recorded, let slot = fleet.deploymentsByIdentity[identity] {
      matchedSlots[slot] = true
    } else {
      matched.insert(recorded)
    }
  }

  private func isMatched(_ recorded: ObjectIdentity) -> Bool {
    if case .deployment(let identity) = recorded, let slot = fleet.deploymentsByIdentity[identity] {
      return matchedSlots[slot]
    }
    return matched.contains(recorded)
  }

  private mutating func compare(_ declaration: Declaration, with recorded: RecordedObject, former: ObjectIdentity)
    throws
  {
    var fields: [FieldDifference] = []
    let isSame = recorded.specText == declaration.specText
    if !isSame {
      let old = try SpecCoding.decode(recorded.specText, of: former)
      fields = SpecDifference.between(old, (declaration.spec, declaration.metadata))
    }
    fields += secretDifferences(declaration, former: former)
    let isMoved = former != declaration.identity && !isMovedWithItsParent(declaration.identity, former)
    let isTaken = recorded.source != source
    if isTaken {
      let owner = fleet.sources[recorded.source]?.name
      fields.append(FieldDifference(path: "source", old: owner, new: options.source))
    }
    if fields.isEmpty, isSame, !isMoved, !recorded.isWithdrawn, !isTaken {
      if !vouched.contains(declaration.identity, in: fleet) { result.unchanged += 1 }
      noteFirstDigests(declaration)
      return
    }
    restated.insert(former)
    // What runs on another cluster goes on there until a new run has its place where it belongs now.
    let forces = fields.contains { $0.forcesNewRun } || (isMoved && fleet.leavesRunBehind(former, declaration.identity))
    result.changes.append(
      Change(
        forces && fleet.hasRunOrRan(former) ? .replace : .update, declaration.identity,
        renamedFrom: isMoved ? former : nil, fields: fields, place: declaration.place))
    result.revision.declarations.append(DeclaredChange(declaration, forcesNewRun: forces))
  }

  /// The identity under which the object is recorded: its own, or the one that it or its parent had before.
  private mutating func formerIdentity(of declaration: Declaration) -> ObjectIdentity {
    var former = declaration.identity
    switch declaration.identity {
    case .organization, .user: break
    case .cluster(var identity):
      identity.organization = formerOrganizations[identity.organization] ?? identity.organization
      former = .cluster(identity)
    case .deployment(var identity):
      identity.cluster = formerClusters[identity.cluster] ?? identity.cluster
      former = .deployment(identity)
    }
    if let renamed = declaration.metadata.renamedFrom, fleet.recorded(declaration.identity) == nil,
      fleet.recorded(former) == nil, fleet.recorded(renamed) != nil
    {
      former = renamed
    }
    switch (declaration.identity, former) {
    case (.organization(let new), .organization(let old)) where new != old: formerOrganizations[new] = old
    case (.cluster(let new), .cluster(let old)) where new != old: formerClusters[new] = old
    default: break
    }
    return former
  }

  private func isMovedWithItsParent(_ identity: ObjectIdentity, _ former: ObjectIdentity) -> Bool {
    switch (identity, former) {
    case (.cluster(let new), .cluster(let old)): new.name == old.name && new.organization != old.organization
    case (.deployment(let new), .deployment(let old)):
      new.name == old.name && formerClusters[new.cluster] == old.cluster
    default: false
    }
  }

  private mutating func noteMissingSecret(_ declaration: Declaration) {
    guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity else {
      return
    }
    for reference in spec.secretReferences {
      if case .unavailable(let message) = secrets.states[reference] {
        result.revision.missingSecrets[identity] = message
        return
      }
    }
  }

  private mutating func noteMissingColumnValue(_ declaration: Declaration) {
    let sensitive: SensitiveValue? =
      switch declaration.spec {
      case .organization(let spec): spec.inviteCode
      case .user(let spec): spec.hashedPassword
      case .cluster, .deployment: nil
      }
    guard case .reference(let reference) = sensitive, let why = secrets.missingColumnValues[reference] else { return }
    result.notices.append(.secretUnavailable(declaration.identity, why))
  }

  private mutating func noteFirstDigests(_ declaration: Declaration) {
    guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity,
      !spec.env.isEmpty, let slot = fleet.deploymentsByIdentity[identity]
    else { return }
    let known = fleet.deployments[slot].record.secretDigests
    for reference in spec.secretReferences where known[reference.text] == nil {
      guard let digest = result.revision.secretDigests[reference] else { continue }
      result.revision.firstDigests[identity, default: known][reference.text] = digest
    }
  }

  /// Secrets whose reference stayed and whose value changed, told by their keyed digests.
  private func secretDifferences(_ declaration: Declaration, former: ObjectIdentity) -> [FieldDifference] {
    switch (declaration.spec, former) {
    case (.deployment(let spec), .deployment(let identity)):
      guard let slot = fleet.deploymentsByIdentity[identity] else { return [] }
      let known = fleet.deployments[slot].record.secretDigests
      return spec.env.sorted { $0.key < $1.key }.compactMap { name, value in
        guard case .secret(let reference) = value, let old = known[reference.text],
          let new = result.revision.secretDigests[reference], old != new
        else { return nil }
        return .secretChanged(path: "env.\(name)", forcesNewRun: true)
      }
    case (.user(let spec), .user(let name)):
      guard case .reference(let reference) = spec.hashedPassword, let new = secrets.columnValues[reference],
        let old = fleet.usersByName[name].flatMap({ fleet.users[$0]?.hashedPassword }), old != new
      else { return [] }
      return [.secretChanged(path: "hashedPassword", forcesNewRun: false)]
    case (.organization(let spec), .organization(let name)):
      guard case .reference(let reference) = spec.inviteCode, let new = secrets.columnValues[reference],
        let old = fleet.organizationsByName[name].flatMap({ fleet.organizations[$0]?.inviteCode }), old != new
      else { return [] }
      return [.secretChanged(path: "inviteCode", forcesNewRun: false)]
    default: return []
    }
  }

  // MARK: What is gone

  mutating func compareWithdrawals() {
    guard options.prunes, let source else { return }
    let owned = candidates ?? fleet.owned(by: source, beside: vouched) { matchedSlots[$0] }
    let gone = owned.filter {
      !isMatched($0) && fleet.recorded($0).map { !$0.isWithdrawn && $0.source == source } == true
    }
    for identity in gone.sorted(by: >) {
      result.changes.append(Change(.delete, identity))
      result.revision.withdrawn.append(identity)
    }
    if gone.isEmpty || created.isEmpty { return }
    // The first of those that are new and say the same.
    var twins: [ObjectKind: [String: ObjectIdentity]] = [:]
    for position in created {
      let declaration = desired.declarations[position]
      let text = declaration.specText
      if twins[declaration.identity.kind, default: [:]][text] == nil {
        twins[declaration.identity.kind, default: [:]][text] = declaration.identity
      }
    }
    for identity in gone.sorted() {
      guard let text = fleet.recorded(identity)?.specText,
        let twin = twins[identity.kind, default: [:]][text]
      else { continue }
      result.notices.append(.looksRenamed(from: identity, to: twin))
    }
  }

  mutating func checkGuards() {
    if let known = source.flatMap({ fleet.sources[$0]?.binding }), let directory = options.binding, known != directory {
      if options.takesOwnership {
        result.revision.rebinds = true
      } else {
        result.refusals.append(.boundElsewhere(directory: known))
      }
    }
    guard let source else { return }
    let deletions = result.revision.withdrawn
    let isEmpty = desired.declarations.isEmpty && vouched.count == 0
    if isEmpty || deletions.count > 3 {
      let owned = fleet.ownedCount(of: source)
      if isEmpty, owned > 0, options.prunes, !options.allowsEmpty {
        result.refusals.append(.emptySource(owned: owned))
      } else if deletions.count > 3, deletions.count * 5 > owned, options.confirmedDeletions != deletions.count {
        result.refusals.append(.deletesTooMuch(count: deletions.count, of: owned))
      }
    }
    // A new dependant or owner may appear in the same revision only through what validation has refused.
    let leaving = Set(deletions)
    for identity in deletions {
      if let name = fleet.nameOfWhatNames(identity, beside: leaving.union(restated)) {
        result.refusals.append(.stillNamed(identity, by: name))
      }
    }
  }
}
