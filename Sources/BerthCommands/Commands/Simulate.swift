import ArgumentParser
import FleetModel
import Glibc
import Reports
import Simulation

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a workload through the scheduler on a virtual clock.",
    discussion: """
      The same code that decides for apply and watch decides here. Runs end when their runtimes say; nothing is started, and no \
      state is read or written. The workload is a trace, or what manifests declare; with both, the trace runs on the manifests' \
      cluster.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, svg }

  @Argument(help: ArgumentHelp("Manifests of clusters and deployments.", valueName: "path"))
  var paths: [String] = []
  @Option(
    help: ArgumentHelp(
      "A trace: the Standard Workload Format, or comma-separated values with named columns (submit, runtime, cpu, ram, gpu, "
        + "priority, dependencies, name).", valueName: "file"))
  var trace: String?
  @Option(
    help: ArgumentHelp("What columns are called in the trace: submit=arrival,runtime=seconds.", valueName: "names"))
  var columns: TraceColumns?
  @Option(
    help: ArgumentHelp(
      "What the cluster has: cpu=256,ram=64Gi,gpu=8 (default: the processors of the trace's header).",
      valueName: "amounts"))
  var capacity: CapacityArgument?
  @Option(help: ArgumentHelp("Which of the manifests' clusters the trace runs on.", valueName: "organization/name"))
  var cluster: String?
  @Option(help: ArgumentHelp("How long a job of the manifests runs that does not say.", valueName: "duration"))
  var unknownRuntime = DurationArgument(span: .seconds(3600))
  @OptionGroup(title: "Scheduling") var settings: SchedulingOptions
  @Option(name: .shortAndLong, help: "The format: text, json, svg.")
  var output: Format = .text
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard trace != nil || !paths.isEmpty else { throw ValidationError("Name a trace with --trace, or manifests.") }
    guard trace != nil || columns == nil && capacity == nil && cluster == nil else {
      throw ValidationError("--columns, --capacity and --cluster are for a trace: name one with --trace.")
    }
    guard capacity == nil || paths.isEmpty else {
      throw ValidationError("The capacity is the manifests' or that of --capacity, not both.")
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
    let simulation = try TraceSimulation(workload, capacity: machine.capacity, scheduling: scheduling)
    var assumptions = [
      "one cluster with \(machine.capacity.textOfPresent)\(machine.origin)", settings.description(of: scheduling),
      "runtimes are known exactly, and are also the most that a job may take",
    ]
    if workload.leftOut > 0 {
      assumptions.append(
        "\(workload.leftOut == 1 ? "1 job is" : "\(workload.leftOut) jobs are") left out, because the trace does not say how long such a job ran or what it held"
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
        throw TraceProblem(line: 0, "the trace needs one cluster of the manifests: name it with --cluster (\(names))")
      }
      return Machine(
        capacity: only.spec.capacity, scheduling: only.spec.scheduling, origin: ", as cluster \(only.identity.text)")
    }
    guard let processors = workload.processors else {
      throw TraceProblem(line: 0, "the trace does not say how large its machine is: name it with --capacity")
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
      "a job runs as long as its expectedRuntime says, or else its maxRuntime",
    ]
    let (silent, services, suspended) = (simulation.jobsOfUnknownRuntime, simulation.services, simulation.suspended)
    if silent > 0 {
      assumptions.append(
        "\(silent == 1 ? "1 job says neither: it runs" : "\(silent) jobs say neither: they run") for "
          + "\(unknownRuntime.span.text), which the scheduler does not know")
    }
    if services > 0 {
      assumptions.append(
        services == 1
          ? "1 service runs on to the end, and is not counted among the jobs"
          : "\(services) services run on to the end, and are not counted among the jobs")
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
