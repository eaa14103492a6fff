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
      state is read or written.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, svg }
  enum Policy: String, ExpressibleByArgument, CaseIterable {
    case fcfs, easy, conservative
    /// What `scheduling.reservations` is under it.
    var reservations: Int? {
      switch self {
      case .fcfs: 0
      case .easy: 1
      case .conservative: nil
      }
    }
  }

  @Option(help: ArgumentHelp("A trace in the Standard Workload Format.", valueName: "file"))
  var trace: String
  @Option(
    help: ArgumentHelp(
      "What the cluster has: cpu=256,ram=64Gi,gpu=8 (default: the processors of the trace's header).",
      valueName: "amounts"))
  var capacity: CapacityArgument?
  @Option(help: "Reservations: fcfs (none), easy (for the head), conservative (for all).")
  var policy: Policy = .easy
  @Option(name: .shortAndLong, help: "The format: text, json, svg.")
  var output: Format = .text
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let descriptor = open(trace, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, let bytes = InputBytes.all(of: descriptor, limit: 1 << 31) else {
      throw CommandError.system("\(trace) can't be read: \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    let workload = try StandardWorkloadFormat.read(bytes)
    guard
      let room = capacity?.amount
        ?? workload.processors.map({ Resources(ramBytes: 0, cpuMilli: $0 * 1000, gpuMilli: 0) })
    else { throw ValidationError("The trace does not say how large its machine is: name it with --capacity.") }
    let simulation = try TraceSimulation(
      workload, capacity: room, scheduling: SchedulingSpec(reservations: policy.reservations))
    let outcome = simulation.run()
    let out = printing.output
    out.write(
      "mean bounded slowdown \(outcome.meanSlowdown)\nmean wait \(outcome.meanWait)\nmean completion \(outcome.meanCompletion)\nmakespan \(outcome.makespan.nanoseconds / 1_000_000_000)\nutilisation \(outcome.utilisation)\nsteps \(outcome.steps)\n"
    )
  }
}

/// Amounts as `--capacity` takes them: `cpu=256,ram=64Gi,gpu=8`.
struct CapacityArgument: ExpressibleByArgument, Sendable {
  var amount = Resources.zero

  init?(argument: String) {
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, let dimension = Dimension(rawValue: pair[0]), let value = Int64(pair[1]) else {
        return nil
      }
      amount[dimension] = value * 1000
    }
  }
}
