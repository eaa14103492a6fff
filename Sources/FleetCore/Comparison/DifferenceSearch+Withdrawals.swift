import FleetModel
import PlanModel

// What a source no longer declares, and what guards it.

extension DifferenceSearch {
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
