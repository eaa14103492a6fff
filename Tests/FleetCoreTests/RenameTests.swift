import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Renames together with other changes of the same commit: the plan shows what happens, and a second plan shows nothing.
@Suite struct RenameTests {
  /// A commit on a fleet in which everything runs.
  private struct Trial {
    var fleet = Fleet(installation: Installation(id: String(repeating: "0f", count: 16), key: [1, 2, 3]))
    var now = Instant(nanoseconds: 1_800_000_000_000_000_000)

    func comparison(_ desired: DesiredState) throws -> Comparison {
      let options = ComparisonOptions(source: "s", binding: "/m", allowsEmpty: true)
      var comparison = try fleet.compare(desired, secrets: ResolvedSecrets(), options: options)
      comparison.refusals.removeAll { if case .deletesTooMuch = $0 { true } else { false } }
      return comparison
    }

    /// Carries a comparison out; every call succeeds at once. Returns what was done.
    mutating func carryOut(_ comparison: Comparison) -> [Action] {
      var scenario = Scenario()
      scenario.fleet = fleet
      scenario.now = now
      defer { fleet = scenario.fleet }
      return scenario.actions(of: [.declared(comparison.revision)])
    }

    func row(_ identity: ObjectIdentity) -> DeclaredRow? { fleet.row(of: identity, namesSecret: false) }
  }

  /// Returns the difference between plan and deed of a commit; `nil` if there is none.
  private func difference(_ before: DeclaredWorld, _ after: DeclaredWorld) throws -> String? {
    guard let first = before.desired, let second = after.desired else { return nil }
    var trial = Trial()
    _ = try trial.carryOut(trial.comparison(first))
    let rows = before.identities.compactMapValues { trial.row($0) }
    let comparison = try trial.comparison(second)
    let plan = trial.fleet.plan(comparison, now: trial.now)
    if !plan.refusals.isEmpty { return "refused: \(plan.refusals)" }
    // Deletions are named as their steps are, so that what is held back is not counted as deleted.
    let steps = Set(plan.actions.filter { $0.kind == .prune || $0.isHold }.map(\.identity))
    for change in plan.changes where change.kind == .delete && !steps.contains(change.identity) {
      return "nothing is planned for \(change)"
    }
    let done = trial.carryOut(comparison)
    let planned = plan.actions.filter { !$0.isHold }
    if done != planned { return "planned \(planned)\ndone \(done)" }
    for (key, identity) in after.identities {
      guard let row = trial.row(identity) else { return "\(identity.text) is not there\n\(plan.changes)" }
      if let old = rows[key], old != row { return "\(identity.text) is another object\n\(plan.changes)" }
      if rows[key] == nil, rows.values.contains(row) { return "\(identity.text) is not new\n\(plan.changes)" }
    }
    let kept = Set(after.identities.values)
    for (key, row) in rows where after.identities[key] == nil {
      if let identity = trial.fleet.identity(of: row) { return "\(identity.text) was to be deleted, \(kept.count)" }
    }
    for deployment in trial.fleet.deploymentRecords() where trial.fleet.liveRun(of: deployment.identity) == nil {
      return "\(deployment.identity.text) does not run"
    }
    let again = try trial.fleet.plan(trial.comparison(second), now: trial.now)
    if again.hasChanges || !again.refusals.isEmpty {
      return "applied again: \(again.changes) \(again.actions) \(again.refusals)"
    }
    return nil
  }

  @Test(arguments: DeclaredWorld.Operation.allCases, [false, true])
  func `every pair of changes does what its plan shows`(first: DeclaredWorld.Operation, statesFullNames: Bool) throws {
    let before = DeclaredWorld(statesFullNames: statesFullNames)
    var count = 0
    for second in DeclaredWorld.Operation.allCases {
      var after = before
      guard after.apply(first, after: before), second == first || after.apply(second, after: before),
        after.desired != nil
      else { continue }
      count += 1
      if let difference = try difference(before, after) { Issue.record("\(first) and \(second): \(difference)") }
    }
    #expect(count >= 9, "\(count) pairs")
  }

  @Test func `a rename from an object that stays is refused`() throws {
    let before = DeclaredWorld(statesFullNames: true)
    var after = before
    after.deployments["a"]?.former = "org/old/b"
    #expect(try difference(before, after)?.hasPrefix("refused: [PlanModel.Refusal.renameBlocked") == true)
  }

  @Test func `an object is not renamed over that of another source, nor over one that single files can't delete`()
    throws
  {
    let before = DeclaredWorld(statesFullNames: true)
    var trial = Trial()
    _ = try trial.carryOut(trial.comparison(#require(before.desired)))
    var after = before
    let isApplied = after.apply(.takeOverDeployment, after: before)
    #expect(isApplied)
    var options = ComparisonOptions(source: "s", binding: nil, prunes: false)
    let partial = try trial.fleet.compare(#require(after.desired), secrets: ResolvedSecrets(), options: options)
    #expect(partial.refusals.contains { if case .renameBlocked = $0 { true } else { false } }, "\(partial.refusals)")
    options = ComparisonOptions(source: "other", binding: "/other", takeover: .all)
    let foreign = try trial.fleet.compare(#require(after.desired), secrets: ResolvedSecrets(), options: options)
    #expect(foreign.refusals.contains { if case .ownedElsewhere = $0 { true } else { false } }, "\(foreign.refusals)")
  }
}
