import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import PlanModel

extension Reconciler {
  /// Looks at the manifests, and returns what they change; nil: nothing, or they can't be carried out now.
  func manifestEvent(isWhole: Bool) throws -> Event? {
    guard let watching else { return nil }
    do {
      let comparison = try compareManifests(watching.request)
      try tell(comparison)
      guard watching.hasBegun else { return .declared(comparison.revision) }
      return isEmpty(comparison.revision) ? nil : .declared(comparison.revision)
    } catch let error as InvalidManifests {
      try note(.invalid(error.diagnostics), error)
    } catch let error as ManifestSourceError {
      try note(.unreadable(error), error)
    } catch let error as RefusedManifests {
      let plan = error.plan
      for case .boundElsewhere in plan.refusals { throw ReconcilerError.refused(plan) }
      try note(.refused(plan.refusals), ReconcilerError.refused(plan))
    }
    return nil
  }

  private func compareManifests(_ request: WatchRequest) throws -> Comparison {
    guard var tree = watching?.tree else { throw CancellationError() }
    watching?.tree = ManifestTree(paths: [])
    defer { watching?.tree = tree }
    let reading = try tree.look(readingAll: true)
    tellOfNotifications()
    let prunes = reading.binding != nil || request.prunes
    let known = try knownObjects(beside: request.source, includingOwn: !prunes)
    let (desired, warnings) = try ManifestIntake.desired(reading, known: known, secrets: secrets)
    let options = ComparisonOptions(
      source: request.source, binding: reading.binding, prunes: prunes, takesOwnership: request.takesOwnership)
    let resolved = SecretResolution(secrets, root: reading.binding, key: fleet.installation.key).resolve(desired)
    var comparison = try fleet.compare(desired, secrets: resolved, options: options)
    try hold(&comparison)
    if warnings != watching?.warnings {
      watching?.warnings = warnings
      observer?.reconciler(did: .watch(.warnings(warnings)))
    }
    return comparison
  }

  /// Deletions that nobody has confirmed are held, and the rest is done; what else is refused stops everything.
  private func hold(_ comparison: inout Comparison) throws {
    var held: Refusal?
    var rest: [Refusal] = []
    for refusal in comparison.refusals {
      switch refusal {
      case .deletesTooMuch, .emptySource: held = refusal
      default: rest.append(refusal)
      }
    }
    if held != nil {
      // What keeps a deletion from being carried out does not matter while it is held.
      rest.removeAll { if case .stillNamed = $0 { true } else { false } }
      comparison.revision.withdrawn = []
    }
    if !rest.isEmpty {
      var plan = Plan(source: comparison.revision.source)
      plan.refusals = rest
      throw RefusedManifests(plan: plan)
    }
    guard held != watching?.held else { return }
    watching?.held = held
    observer?.reconciler(did: .watch(held.map { .held($0) } ?? .released))
  }

  private func tell(_ comparison: Comparison) throws {
    guard watching?.problem != nil else { return }
    watching?.problem = nil
    observer?.reconciler(did: .watch(.repaired))
  }

  /// Says what is wrong, once; a watch that is to end at a goal ends with it at the start.
  private func note(_ problem: WatchProblem, _ error: any Error) throws {
    if watching?.hasBegun == false, watching?.request.goal != nil { throw error }
    if watching?.problem == problem { return }
    watching?.problem = problem
    observer?.reconciler(did: .watch(.broken(problem)))
  }

  private func tellOfNotifications() {
    guard let watching, watching.notifier.lacksWatches else { return }
    postLater(.manifestsChanged, after: .seconds(5))
    if watching.hasToldOfNotifications { return }
    self.watching?.hasToldOfNotifications = true
    observer?.reconciler(did: .watch(.lacksNotifications))
  }

  /// Whether a revision would change nothing, whatever the fleet is.
  private func isEmpty(_ revision: Revision) -> Bool {
    revision.declarations.isEmpty && revision.withdrawn.isEmpty && revision.firstDigests.isEmpty
      && revision.missingSecrets.isEmpty && !fleet.hasMissingSecrets(of: revision.source)
  }
}

/// Manifests that are valid and can't be carried out as they are.
private struct RefusedManifests: Error {
  var plan: Plan
}
