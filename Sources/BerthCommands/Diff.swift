import ArgumentParser
import PlanModel
import Reports

struct Diff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the plan: what apply would do, when, and why.",
    discussion: """
      Reads the manifests, the recorded state and the engines; takes no lock and writes nothing. A plan that apply would refuse \
      ends with 4.

      Symbols: + create, ~ update, -/+ replace, - delete, ! preempt, … wait.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var manifests: ManifestOptions
  @Option(name: .shortAndLong, help: "The format: text or json.")
  var output: Format = .text
  @Flag(help: "Show every object of a long plan by itself.")
  var full = false
  @Flag(help: "Exit with 2 if there are changes; something that merely waits is none.")
  var exitCode = false
  @Flag(help: "Plan against an empty state, without engines.")
  var offline = false
  @OptionGroup(title: "Comparison") var comparing: ComparingOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    let loading = try ManifestLoading(manifests)
    let recorded = offline ? nil : try RecordedSide(state)
    let comparison = try await Comparing(loading, comparing, recorded: recorded)
    let error = printing.error
    let plan = try await comparison.plan()
    error.write(error.diagnostics(comparison.warnings))
    if recorded == nil, !offline {
      error.write(
        error.palette.paint("note", .warning) + ": there is no state at \(VisibleText.escaped(state.path)); "
          + "the plan is made against an empty one\n\n")
    }
    let stream = printing.output
    switch output {
    case .text: stream.write(PlanText(width: stream.width, palette: stream.palette, isFull: full).text(plan))
    case .json: stream.write(plan.json.text() + "\n")
    }
    if !plan.refusals.isEmpty { throw ExitStatus.refused }
    if exitCode, plan.hasChanges { throw ExitStatus.changes }
  }
}
