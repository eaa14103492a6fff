import ArgumentParser
import FleetCore
import FleetModel
import PlanModel
import Reports

struct ForecastCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Show the expected schedule of each cluster if nothing changes.",
    discussion: """
      Uses the recorded state or, with paths of manifests, the state after an apply. A run is assumed to last for its \
      expectedRuntime, corrected by what earlier runs of its image and user took of what was declared of them; else for as long \
      as these runs; else for its maxRuntime. A run that exceeds this is assumed to last as long again, but never beyond its \
      maxRuntime. Times that depend on an unknown runtime are shown as unknown.

      The same scheduler decides as in apply and watch. Nothing is locked, started or written.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, svg }

  @OptionGroup var manifests: ManifestOptions
  @Option(name: .shortAndLong, help: "Output format: table, json, svg.")
  var output: Format = .table
  @Option(help: ArgumentHelp("How far to look ahead: 90m, 12h, 7d.", valueName: "duration"))
  var horizon = DurationArgument(span: .seconds(30 * 86_400))
  @Option(
    help: ArgumentHelp("Show only this cluster: lab or vision/lab.", valueName: "cluster"),
    completion: Completion.clusters)
  var cluster: String?
  @Flag(help: "Plan against an empty state, without engines.")
  var offline = false
  @OptionGroup(title: "Comparison") var comparing: PlanFlags
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if horizon.span < .seconds(1) { throw ValidationError("--horizon must be at least one second.") }
    if offline, manifests.all.isEmpty { throw ValidationError("--offline needs manifests.") }
  }

  func run() async throws {
    var forecast = try await forecast()
    if let cluster {
      func isMeant(_ identity: ClusterIdentity) -> Bool { identity.text == cluster || identity.name == cluster }
      forecast.clusters.removeAll { !isMeant($0.identity) }
      forecast.deployments.removeAll { !isMeant($0.deployment.cluster) }
      if forecast.clusters.isEmpty {
        throw CommandError.notFound("there is no cluster \"\(cluster)\"", hint: "see: berth get clusters")
      }
    }
    let out = printing.output
    switch output {
    case .table: out.write(ForecastText(width: out.width, palette: out.palette).text(forecast))
    case .json: out.write(forecast.json.text() + "\n")
    case .svg: out.write(ForecastDrawing(forecast).svg)
    }
  }

  private func forecast() async throws -> Forecast {
    let limits = ForecastLimits(horizon: horizon.span, steps: 1_000_000, includesRuns: true)
    if manifests.all.isEmpty {
      let reconciler = try StateSession.required(state).reconciler(command: "berth forecast")
      let forecast = try await reconciler.forecast(limits)
      if forecast.hasStarts, try await !reconciler.isWatched() {
        printing.error.write(
          printing.error.note("nothing watches: starts come about only while berth apply --wait or berth watch runs"))
      }
      return forecast
    }
    let recorded = offline ? nil : try StateSession(state)
    let source = SourceChoice(comparing.ownership.source, of: manifests.all)
    var input = try await PlanInput(ManifestLoading(manifests), of: source, comparing, recorded: recorded)
    input.request.forecasting = limits
    let (plan, warnings) = try await input.plan()
    let error = printing.error
    error.write(error.diagnostics(warnings))
    if !plan.refusals.isEmpty {
      error.write(PlanText(width: error.width, palette: error.palette).remarks(of: plan))
      throw ExitStatus.refused
    }
    return plan.forecast ?? Forecast(from: Instant(nanoseconds: 0))
  }
}
