import Diagnostics
import FleetCore
import FleetModel
import Manifests
import PlanModel
import Reconciliation
import Reports
import StateStore

/// What `diff` and `apply` share: manifests, read against what is recorded, and the request that they make.
struct PlanInput {
  var request: ApplyRequest
  private let files: ManifestFiles
  /// What is to be known of the manifests though it stops nothing; complete once the plan is made.
  var warnings: [Diagnostic] { files.warnings }
  /// The state for reading; nil: there is none yet, or it was not to be read.
  let recorded: StateSession?

  init(
    _ loading: ManifestLoading, _ options: ComparisonFlags, recorded: StateSession?, lockTimeout: TimeSpan = .zero,
    guards: PlanGuards = PlanGuards(), decodesAll: Bool = false
  ) async throws {
    self.recorded = recorded
    let prunes = loading.isDirectory || options.prune
    // Where it would delete what is owned, the plan shows what, and is refused.
    if !options.allowEmpty, !prunes || recorded == nil, try loading.isBlank() {
      let hint = "check the path, or whatever should have written it; if that is meant, pass --allow-empty"
      throw CommandError.invalid([Diagnostic(.emptySource, "nothing is declared", at: nil, hint: hint)])
    }
    var comparison = ComparisonOptions(
      source: options.source, binding: loading.binding, prunes: prunes, allowsEmpty: options.allowEmpty,
      confirmedDeletions: options.confirmPrune, takesOwnership: options.takeOwnership)
    comparison.guards = guards
    files = loading.files()
    var request = ApplyRequest(files: files, options: comparison, lockTimeout: lockTimeout)
    var notes: [String] = []
    // Where names are to be found among what is declared, or nothing is recorded, all is decoded first.
    let names = options.retryFailed.filter { $0 != "all" }
    if recorded == nil || !names.isEmpty || decodesAll {
      let known = try await recorded?.known(beside: options.source, includingOwn: !prunes) ?? KnownObjects()
      let loaded = try loading.load(known: known)
      files.take(loaded.desired, warnings: loaded.warnings)
      request.desired = loaded.desired
    }
    (request.retries, notes) = try Self.retries(
      options.retryFailed, desired: request.desired, store: recorded?.store)
    request.forecasting = ForecastLimits()
    self.request = request
    // Beside the plan, which says what it does and not what it was not asked for.
    for note in notes { Self.tell(note) }
  }

  /// The plan, against what is recorded and observed, or against nothing.
  func plan() async throws -> Plan {
    let plan =
      if let recorded {
        try await recorded.reconciler(command: "berth diff").plan(request)
      } else {
        try Reconciler.planOffline(request, secrets: LocalSecrets(), now: SystemTime().now())
      }
    tellOfConfirmation(plan)
    return plan
  }

  /// Says where another number of deletions was confirmed than the plan has.
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
  /// Which FAILED deployments are to run again, and what is to be said of those named that are not FAILED.
  private static func retries(
    _ names: [String], desired: DesiredState, store: StateStore?
  ) throws -> (selection: RetrySelection, notes: [String]) {
    if names.isEmpty { return (.none, []) }
    if names.contains("all") { return (.all, []) }
    var identities: [DeploymentIdentity] = []
    var notes: [String] = []
    for name in names {
      let (identity, status) = try deployment(name, desired: desired, store: store)
      identities.append(identity)
      if status == .failed { continue }
      let standing = status.map { "recorded as \($0.rawValue)" } ?? "not recorded yet"
      notes.append("\(identity.text) is \(standing), not as FAILED: --retry-failed does nothing for it")
    }
    return (.named(identities), notes)
  }

  /// A deployment by what people type, recorded or only declared; with its recorded status.
  private static func deployment(
    _ name: String, desired: DesiredState, store: StateStore?
  ) throws -> (DeploymentIdentity, DeploymentStatus?) {
    let declared = desired.declarations.map(\.identity).filter {
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
