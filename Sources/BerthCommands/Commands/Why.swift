import ArgumentParser
import FleetModel
import PlanModel
import Reconciliation
import Reports
import StateStore

struct Why: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain why a deployment waits, until when, and which changes would start it.",
    discussion: """
      Reads the recorded state and the engines; takes no lock and writes nothing. Each suggested change was tried in the \
      scheduler and starts the deployment. The least invasive changes come first.

      With -f, the answer is for manifests that have not been applied yet.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(
    help: ArgumentHelp(
      "The deployment: vision/lab/train, or an unambiguous end such as train.", valueName: "deployment"),
    completion: Completion.deployments)
  var name: String
  @Option(
    name: .customShort("f"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A directory or file of manifests to assume as applied.", valueName: "path"),
    completion: .file())
  var files: [String] = []
  @Option(name: .shortAndLong, help: "Output format: text, json.")
  var output: Format = .text
  @Option(help: ArgumentHelp("Source that owns the objects that -f declares.", valueName: "name"))
  var source: String?
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if let source { try OwnershipFlags.check(source: source) }
    if files.contains("") { throw ValidationError("A path is empty.") }
  }

  func run() async throws {
    let recorded = try StateSession.required(state)
    let input = try await input(beside: recorded)
    let identity = try identity(in: recorded, declared: input?.desired)
    let reconciler = try recorded.reconciler(command: "berth why")
    guard var explanation = try await reconciler.explain(identity, with: input?.request) else {
      throw CommandError.notFound("there is no deployment \"\(name)\"", hint: "see: berth get deployments")
    }
    var sources: [String: SourceRecord] = [:]
    for name in EditPlaces.sourceNames(explanation) { sources[name] = try await reconciler.source(named: name) }
    var places = EditPlaces(store: recorded.store, declared: input?.desired, sources: sources)
    try places.enter(into: &explanation)
    let lastRun = try recorded.store.runs(of: explanation.deployment, limit: 1).first { !$0.state.isLive }
    explanation.adjustSince(toEndOf: lastRun)
    let out = printing.output
    switch output {
    case .text:
      out.write(
        ExplanationText(
          width: out.isTerminal ? out.width : nil, palette: out.palette, lastRun: lastRun,
          paths: try await paths(explanation, recorded, reconciler)
        ).text(explanation))
    case .json: out.write(explanation.json.text() + "\n")
    }
  }

  /// Paths to give to `berth apply`.
  private func paths(
    _ explanation: Explanation, _ recorded: StateSession, _ reconciler: Reconciler
  ) async throws -> String {
    if !files.isEmpty { return files.joined(separator: " ") }
    guard let owner = try recorded.store.deployments(ObjectFilter(explanation.deployment)).first?.source else {
      return "…"
    }
    return try await reconciler.source(named: owner)?.binding.map(EditPlaces.shown) ?? "…"
  }

  /// Returns the manifests that are assumed to be applied; `nil` if none are named.
  private func input(beside recorded: StateSession) async throws -> PlanInput? {
    if files.isEmpty { return nil }
    var manifests = ManifestOptions()
    manifests.paths = []
    manifests.files = files
    var ownership = OwnershipFlags()
    ownership.source = source
    ownership.prune = false
    ownership.takeOwnership = []
    ownership.sourceMoved = false
    var flags = PlanFlags()
    flags.ownership = ownership
    flags.allowEmpty = false
    flags.confirmPrune = nil
    flags.retryFailed = []
    // The name may be one that only the manifests know.
    return try await PlanInput(
      ManifestLoading(manifests), of: SourceChoice(source, of: manifests.all), flags, recorded: recorded,
      decodesAll: true)
  }

  /// The named deployment, recorded or only declared.
  private func identity(in recorded: StateSession, declared: DesiredState?) throws -> DeploymentIdentity {
    let ending = (declared?.declarations ?? []).filter {
      $0.identity.kind == .deployment && ($0.identity.path == name || $0.identity.path.hasSuffix("/" + name))
    }
    do {
      if case .deployment(let identity) = try ObjectSearch(store: recorded.store).identity(name, kinds: [.deployment]) {
        return identity
      }
    } catch let error as CommandError {
      guard ending.count == 1, case .deployment(let identity) = ending[0].identity else { throw error }
      return identity
    }
    throw CommandError.notFound("there is no deployment \"\(name)\"", hint: "see: berth get deployments")
  }
}
