import ArgumentParser
import Diagnostics
import FleetCore
import FleetModel
import PlanModel
import Reports

struct Diff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the plan: what apply would do, when, and why.",
    discussion: """
      Reads the manifests, the recorded state and the engines; takes no lock and writes nothing. Exits with 4 if apply would \
      refuse the plan.

      Symbols: + create, ~ update, -/+ replace, - delete, ! preempt, … wait.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var manifests: ManifestOptions
  @Option(name: .shortAndLong, help: "Output format: text or json.")
  var output: Format = .text
  @Flag(help: "Show each object of a long plan instead of groups.")
  var full = false
  @Flag(help: "Exit with 2 if there are changes; waiting deployments do not count as changes.")
  var exitCode = false
  @Flag(help: "Plan against an empty state, without engines.")
  var offline = false
  @OptionGroup(title: "Comparison") var comparing: PlanFlags
  @Option(
    name: .customLong("what-if"),
    help: ArgumentHelp(
      "Plan as if a value were different: cluster/vision/lab.gpu=8, deployment/vision/lab/train.priority=high (repeatable). "
        + "The plan is followed by the changes of start times and preemptions.", valueName: "name.field=value"))
  var whatIf: [String] = []
  @OptionGroup(title: "Guards") var limits: GuardOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws { _ = try supposed() }

  private func supposed() throws -> [WhatIf] {
    try whatIf.map { text throws(ValidationError) in
      do throws(WhatIfArgument.Problem) { return try WhatIfArgument.parse(text) } catch {
        throw ValidationError("--what-if \(VisibleText.escaped(text)): \(VisibleText.escaped(error.message))")
      }
    }
  }

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    let source = SourceChoice(comparing.ownership.source, of: manifests.all)
    if comparing.ownership.prune { try source.checkPruning(of: manifests.all, for: Self.self) }
    // The state is loaded while manifests are read; errors in manifests are reported first.
    let side = Result { offline ? nil : try StateSession(state)?.loadingAhead(comparing: source.name) }
    var known: [String: KnownFile] = [:]
    if case .success(let found?) = side { known = found.knownFiles }
    let loading = try ManifestLoading(manifests, knowing: known)
    let recorded = try side.get()
    let supposing = try supposed()
    var input = try await PlanInput(
      loading, of: source, comparing, recorded: recorded, guards: limits.guards, decodesAll: !supposing.isEmpty)
    let error = printing.error
    var without: (plan: Plan, warnings: [Diagnostic])?
    if !supposing.isEmpty, let desired = input.desired {
      without = try await input.plan()
      input.request.input = .declared(desired, supposing: supposing)
    }
    var (plan, warnings): (Plan, [Diagnostic])
    do { (plan, warnings) = try await input.plan() } catch let problem as UnknownTarget {
      throw WhatIfArgument.unknown(problem, of: Self.self)
    } catch let problem as ImpossibleAssumption {
      throw WhatIfArgument.impossible(problem)
    }
    // Only --offline ignores engines; a missing state does not.
    plan.isOffline = offline
    let moves = without.map { WhatIfReport(assumptions: whatIf, with: plan, without: $0.plan) }
    error.write(error.diagnostics(without?.warnings ?? warnings))
    if recorded == nil, !offline {
      let path = StatePlace.shown(try state.place().path)
      error.write(error.note("there is no state at \(path); planning from an empty state") + "\n")
    }
    let stream = printing.output
    switch output {
    case .text:
      stream.write(stream.plan(plan, isFull: full))
      if let moves { stream.write("\n" + moves.text(width: stream.width, palette: stream.palette)) }
    case .json: stream.write((moves?.json ?? plan.json).text() + "\n")
    }
    if !plan.refusals.isEmpty { throw ExitStatus.refused }
    if exitCode, plan.hasChanges { throw ExitStatus.changes }
  }
}
