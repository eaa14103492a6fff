import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import PlanModel

extension Reconciler {
  /// Looks at the manifests, and returns what they change, with the files that say so; nil: nothing, or they can't be carried
  /// out now.
  ///
  /// - Parameter context: what else may have changed.
  func manifestEvent(_ context: ComparisonContext) throws -> (event: Event?, files: ComparedFiles?)? {
    guard let watching else { return nil }
    var context = context
    context.checksSecrets = context.checksSecrets || watching.owesSecrets
    // A start takes what is there; and where somebody always writes, it is not waited for ever.
    let waits = watching.hasBegun && watching.waitsSince.map { time.now() < $0 + Self.completionPatience } ?? true
    context.isEarly = context.isEarly && waits
    do {
      let (compared, held) = try compareManifests(watching.request, context)
      let revision = compared.comparison.revision
      if waits, mayBeHalf(context, isHarmless: held == nil && revision.withdrawn.isEmpty) { return putOff(context) }
      takeIn()
      tellRepaired()
      tell(of: compared.warnings, held)
      if watching.hasBegun, isEmpty(revision) { return (nil, compared.files) }
      return (.declared(revision), compared.files)
    } catch let error where waits && error.isOfManifests && mayBeHalf(context, isHarmless: false) {
      return putOff(context)
    } catch let error as InvalidManifests {
      takeIn()
      try note(.invalid(error.diagnostics), error)
    } catch let error as ManifestSourceError {
      // A path that never was there is more likely mistyped than about to appear.
      if !watching.hasBegun { throw error }
      takeIn()
      try note(.unreadable(error), error)
    } catch let error as RefusedManifests {
      let plan = error.plan
      for case .boundElsewhere in plan.refusals { throw ReconcilerError.refused(plan) }
      takeIn()
      try note(.refused(plan.refusals), ReconcilerError.refused(plan))
    }
    return nil
  }

  // MARK: Halves

  /// How long manifests are waited for that change again and again, or are written and not closed.
  static let completionPatience = TimeSpan.seconds(10)

  /// Whether what was looked at may be half of what somebody is about to have written: half of a file, or where what it says
  /// is not harmless, some of the files of a commit.
  private func mayBeHalf(_ context: ComparisonContext, isHarmless: Bool) -> Bool {
    guard let notifier = watching?.notifier else { return false }
    return context.isEarly && !isHarmless || notifier.isBeingWritten
  }

  /// Nothing of what was looked at counts; it is looked at again once it is complete.
  private func putOff(_ context: ComparisonContext) -> (event: Event?, files: ComparedFiles?)? {
    if watching?.waitsSince == nil { watching?.waitsSince = time.now() }
    watching?.owesSecrets = context.checksSecrets
    watching?.notifier.tellWhenQuiet()
    return nil
  }

  private func takeIn() {
    watching?.waitsSince = nil
    watching?.owesSecrets = false
  }

  /// Compares the manifests, and says which deletions are held of what they change.
  private func compareManifests(_ request: WatchRequest, _ context: ComparisonContext) throws
    -> (compared: ComparedManifests, held: Refusal?)
  {
    var compared: ComparedManifests
    do {
      compared = try compareManifests(request, context, readingAll: false)
    } catch is ContentsRequired {
      compared = try compareManifests(request, context, readingAll: true)
    }
    let held = try hold(&compared.comparison)
    let hadFileSecrets = watching?.hasFileSecrets == true
    watching?.hasFileSecrets = compared.hasFileSecrets || (!context.checksSecrets && hadFileSecrets)
    watching?.notifier.setTellsOfAllFiles(watching?.hasFileSecrets == true)
    return (compared, held)
  }

  private func compareManifests(_ request: WatchRequest, _ context: ComparisonContext, readingAll: Bool) throws
    -> ComparedManifests
  {
    guard var tree = watching?.tree else { throw CancellationError() }
    defer { watching?.tree = tree }
    if table == nil { table = try storedTable(of: request.source) }
    let accepted = table?.files.files ?? [:]
    let reading = try tree.look(accepted: readingAll ? nil : { accepted[$0]?.digest })
    tellOfNotifications()
    let prunes = reading.binding != nil || request.prunes
    var options = ComparisonOptions(
      source: request.source, binding: reading.binding, prunes: prunes, takesOwnership: request.takesOwnership)
    options.guards = request.guards
    return try compare(ManifestFiles(reading, program: request.program), options, table, context)
  }

  /// Deletions that nobody has confirmed are held, and the rest is done; what else is refused stops everything.
  private func hold(_ comparison: inout Comparison) throws -> Refusal? {
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
    if rest.isEmpty, comparison.guards != PlanGuards() {
      var planned = comparison
      planned.refusals = []
      rest = fleet.plan(planned, now: time.now()).refusals
    }
    if !rest.isEmpty {
      var plan = Plan(source: comparison.revision.source)
      plan.refusals = rest
      throw RefusedManifests(plan: plan)
    }
    return held
  }

  /// Says what is new, after it was said that the manifests can be carried out: what is wrong comes first, what is amiss next.
  private func tell(of warnings: [Diagnostic], _ held: Refusal?) {
    if warnings != watching?.warnings {
      watching?.warnings = warnings
      observer?.reconciler(did: .watch(.warnings(warnings)))
    }
    guard held != watching?.held else { return }
    watching?.held = held
    observer?.reconciler(did: .watch(held.map { .held($0) } ?? .released))
  }

  private func tellRepaired() {
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
    lookLater()
    if watching.hasToldOfNotifications { return }
    self.watching?.hasToldOfNotifications = true
    observer?.reconciler(did: .watch(.lacksNotifications))
  }

  /// One look to come, however many there were.
  private func lookLater() {
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + .seconds(5)
    pollTimer?.cancel()
    pollTimer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.manifestsChanged(isQuiet: true))
    }
  }

  /// Whether a revision would change nothing.
  private func isEmpty(_ revision: Revision) -> Bool {
    revision.declarations.isEmpty && revision.withdrawn.isEmpty && revision.firstDigests.isEmpty
      && revision.missingSecrets == fleet.missingSecrets(of: revision.source)
  }
}

extension Error {
  /// Whether it says what is wrong with the manifests, and not with anything else.
  fileprivate var isOfManifests: Bool {
    self is InvalidManifests || self is ManifestSourceError || self is RefusedManifests
      || self is PossiblyPartialCheckout
  }
}

/// Manifests that are valid and can't be carried out as they are.
private struct RefusedManifests: Error {
  var plan: Plan
}
