import ArgumentParser
import FleetModel
import PlanModel
import Reconciliation
import Reports
import StateStore

struct Watch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continuously apply manifests and correct drift.",
    discussion: """
      Applies changes of manifests as they are made, starts deployments when they fit, retries failures, and corrects drift. \
      While manifests are invalid, watch reports that once and continues with the last applied ones. Deletions of more than a \
      fifth of the source's objects, or of all of them, are held until they are confirmed by an apply.

      A single changed manifest is applied after 10 ms. If several change at once, as when a commit is checked out, or if one \
      is deleted, watch waits until no file has changed for 100 ms, so that no half-written change is applied. While a \
      manifest is open for writing, watch waits; after 10 s the files are used as they are.

      SIGHUP forces a full re-check. SIGINT and SIGTERM end the watch, with exit code 0 without --until and 130 with it; runs \
      continue. A second signal ends it at once.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var manifests: ManifestOptions
  @Option(
    help: ArgumentHelp(
      "Exit when every job is COMPLETED and every service ready (converged), or when all have started (started); with code 3 "
        + "if that is impossible.", valueName: "goal"))
  var until: GoalArgument?
  @Option(help: ArgumentHelp("Longest time to watch: 90s, 40m, 2h.", valueName: "duration"))
  var timeout: DurationArgument?
  @Option(
    help: ArgumentHelp(
      "How often to re-check files, secrets and engines.", valueName: "duration"))
  var resync: DurationArgument = DurationArgument(span: .seconds(600))
  @OptionGroup var ownership: OwnershipFlags
  @Option(name: .shortAndLong, help: "Output format: text, or json with one object per line.")
  var output: Format = .text
  @OptionGroup(title: "Guards") var limits: GuardOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if manifests.all.contains("-") {
      throw ValidationError("Standard input can't be watched; name a directory or file.")
    }
    if timeout != nil, until == nil { throw ValidationError("--timeout needs --until.") }
    if ownership.takeover == .all {
      throw ValidationError("A watch takes over only what is named: write --take-ownership=NAME.")
    }
    if resync.span < .seconds(1) { throw ValidationError("--resync must be at least one second.") }
  }

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    let source = SourceChoice(ownership.source, of: manifests.all)
    if ownership.prune { try source.checkPruning(of: manifests.all, for: Self.self) }
    var request = WatchRequest(paths: manifests.all, source: source.name, program: Surroundings.program)
    request.prunes = ownership.prune
    request.takeover = ownership.takeover
    request.place = source.place
    request.hasMoved = ownership.sourceMoved
    request.guards = limits.guards
    request.resync = resync.span
    request.timeout = timeout?.span
    let goal = until?.goal
    request.goal = goal
    let output = WatchOutput(
      out: printing.output, error: printing.error, isJSON: output == .json,
      confirming: ApplyCommandLine(request, on: try state.place()))
    output.begin(request)
    let recorded = try StateSession(creating: state)
    let store = recorded.store
    let reconciler = try recorded.reconciler(
      command: "berth watch \(manifests.all.joined(separator: " "))", .settling, observer: output)
    let asked = request
    let lookAgain: @Sendable () -> Void = { reconciler.lookAgain() }
    let outcome = try await Interruption.interrupting(again: lookAgain) {
      try await reconciler.watch(asked)
    }
    output.end(outcome)
    guard let goal else { return }
    let ending = ApplyEnding(outcome: outcome, goal: goal, source: source.name, paths: manifests.all) {
      try store.runs(of: $0, limit: 1).first?.outcome
    }
    printing.error.write(try ending.text(stream: printing.error))
    if ending.status != .done { throw ending.status }
  }
}
