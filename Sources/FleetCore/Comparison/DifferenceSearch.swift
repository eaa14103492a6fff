import FleetModel
import PlanModel
import Scheduling

/// The search for the differences of one comparison.
struct DifferenceSearch {
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

  func isMatched(_ recorded: ObjectIdentity) -> Bool {
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
}
