import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import PlanModel

/// Result of a look at the watched manifests.
enum ManifestCheck {
  /// The manifests differ from what is recorded, and can be carried out.
  case declared(Revision, FilesToNote?)
  /// The manifests declare what is recorded.
  case unchanged(FilesToNote?)
  /// The manifests may be incomplete, and are looked at again once they are quiet.
  case postponed
  /// The manifests can't be carried out, which has been reported.
  case broken
}

extension Reconciler {
  /// Seconds that manifests are waited for while they keep changing, or while one is being written.
  static let completionTimeout = TimeSpan.seconds(10)

  /// Looks at the watched manifests, compares them with the fleet, and reports what is new about them.
  ///
  /// - Throws: at the start `ManifestSourceError`, and with a goal any error of the manifests; `StateError`.
  func checkManifests(_ scope: RecheckScope) throws -> ManifestCheck {
    guard let watching else { return .unchanged(nil) }
    var scope = scope
    scope.checksSecrets = scope.checksSecrets || watching.owesSecrets
    // A start takes what is there, and files that never become quiet are not waited for indefinitely.
    let waits = watching.hasBegun && watching.postponedSince.map { time.now() < $0 + Self.completionTimeout } ?? true
    scope.isEarly = scope.isEarly && waits
    let look = try lookAtManifests(watching.request, scope)
    if waits, mayBePartial(look, scope) { return postpone(scope) }
    switch look {
    case .possiblyPartial: return postpone(scope)
    case .accepted(let review, let held):
      endPostponement()
      reportRepair()
      report(review.warnings, held)
      let revision = review.comparison.revision
      return watching.hasBegun && isEmpty(revision) ? .unchanged(review.files) : .declared(revision, review.files)
    case .broken(let problem, let error):
      // A path that was missing from the start is more likely mistyped than about to appear.
      if case .unreadable = problem, !watching.hasBegun { throw error }
      endPostponement()
      try report(problem, error)
      return .broken
    }
  }

  // MARK: Looking

  /// A look at the manifests, before it is decided whether it counts.
  private enum Look {
    /// The manifests can be carried out, except for deletions that are held.
    case accepted(InputReview, held: [Refusal])
    case possiblyPartial
    /// The manifests can't be carried out. The error is for a watch that ends because of it.
    case broken(WatchProblem, any Error)
  }

  private func lookAtManifests(_ request: WatchRequest, _ scope: RecheckScope) throws -> Look {
    do {
      guard case .compared(var review) = try compareManifests(request, scope) else { return .possiblyPartial }
      let (held, plan) = separateHeld(&review.comparison)
      if let plan {
        return .broken(.refused(plan.refusals), ReconcilerError.refused(plan, warnings: review.warnings))
      }
      let hadFileSecrets = watching?.hasFileSecrets == true
      watching?.hasFileSecrets = review.hasFileSecrets || (!scope.checksSecrets && hadFileSecrets)
      watching?.notifier.setTellsOfAllFiles(watching?.hasFileSecrets == true)
      return .accepted(review, held: held)
    } catch let error as InvalidManifests {
      return .broken(.invalid(error.diagnostics), error)
    } catch let error as ManifestSourceError {
      return .broken(.unreadable(error), error)
    }
  }

  private func compareManifests(_ request: WatchRequest, _ scope: RecheckScope) throws -> InputOutcome {
    guard let tree = watching?.tree else { throw CancellationError() }
    if table == nil { table = try storedTable(of: request.source) }
    let accepted = table?.files.files ?? [:]
    let reading = try tree.look { accepted[$0]?.digest }
    checkNotifications()
    try adoptSource(
      request.source, isDerived: request.place == request.source, binding: reading.binding, records: true)
    var options = ComparisonOptions(
      source: request.source, binding: reading.binding, prunes: reading.binding != nil || request.prunes,
      takeover: request.takeover)
    options.guards = request.guards
    options.place = request.place
    options.hasMoved = request.hasMoved
    watching?.hasEmptied = reading.files.contains { file in
      !file.isAsBefore && file.bytes.isEmpty && table?.files.files[file.relativePath]?.rows.isEmpty != true
    }
    let files = ManifestFiles(reading, program: request.program) { try tree.look(accepted: nil) }
    return try compare(.files(files), options, table, scope)
  }

  /// Takes unconfirmed deletions out of a comparison, so that the rest can be carried out.
  ///
  /// - Returns: the refusals of those deletions; and a plan with all other refusals, `nil` if there are none.
  private func separateHeld(_ comparison: inout Comparison) -> (held: [Refusal], refused: Plan?) {
    var held: [Refusal] = []
    var rest: [Refusal] = []
    for refusal in comparison.refusals {
      switch refusal {
      case .deletesTooMuch, .emptySource: held.append(refusal)
      default: rest.append(refusal)
      }
    }
    if !held.isEmpty {
      // Obstacles to a deletion don't matter while it is held.
      rest.removeAll { if case .stillNamed = $0 { true } else { false } }
      comparison.revision.withdrawn = []
    }
    if rest.isEmpty, comparison.guards != PlanGuards() {
      var planned = comparison
      planned.refusals = []
      rest = fleet.plan(planned, now: time.now()).refusals
    }
    if rest.isEmpty { return (held, nil) }
    var plan = Plan(source: comparison.revision.source)
    plan.refusals = rest
    return (held, plan)
  }

  /// Whether a revision would change nothing.
  private func isEmpty(_ revision: Revision) -> Bool {
    revision.declarations.isEmpty && revision.withdrawn.isEmpty && revision.seenDigests.isEmpty && !revision.rebinds
      && revision.missingSecrets == fleet.missingSecrets(of: revision.source)
  }

  // MARK: Postponing

  /// Whether the files may be half of what somebody is writing: half of a file, or, if acting on them would do harm, some of
  /// the files of a commit, or a file that was emptied before it is written.
  private func mayBePartial(_ look: Look, _ scope: RecheckScope) -> Bool {
    guard let notifier = watching?.notifier else { return false }
    let isHarmless =
      if case .accepted(let review, let held) = look {
        held.isEmpty && review.comparison.revision.withdrawn.isEmpty
      } else {
        false
      }
    return !isHarmless && (scope.isEarly || watching?.hasEmptied == true) || notifier.isBeingWritten
  }

  /// Discards the look; the notifier asks for another once the files are complete. An emptied file is looked at again without
  /// that, because nothing tells whether it is meant.
  private func postpone(_ scope: RecheckScope) -> ManifestCheck {
    if watching?.postponedSince == nil { watching?.postponedSince = time.now() }
    watching?.owesSecrets = scope.checksSecrets
    if watching?.hasEmptied == true {
      scheduleLook(after: .seconds(1))
    } else {
      watching?.notifier.tellWhenQuiet()
    }
    return .postponed
  }

  private func endPostponement() {
    watching?.postponedSince = nil
    watching?.owesSecrets = false
  }
}
