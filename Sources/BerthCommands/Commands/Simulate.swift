import ArgumentParser
import FleetModel
import Glibc
import Reports
import Simulation

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulate the scheduling of a workload on a virtual clock.",
    discussion: """
      The same scheduler decides as in apply and watch. Runs end after their runtimes; nothing is started, and no state is read \
      or written. The workload is a trace or the deployments of manifests; with both, the trace runs on the cluster of the \
      manifests.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, svg }

  @Argument(help: ArgumentHelp("Directories and files of manifests.", valueName: "path"))
  var paths: [String] = []
  @Option(
    help: ArgumentHelp(
      "A trace in the Standard Workload Format, or comma-separated values with named columns (submit, runtime, cpu, ram, "
        + "gpu, priority, dependencies, name, estimate, max, user, image).", valueName: "file"))
  var trace: String?
  @Option(
    help: ArgumentHelp("Names of the trace's columns: submit=arrival,runtime=seconds.", valueName: "names"))
  var columns: TraceColumns?
  @Option(
    help: ArgumentHelp(
      "Capacity of the cluster: cpu=256,ram=64Gi,gpu=8 (default: the processors of the trace's header).",
      valueName: "amounts"))
  var capacity: CapacityArgument?
  @Option(
    help: ArgumentHelp(
      "What the scheduler knows of the trace's runtimes: exact; declared (columns estimate and max); learned from earlier runs; "
        + "factor:LO..HI (times a random number in that range); lognormal:SIGMA (default: declared if the trace says anything of that, else exact).",
      valueName: "model"))
  var estimates: EstimateModel?
  @Option(
    help: ArgumentHelp(
      "Predict the start of every so many jobs of the trace at submission, and compare it with the real one.",
      valueName: "every"))
  var forecastError: Int?
  @Option(help: ArgumentHelp("Cluster of the manifests that runs the trace.", valueName: "organization/name"))
  var cluster: String?
  @Option(help: ArgumentHelp("Runtime of jobs of the manifests that declare none.", valueName: "duration"))
  var unknownRuntime = DurationArgument(span: .seconds(3600))
  @OptionGroup(title: "Scheduling") var settings: SchedulingOptions
  @Option(name: .shortAndLong, help: "Output format: text, json, svg.")
  var output: Format = .text
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard trace != nil || !paths.isEmpty else { throw ValidationError("Name manifests, or a trace with --trace.") }
    guard trace != nil || columns == nil && capacity == nil && cluster == nil else {
      throw ValidationError("--columns, --capacity and --cluster need --trace.")
    }
    guard trace != nil || estimates == nil && forecastError == nil else {
      throw ValidationError("--estimates and --forecast-error need --trace.")
    }
    if let forecastError, forecastError < 1 { throw ValidationError("--forecast-error takes a number from 1 on.") }
    guard capacity == nil || paths.isEmpty else {
      throw ValidationError("--capacity can't be combined with manifests, which declare the capacity.")
    }
  }

  func run() async throws {
    let report = try trace.map(simulateTrace) ?? simulateManifests()
    let out = printing.output
    switch output {
    case .text: out.write(report.text(width: out.isTerminal ? out.width : nil, palette: out.palette))
    case .json: out.write(report.json.text() + "\n")
    case .svg: out.write(SimulationDrawing(report).svg)
    }
    if report.outcome.finished < report.outcome.submitted { throw ExitStatus.notConverged }
  }

  // MARK: Traces

  private func simulateTrace(_ path: String) throws -> SimulationReport {
    let bytes = try TraceFile.read(path)
    let clusters = try clustersOfManifests()
    let isTable = columns != nil || TraceFile.isCommaSeparated(path, bytes)
    do throws(TraceProblem) {
      let workload =
        isTable
        ? try CommaSeparated.read(bytes, columns: columns?.names ?? [:]) : try StandardWorkloadFormat.read(bytes)
      return try simulate(workload, on: try machine(for: workload, among: clusters), path)
    } catch {
      throw CommandError.system(
        error.line > 0 ? "\(path):\(error.line): \(error.message)" : "\(path): \(error.message)")
    }
  }

  private func simulate(
    _ workload: Trace, on machine: Machine, _ path: String
  ) throws(TraceProblem) -> SimulationReport {
    let scheduling = settings.applied(to: machine.scheduling)
    let estimates = estimates ?? (workload.saysRuntimes ? .declared : .exact)
    let simulation = try TraceSimulation(
      workload, capacity: machine.capacity, scheduling: scheduling, estimates: estimates, predictsEvery: forecastError)
    var assumptions = [
      "one cluster with \(machine.capacity.textOfPresent)\(machine.origin)", settings.description(of: scheduling),
      estimates.assumption,
    ]
    if workload.leftOut > 0 {
      assumptions.append(
        "\(workload.leftOut == 1 ? "1 job is" : "\(workload.leftOut) jobs are") left out because the trace lacks a runtime or resources"
      )
    }
    let bar = SimulationProgress(stream: printing.error, total: workload.jobs.count)
    let outcome = simulation.run { bar.show($0) }
    bar.end()
    return SimulationReport(title: path, assumptions: assumptions, outcome: outcome)
  }

  private struct Machine {
    var capacity: Resources
    var scheduling: SchedulingSpec
    var origin: String
  }

  private func machine(for workload: Trace, among clusters: [ClusterOfManifests]) throws(TraceProblem) -> Machine {
    if let capacity { return Machine(capacity: capacity.amount, scheduling: SchedulingSpec(), origin: "") }
    if !paths.isEmpty {
      guard let only = clusters.first, clusters.count == 1 else {
        let names = clusters.map(\.identity.text).joined(separator: ", ")
        throw TraceProblem(line: 0, "the manifests have several clusters: select one with --cluster (\(names))")
      }
      return Machine(
        capacity: only.spec.capacity, scheduling: only.spec.scheduling, origin: ", as cluster \(only.identity.text)")
    }
    guard let processors = workload.processors else {
      throw TraceProblem(line: 0, "the trace has no machine size: set it with --capacity")
    }
    return Machine(
      capacity: Resources(ramBytes: 0, cpuMilli: processors * 1000, gpuMilli: 0), scheduling: SchedulingSpec(),
      origin: ", from the trace's header")
  }

  private struct ClusterOfManifests {
    var identity: ClusterIdentity
    var spec: ClusterSpec
  }

  private func clustersOfManifests() throws -> [ClusterOfManifests] {
    if paths.isEmpty { return [] }
    return try loadManifests().compactMap { declaration in
      guard case .cluster(let identity) = declaration.identity, case .cluster(let spec) = declaration.spec,
        cluster == nil || cluster == identity.text
      else { return nil }
      return ClusterOfManifests(identity: identity, spec: spec)
    }
  }

  // MARK: Manifests

  private func loadManifests() throws -> [Declaration] {
    var options = ManifestOptions()
    options.paths = paths
    options.files = []
    return try ManifestLoading(options).load().desired.declarations
  }

  private func simulateManifests() throws -> SimulationReport {
    var declarations = try loadManifests()
    for place in declarations.indices {
      guard case .cluster(var spec) = declarations[place].spec else { continue }
      spec.scheduling = settings.applied(to: spec.scheduling)
      declarations[place].spec = .cluster(spec)
    }
    let simulation = ManifestSimulation(declarations, unknownRuntime: unknownRuntime.span)
    var assumptions = [
      "everything is declared at once, every run succeeds, and stops take no time",
      "a job runs for its expectedRuntime, or else for its maxRuntime",
    ]
    let (silent, services, suspended) = (simulation.jobsOfUnknownRuntime, simulation.services, simulation.suspended)
    if silent > 0 {
      assumptions.append(
        "\(silent == 1 ? "1 job has neither and runs" : "\(silent) jobs have neither and run") for "
          + "\(unknownRuntime.span.text), which the scheduler does not know")
    }
    if services > 0 {
      assumptions.append(
        services == 1
          ? "1 service runs until the end and is not counted as a job"
          : "\(services) services run until the end and are not counted as jobs")
    }
    if suspended > 0 {
      assumptions.append(
        "\(suspended == 1 ? "1 suspended deployment is" : "\(suspended) suspended deployments are") left out")
    }
    let jobs = declarations.count { if case .deployment = $0.spec { true } else { false } }
    let bar = SimulationProgress(stream: printing.error, total: jobs)
    let outcome = simulation.run { bar.show($0) }
    bar.end()
    return SimulationReport(title: "manifests", assumptions: assumptions, outcome: outcome)
  }
}
