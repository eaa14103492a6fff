import FleetModel
import PlanModel
import Scheduling

/// Options for comparing one source's desired state with the recorded state.
public struct ComparisonOptions: Sendable {
  /// The source's name.
  public var source: String
  /// The absolute directory that the source is read from; `nil` for single files and standard input.
  public var binding: String?
  /// Whether objects that the source owns and no longer declares are withdrawn.
  public var prunes: Bool
  /// Whether a source that declares nothing may withdraw everything it owns.
  public var allowsEmpty: Bool
  /// The number of deletions that the user confirmed; it must be exact. `nil` if none was confirmed.
  public var confirmedDeletions: Int?
  /// The objects of other sources that are taken over instead of refused.
  public var takeover: Takeover
  /// The name that follows from where the manifests come from; `nil`: not known. A source that comes from the same place may
  /// be read from another directory.
  public var place: String?
  /// Whether the source's own directory has moved to `binding`, which is refused otherwise.
  public var hasMoved = false
  /// Limits on what the plan may cost running deployments.
  public var guards = PlanGuards()

  /// Creates options; by default they prune and confirm nothing.
  public init(
    source: String, binding: String?, prunes: Bool = true, allowsEmpty: Bool = false, confirmedDeletions: Int? = nil,
    takeover: Takeover = .nothing
  ) {
    self.source = source
    self.binding = binding
    self.prunes = prunes
    self.allowsEmpty = allowsEmpty
    self.confirmedDeletions = confirmedDeletions
    self.takeover = takeover
  }
}

/// Objects of other sources that a source takes over.
public enum Takeover: Sendable, Hashable {
  /// None: a declared object that another source owns is refused.
  case nothing
  /// All that the source declares.
  case all
  /// Objects that are named with their kind, `user/ada`, or that belong to a source that is named.
  case named(Set<String>)

  /// Whether an object of an owner is taken over.
  func includes(_ object: ObjectIdentity, of owner: String) -> Bool {
    switch self {
    case .nothing: false
    case .all: true
    case .named(let names): names.contains(owner) || names.contains(object.reference)
    }
  }
}

/// The result of resolving a desired state's secret references.
public struct ResolvedSecrets: Sendable {
  /// The state of each reference in an `env`.
  public var states: [SecretReference: SecretState]
  /// The values of column references (invite codes, hashed passwords) that were resolved.
  public var columnValues: [SecretReference: SecretText]
  /// The reason for each column reference that was not resolved.
  public var missingColumnValues: [SecretReference: String] = [:]
  /// Creates a result; empty by default, for a desired state without references.
  public init(states: [SecretReference: SecretState] = [:], columnValues: [SecretReference: SecretText] = [:]) {
    self.states = states
    self.columnValues = columnValues
  }
}

/// The differences between a desired state and a fleet, and the revision that would remove them.
public struct Comparison: Sendable {
  /// Creations, updates and replacements in the order of creation, then deletions in the reverse.
  public var changes: [Change] = []
  /// Number of declared objects that do not differ.
  public var unchanged = 0
  /// The content of the event that brings the differences into a fleet.
  public var revision: Revision
  /// Notices, which stop nothing.
  public var notices: [Notice] = []
  /// Reasons why the revision must not be applied; empty if it may be.
  public var refusals: [Refusal] = []
  /// Limits on what the plan may cost running deployments.
  public var guards = PlanGuards()
  /// Recorded identities of declared objects that are recorded under another identity than the declared one.
  public internal(set) var recordedIdentities: [ObjectIdentity: ObjectIdentity] = [:]

  /// Returns the identity under which a declared deployment was recorded before, if it was recorded at all.
  public func recordedIdentity(of identity: DeploymentIdentity) -> DeploymentIdentity {
    if case .deployment(let recorded)? = recordedIdentities[.deployment(identity)] { recorded } else { identity }
  }

  /// Declared identities of the deployments that are renamed, by the recorded ones.
  public var declaredIdentities: [DeploymentIdentity: DeploymentIdentity] {
    var declared: [DeploymentIdentity: DeploymentIdentity] = [:]
    for case (.deployment(let identity), .deployment(let recorded)) in recordedIdentities {
      declared[recorded] = identity
    }
    return declared
  }
}

extension Fleet {
  /// Compares a desired state with the recorded one. Each declaration costs one lookup and one comparison of texts;
  /// only specs that differ are decoded.
  ///
  /// - Parameters:
  ///   - vouched: declared objects beyond `desired` that are recorded exactly as they are declared.
  ///   - candidates: the only recorded objects that may have been dropped from the manifests; `nil`: all that the
  ///     source owns.
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  public func compare(
    _ desired: DesiredState, secrets: ResolvedSecrets, options: ComparisonOptions,
    beside vouched: UnchangedObjects = UnchangedObjects(),
    candidates: [ObjectIdentity]? = nil
  ) throws -> Comparison {
    var search = try DifferenceSearch(
      fleet: self, desired: desired, secrets: secrets, options: options, vouched: vouched, candidates: candidates)
    try search.compareDeclarations()
    search.compareWithdrawals()
    search.checkGuards()
    search.result.guards = options.guards
    return search.result
  }
}

private struct DifferenceSearch {
  let fleet: Fleet
  let desired: DesiredState
  let secrets: ResolvedSecrets
  let options: ComparisonOptions
  let vouched: UnchangedObjects
  let candidates: [ObjectIdentity]?
  var result: Comparison
  let source: SourceID?
  /// Recorded objects that a declaration matches. Deployments are marked by slot in `matchedSlots`, all other kinds
  /// here.
  var matched: Set<ObjectIdentity> = []
  var matchedSlots: [Bool]
  /// The recorded objects that declarations mean.
  let names: NameResolution
  /// Recorded objects whose declaration differs: the names they refer to may change, so they do not keep a deleted
  /// object alive.
  var restated: Set<ObjectIdentity> = []
  /// Positions of declarations without a recorded object.
  var created: [Int] = []

