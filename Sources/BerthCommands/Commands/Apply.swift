import ArgumentParser
import Diagnostics
import FleetModel
import Glibc
import PlanModel
import Reconciliation
import Reports
import StateStore

struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the plan and carry it out.",
    discussion: """
      On a terminal, apply asks for confirmation, unless the manifests come from standard input; elsewhere it needs --yes. \
      Without --wait, it exits when its own starts and stops are done.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var manifests: ManifestOptions
  @Flag(name: .shortAndLong, help: "Apply without confirmation.")
  var yes = false
  @Option(
    help: ArgumentHelp(
      "Wait until every job is COMPLETED and every service ready (--wait), or until all have started (--wait=started).",
      valueName: "goal"))
  var wait: GoalArgument?
  @Option(help: ArgumentHelp("Longest time to wait: 90s, 40m, 2h.", valueName: "duration"))
  var timeout: DurationArgument?
  @Option(name: .shortAndLong, help: "Format of the plan: text or json.")
  var output: Format = .text
  @Flag(help: "Show each object of a long plan instead of groups.")
  var full = false
  @OptionGroup(title: "Comparison") var comparing: PlanFlags
  @OptionGroup(title: "Guards") var limits: GuardOptions
  @OptionGroup var lock: LockOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if timeout != nil, wait == nil { throw ValidationError("--timeout needs --wait.") }
  }

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    let source = SourceChoice(comparing.ownership.source, of: manifests.all)
    if comparing.ownership.prune { try source.checkPruning(of: manifests.all, for: Self.self) }
    let loading = try ManifestLoading(manifests)
    let unchanged = EarlyInterruptGuard()
    defer { unchanged.end() }
    let input = try await PlanInput(
      loading, of: source, comparing, recorded: try StateSession(applying: state), lockTimeout: lock.lockTimeout.span,
      guards: limits.guards)
    // With --yes nobody confirms a plan, so only the plan made under the lock is shown and carried out.
    var shown = yes ? nil : try await show(input)
    let (request, goal, timeout) = (input.request, wait?.goal ?? .carriedOut, timeout?.span)
    while true {
      if let shown { try confirm(shown, stdin: loading.usedStandardInput) }
      unchanged.end()
      do {
        let session = try StateSession(creating: state, reusing: input.recorded)
        let lastHolder = try session.store.lastLockHolder()
        let progress = progress(showingPlan: shown == nil)
        defer { progress.finish() }
        let reconciler = try session.reconciler(
          command: "berth apply \(manifests.all.joined(separator: " "))", .settling, observer: progress)
        let confirmed = shown
        let outcome = try await Interruption.interrupting(abandoned: progress.finish) {
          try await reconciler.apply(request, shown: confirmed, goal: goal, timeout: timeout)
        }
        progress.finish(with: outcome.convergence)
        return try end(outcome, goal, request, session.store, lastHolder)
      } catch ReconcilerError.stalePlan(_, let now) {
        printing.error.write(
          printing.error.palette.paint("note", .warning) + ": what was shown is out of date; the plan is now\n\n")
        shown = now
        unchanged.begin()
        show(now, on: printing.output)
      } catch ReconcilerError.refused(let plan, let warnings) where yes {
        printing.error.write(printing.error.diagnostics(warnings))
        input.tellOfConfirmation(plan)
        throw refusal(of: plan)
      }
    }
  }

  // MARK: Showing

  /// Shows the plan of an input, and returns it.
  ///
  /// - Throws: the exit status of a plan that is refused.
  private func show(_ input: PlanInput) async throws -> Plan {
    var (plan, warnings) = try await input.plan()
    printing.error.write(printing.error.diagnostics(warnings))
    // Not an offline plan even without a state: objects that are not recorded yet are really absent.
    plan.isOffline = false
    if !plan.refusals.isEmpty { throw refusal(of: plan) }
    show(plan, on: printing.output)
    return plan
  }

  /// Shows a plan that is refused.
  private func refusal(of plan: Plan) -> ExitStatus {
    let error = printing.error
    show(plan, on: printing.output)
    error.write(error.palette.paint("error", .error) + ": the plan is refused; nothing was changed\n")
    return .refused
  }

  private func show(_ plan: Plan, on stream: TextStream) { Self.show(plan, as: output, isFull: full, on: stream) }

  private static func show(_ plan: Plan, as format: Format, isFull: Bool, on stream: TextStream) {
    switch format {
    case .text: stream.write(stream.plan(plan, isFull: isFull))
    case .json: stream.write(plan.json.text() + "\n")
    }
  }

  private func confirm(_ plan: Plan, stdin usedStandardInput: Bool) throws {
    if !plan.hasChanges { return }
    guard isatty(0) == 1, isatty(2) == 1, !usedStandardInput else {
      let why = usedStandardInput ? "manifests come from standard input" : "not a terminal"
      throw CommandError.notConfirmed("\(why): pass --yes to apply without confirmation; nothing was changed")
    }
    printing.error.write("\nApply this plan? [y/N] ")
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else {
      throw CommandError.notConfirmed("not confirmed; nothing was changed")
    }
  }

  /// Returns the progress of carrying a plan out, which shows the plan itself if none was shown.
  private func progress(showingPlan: Bool) -> ApplyProgress {
    let (format, isFull, out, error) = (output, full, printing.output, printing.error)
    let showPlan: @Sendable (Plan, [Diagnostic]) -> Void = { plan, warnings in
      error.write(error.diagnostics(warnings))
      Self.show(plan, as: format, isFull: isFull, on: out)
    }
    return ApplyProgress(stream: error, waits: wait == .converged, showPlan: showingPlan ? showPlan : nil)
  }

  /// Prints how an apply ended.
  ///
  /// - Parameter lastHolder: the holder of the lock before this apply.
  /// - Throws: the exit status, unless all is done.
  private func end(
    _ outcome: ApplyOutcome, _ goal: ApplyGoal, _ request: ApplyRequest, _ store: StateStore, _ lastHolder: LockHolder?
  ) throws {
    var ending = ApplyEnding(outcome: outcome, goal: goal, source: request.options.source, paths: manifests.all) {
      try store.runs(of: $0, limit: 1).first?.outcome
    }
    ending.changesNothing = outcome.actions.isEmpty
    ending.watches = try store.watches(SystemTime().now())
    ending.isFollowed = try store.isFollowed(last: lastHolder, seenFrom: Surroundings.host)
    printing.error.write(try ending.text(stream: printing.error))
    if ending.status != .done { throw ending.status }
  }
}
