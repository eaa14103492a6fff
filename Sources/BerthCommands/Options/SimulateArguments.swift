import ArgumentParser
import FleetModel
import Reports
import Simulation
import SystemCalls
import SystemPackage

/// Scheduling settings that `simulate` overrides.
struct SchedulingOptions: ParsableArguments {
  enum Policy: String, ExpressibleByArgument, CaseIterable {
    case fcfs, easy, conservative
    /// The policy's `scheduling.reservations`; nil: all.
    var reservations: Int? {
      switch self {
      case .fcfs: 0
      case .easy: 1
      case .conservative: nil
      }
    }
  }

  @Option(
    help:
      "Short for --reservations 0, 1 or all: fcfs, easy, conservative. fcfs holds back what stands behind the head only in the dimensions that the head lacks."
  )
  var policy: Policy?
  @Option(
    help: ArgumentHelp("scheduling.reservations: number of deployments with reservations, or all.", valueName: "n"))
  var reservations: ReservationsArgument?
  @Option(help: ArgumentHelp("scheduling.maxBypass.", valueName: "n"))
  var maxBypass: Int?
  @Option(help: "scheduling.preemption: lowerPriority or never.")
  var preemption: SchedulingSpec.Preemption?
  @Option(help: ArgumentHelp("scheduling.minimumRuntime.", valueName: "duration"))
  var minimumRuntime: DurationArgument?
  @Option(help: ArgumentHelp("scheduling.agingAfter.", valueName: "duration"))
  var agingAfter: DurationArgument?

  func validate() throws {
    guard policy == nil || reservations == nil else {
      throw ValidationError("--policy and --reservations exclude each other.")
    }
    guard maxBypass ?? 0 >= 0 else { throw ValidationError("--max-bypass must be at least 0.") }
  }

  /// A cluster's settings with the overrides.
  func applied(to spec: SchedulingSpec) -> SchedulingSpec {
    var spec = spec
    if let policy { spec.reservations = policy.reservations }
    if let reservations { spec.reservations = reservations.limit }
    if let maxBypass { spec.maxBypass = maxBypass }
    if let preemption { spec.preemption = preemption }
    if let minimumRuntime { spec.minimumRuntime = minimumRuntime.span }
    if let agingAfter { spec.agingAfter = agingAfter.span }
    return spec
  }

  /// The settings as text.
  func description(of spec: SchedulingSpec) -> String {
    let depth = spec.reservations.map(String.init) ?? "all"
    return "scheduling: reservations \(depth), maxBypass \(spec.maxBypass), preemption \(spec.preemption.rawValue), "
      + "minimumRuntime \(spec.minimumRuntime.text), agingAfter \(spec.agingAfter.text)"
  }
}

extension SchedulingSpec.Preemption: ExpressibleByArgument {}

/// A count from 0, or `all`.
struct ReservationsArgument: ExpressibleByArgument, Sendable {
  var limit: Int?

  init?(argument: String) {
    if argument == "all" { return }
    guard let number = Int(argument), number >= 0 else { return nil }
    limit = number
  }
}

/// Amounts of `--capacity`: `cpu=256,ram=64Gi,gpu=8`.
struct CapacityArgument: ExpressibleByArgument, Sendable {
  var amount = Resources.zero

  init?(argument: String) {
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, let dimension = Dimension(rawValue: pair[0]),
        let value = dimension == .ram ? QuantityParser.ramBytes(pair[1]) : QuantityParser.milli(pair[1]), value >= 0,
        amount[dimension] == 0
      else { return nil }
      amount[dimension] = value
    }
    if amount.gpuMilli % 1000 != 0 || amount == .zero { return nil }
  }
}

/// Names of a trace's columns: `submit=arrival,runtime=seconds`.
struct TraceColumns: ExpressibleByArgument, Sendable {
  var names: [CommaSeparated.Column: String] = [:]

  init?(argument: String) {
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, let column = CommaSeparated.Column(rawValue: pair[0]) else { return nil }
      names[column] = pair[1]
    }
  }
}

/// Reader of trace files.
enum TraceFile {
  /// Reads a file or standard input.
  /// - Throws: `CommandError.system`.
  static func read(_ path: String) throws -> [UInt8] {
    let limit = 1 << 31
    let bytes: [UInt8]
    do throws(SystemFailure) {
      bytes =
        path == "-"
        ? try FileDescriptor.standardInput.readAll(from: path, limit: limit)
        : try OpenedFile(path, .readOnly).readAll(limit: limit)
    } catch {
      throw CommandError.system("can't read \(path): \(error.reason)")
    }
    guard bytes.count <= limit else { throw CommandError.system("\(path) is larger than 2 GiB") }
    return bytes
  }

  /// Whether a trace has comma-separated values: decided by the file's extension, or by a comma in the first line that
  /// is not a comment.
  static func isCommaSeparated(_ path: String, _ bytes: [UInt8]) -> Bool {
    if path.lowercased().hasSuffix(".csv") { return true }
    if path.lowercased().hasSuffix(".swf") { return false }
    let first = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1000).first { $0.first != UInt8(ascii: ";") }
    return first?.contains(UInt8(ascii: ",")) ?? false
  }
}

/// Progress bar on a terminal; nothing elsewhere.
final class SimulationProgress {
  private let stream: TextStream
  private let total: Int
  private var shown = -1

  init(stream: TextStream, total: Int) {
    self.stream = stream
    self.total = max(1, total)
  }

  func show(_ finished: Int) {
    let permille = finished * 1000 / total
    guard stream.isTerminal, total >= 1000, permille > shown else { return }
    shown = permille
    let filled = min(30, permille * 30 / 1000)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    stream.write("\r  \(bar) \(permille / 10) %, \(finished) of \(total) jobs\u{1B}[K")
  }

  func end() { if shown >= 0 { stream.write("\r\u{1B}[K") } }
}

extension Resources {
  /// Amounts that are not zero; a trace's machine often has only processors.
  var textOfPresent: String {
    let present = Dimension.allCases.filter { self[$0] > 0 }
    return text.split(separator: ", ").filter { part in present.contains { part.hasPrefix("\($0.rawValue) ") } }
      .joined(separator: ", ")
  }
}