  init(
    fleet: Fleet, desired: DesiredState, secrets: ResolvedSecrets, options: ComparisonOptions,
    vouched: UnchangedObjects,
    candidates: [ObjectIdentity]?
  ) throws {
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
    names = try NameResolution(desired.declarations, in: fleet, options)
    result = Comparison(revision: revision)
    result.refusals = names.refusals
    result.recordedIdentities = names.recordedIdentities
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
        matchedSlots[slot.index] = true
        if !vouched.contains(slot: slot) { result.unchanged += 1 }
        continue
      }
      noteMissingSecret(declaration)
      noteMissingColumnValue(declaration)
      let former = names.recordedIdentity(of: declaration.identity)
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
        if !options.takeover.includes(former, of: owner) {
          result.refusals.append(.ownedElsewhere(former, owner: owner))
          continue
        }
      }
      try compare(declaration, with: recorded, former: former)
    }
  }

  /// Returns the slot of a deployment that is recorded under the declared identity with the declared text and refers to
  /// no secret, which is the common case. `nil` if it needs a full comparison.
  private func plainlyUnchangedSlot(of declaration: Declaration) -> DeploymentSlot? {
    guard !names.hasRenamedParents, !names.isRenamed(declaration.identity),
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
      matchedSlots[slot.index] = true
    } else {
      matched.insert(recorded)
    }
  }

  private func isMatched(_ recorded: ObjectIdentity) -> Bool {
    if case .deployment(let identity) = recorded, let slot = fleet.deploymentsByIdentity[identity] {
      return matchedSlots[slot.index]
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
    let isMoved = names.isRenamed(declaration.identity)
    let isTaken = recorded.source != source
    if isTaken {
      let owner = fleet.sources[recorded.source]?.name
      fields.append(FieldDifference(path: "source", old: owner, new: options.source))
    }
    if fields.isEmpty, isSame, !isMoved, !recorded.isWithdrawn, !isTaken {
      if !vouched.contains(declaration.identity, in: fleet) { result.unchanged += 1 }
      noteDigests(declaration, former)
      return
    }
    restated.insert(former)
    // A run on the former cluster goes on until the new one has been admitted on the declared cluster.
    let forces = fields.contains { $0.forcesNewRun } || (isMoved && fleet.leavesRunBehind(former, declaration.identity))
    result.changes.append(
      Change(
        forces && fleet.hasRunOrRan(former) ? .replace : .update, declaration.identity,
        renamedFrom: isMoved ? former : nil, fields: fields, place: declaration.place))
    result.revision.declarations.append(
      DeclaredChange(declaration, forcesNewRun: forces, recordedAs: former == declaration.identity ? nil : former))
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

  private mutating func noteDigests(_ declaration: Declaration, _ former: ObjectIdentity) {
    guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity,
      !spec.env.isEmpty, case .deployment(let old) = former, let slot = fleet.deploymentsByIdentity[old]
    else { return }
    let known = fleet.deployments[slot].record.secretDigests
    // Also of values whose change is ignored: whether a later one is ignored must not depend on what else was applied since.
    for reference in spec.secretReferences {
      guard let digest = result.revision.secretDigests[reference], known[reference.text] != digest else { continue }
      result.revision.seenDigests[identity, default: known][reference.text] = digest
    }
  }

  /// Returns the secrets whose reference is unchanged but whose value differs from that of the last apply, judged by keyed digests.
  private func secretDifferences(_ declaration: Declaration, former: ObjectIdentity) -> [FieldDifference] {
    switch (declaration.spec, former) {
    case (.deployment(let spec), .deployment(let identity)):
      guard spec.rerunsOnSecretChange, let slot = fleet.deploymentsByIdentity[identity] else { return [] }
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

  // MARK: Withdrawals

  mutating func compareWithdrawals() {
    guard options.prunes, let source else { return }
    let owned = candidates ?? fleet.owned(by: source, beside: vouched) { matchedSlots[$0.index] }
    let gone = owned.filter {
      !isMatched($0) && fleet.recorded($0).map { !$0.isWithdrawn && $0.source == source } == true
    }
    for identity in gone.sorted(by: >) {
      // Named as the steps that delete it name it.
      let present = names.presentIdentity(of: identity)
      result.changes.append(Change(.delete, present, renamedFrom: present == identity ? nil : identity))
      result.revision.withdrawn.append(identity)
    }
    if gone.isEmpty || created.isEmpty { return }
    // For each text the first created object with it: probably the new name of a deleted one.
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
    result.revision.place = options.place
    if let record = source.flatMap({ fleet.sources[$0] }), let known = record.binding, let directory = options.binding,
      known != directory
    {
      // A derived name is its place.
      let isSamePlace = options.place.map { $0 == record.place || $0 == record.name } ?? false
      if isSamePlace || options.hasMoved {
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
      }
      if deletions.count > 3, deletions.count * 5 > owned, options.confirmedDeletions != deletions.count {
        result.refusals.append(.deletesTooMuch(count: deletions.count, of: owned))
      }
    }
    // A created object cannot keep a deleted one alive: validation has refused references to objects that are not
    // declared.
    let leaving = Set(deletions)
    for identity in deletions {
      if let name = fleet.firstObjectNaming(identity, beside: leaving.union(restated)) {
        result.refusals.append(.stillNamed(identity, by: name))
      }
    }
  }
}
