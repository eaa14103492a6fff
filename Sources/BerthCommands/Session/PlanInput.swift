import Diagnostics
import FleetCore
import FleetModel
import Manifests
import PlanModel
import Reconciliation
import Reports
import StateStore

/// Manifests read against the recorded state, and the request made of them. Shared by the commands that plan.
struct PlanInput {
  var request: ApplyRequest
  /// The recorded state; `nil` if there is none yet, or it is ignored.
  let recorded: StateSession?
  /// All declarations; `nil` if the manifests have not been decoded as a whole.
  let desired: DesiredState?

  /// Reads manifests, and prints notes about options that do nothing.
  ///
  /// - Parameter decodesAll: whether the manifests are decoded as a whole in any case.
  /// - Throws: `CommandError.invalid` for invalid manifests, or if nothing is declared; `CommandError.notFound` for a
  ///   deployment to retry that does not exist; `StateError`.
  init(
    _ loading: ManifestLoading, of source: SourceChoice, _ flags: PlanFlags, recorded: StateSession?,
    lockTimeout: TimeSpan = .zero,
    guards: PlanGuards = PlanGuards(), decodesAll: Bool = false
  ) async throws {
    self.recorded = recorded
    let prunes = loading.isDirectory || flags.ownership.prune
    // A pruning plan against a recorded state is refused later, and shows the deletions first.
    if !flags.allowEmpty, !prunes || recorded == nil, try loading.isBlank() {
      let hint = "check the path, or whatever should have written it; if that is meant, pass --allow-empty"
      throw CommandError.invalid([Diagnostic(.emptySource, "nothing is declared", at: nil, hint: hint)])
    }
    var options = ComparisonOptions(
      source: source.name, binding: loading.binding, prunes: prunes, allowsEmpty: flags.allowEmpty,
      confirmedDeletions: flags.confirmPrune, takeover: flags.ownership.takeover)
    options.guards = guards
    options.place = source.place
    options.hasMoved = flags.ownership.sourceMoved
    // Without a state all is new, and names are searched among all declarations.
    let names = flags.retryFailed.filter { $0 != "all" }
    if recorded == nil || !names.isEmpty || decodesAll {
      let known =
        try await recorded?.known(beside: source, at: loading.binding, includingOwn: !prunes) ?? KnownObjects()
      let loaded = try loading.load(known: known)
      desired = loaded.desired
      request = ApplyRequest(
        .files(loading.files(decoded: (loaded.desired, loaded.warnings))), options: options, lockTimeout: lockTimeout)
    } else {
      desired = nil
      request = ApplyRequest(.files(loading.files()), options: options, lockTimeout: lockTimeout)
    }
    let (retries, notes) = try Self.retries(flags.retryFailed, desired: desired, store: recorded?.store)
    request.retries = retries
    request.forecasting = ForecastLimits()
    // Notes are no part of the plan, which says what it does and not what it was not asked for.
    for note in notes { Self.tell(note) }
  }

  /// Returns the plan against the recorded and observed state, or against an empty one, with the warnings about the
  /// manifests.
  func plan() async throws -> (plan: Plan, warnings: [Diagnostic]) {
    let (plan, warnings) =
      if let recorded {
        try await recorded.reconciler(command: "berth diff").plan(request)
      } else {
        try Reconciler.planOffline(request, secrets: LocalSecrets(), now: SystemTime().now())
      }
    tellOfConfirmation(plan)
    return (plan, warnings)
  }

  /// Prints a note if the confirmed number of deletions is not the plan's.
  func tellOfConfirmation(_ plan: Plan) {
    for case .deletesTooMuch(let count, _) in plan.refusals {
      guard let confirmed = request.options.confirmedDeletions else { continue }
      Self.tell("--confirm-prune \(confirmed) was given, and it would delete \(count): the number must be the same")
    }
  }

  private static func tell(_ note: String) {
    let stream = TextStream(2, color: ArgumentSpelling.color(CommandLine.arguments), environment: .current)
    stream.write(stream.note(note))
  }
}

extension PlanInput {
  /// Returns the selection of FAILED deployments to run again, with a note about each named one that is not FAILED.
  private static func retries(
    _ names: [String], desired: DesiredState?, store: StateStore?
  ) throws -> (selection: RetrySelection, notes: [String]) {
    if names.isEmpty { return (.none, []) }
    if names.contains("all") { return (.all, []) }
    var identities: [DeploymentIdentity] = []
    var notes: [String] = []
    for name in names {
      let (identity, status) = try deployment(name, desired: desired, store: store)
      identities.append(identity)
      if status == .failed { continue }
      let recorded = status.map { "recorded as \($0.rawValue)" } ?? "not recorded yet"
      notes.append("\(identity.text) is \(recorded), not as FAILED: --retry-failed does nothing for it")
    }
    return (.named(identities), notes)
  }

  /// Finds a deployment by its identity or its end, recorded or only declared. The status is `nil` unless it is recorded.
  private static func deployment(
    _ name: String, desired: DesiredState?, store: StateStore?
  ) throws -> (DeploymentIdentity, DeploymentStatus?) {
    let declared = (desired?.declarations ?? []).map(\.identity).filter {
      $0.kind == .deployment && ($0.path == name || $0.path.hasSuffix("/" + name))
    }
    do {
      guard let store else {
        throw CommandError.notFound(
          "there is no deployment \"\(name)\"", hint: "nothing is recorded yet: leave --retry-failed out")
      }
      if case .deployment(let identity) = try ObjectSearch(store: store).identity(name, kinds: [.deployment]) {
        return (identity, try store.deployments(ObjectFilter(identity)).first?.status)
      }
    } catch let error as CommandError {
      if declared.count == 1, case .deployment(let identity) = declared[0] { return (identity, nil) }
      throw error
    }
    throw CommandError.notFound("there is no deployment \"\(name)\"", hint: "see: berth get deployments")
  }
}
