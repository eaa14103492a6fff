import ArgumentParser
import FleetModel
import PlanModel
import Reconciliation
import Reports
import StateStore

struct Watch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follow manifests and engines, and carry out what they say, for ever.",
    discussion: """
      Applies changes of the manifests as they are made, starts what can start, retries, and heals what drifts. While the \
      manifests are broken it says so once, and goes on with what they declared last. Deletions beyond a fifth of what the \
      source owns, and those of a source that declares nothing, are held: confirm them with apply, beside the watch.

      One manifest that was written is taken up 10 ms later. Where several change at once, as when a commit is checked out, \
      or where something is deleted, all must have been quiet for 100 ms, so that none is taken by halves. While somebody is \
      writing a manifest and has not closed it, none is taken; after 10 s they are as they stand.

      SIGHUP has everything looked at again. SIGINT and SIGTERM end it, with 0 where no goal was given and with 130 where \
      one was; what runs goes on. A second one ends it at once.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var manifests: ManifestOptions
  @Option(
    help: ArgumentHelp(
      "End when every job is COMPLETED and every service ready (converged), or when all have started (started); with 3 when "
        + "that can't come about.", valueName: "goal"))
  var until: GoalArgument?
  @Option(help: ArgumentHelp("How long to go on at most: 90s, 40m, 2h.", valueName: "duration"))
  var timeout: DurationArgument?
  @Option(
    help: ArgumentHelp(
      "How often all is looked at again that may change unnoticed: files, secrets, engines.", valueName: "duration"))
  var resync: DurationArgument = DurationArgument(span: .seconds(600))
  @OptionGroup var ownership: OwnershipFlags
  @Option(name: .shortAndLong, help: "The format: text, or json for one object a line.")
  var output: Format = .text
  @OptionGroup(title: "Guards") var limits: GuardOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if manifests.all.contains("-") { throw ValidationError("Standard input can't be watched; name a directory.") }
    if timeout != nil, until == nil { throw ValidationError("--timeout needs --until.") }
    if resync.span < .seconds(1) { throw ValidationError("--resync is one second at least.") }
  }

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    var request = WatchRequest(paths: manifests.all, source: ownership.source, program: Surroundings.program)
    request.prunes = ownership.prune
    request.takesOwnership = ownership.takeOwnership
    request.guards = limits.guards
    request.resync = resync.span
    request.timeout = timeout?.span
    let goal = until?.goal
    request.goal = goal
    let output = WatchOutput(out: printing.output, error: printing.error, isJSON: output == .json)
    output.begin(request)
    let recorded = try StateSession(creating: state)
    let store = recorded.store
    let reconciler = recorded.reconciler(
      command: "berth watch \(manifests.all.joined(separator: " "))", observer: output)
    let asked = request
    let lookAgain: @Sendable () -> Void = { reconciler.lookAgain() }
    let outcome = try await Interruption.interrupting(again: lookAgain) {
      try await reconciler.watch(asked)
    }
    output.end(outcome)
    guard let goal else { return }
    let ending = ApplyEnding(outcome: outcome, goal: goal, source: ownership.source, paths: manifests.all) {
      try store.runs(of: $0, limit: 1).first?.outcome
    }
    printing.error.write(try ending.text(stream: printing.error))
    if ending.status != .done { throw ending.status }
  }
}
