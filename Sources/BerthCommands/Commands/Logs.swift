import ArgumentParser
import EngineInterface
import FleetModel
import Reconciliation
import Reports
import StateStore

struct Logs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the output of a run.",
    discussion: """
      To a pipe or a file, output is written unchanged; on a terminal, control sequences other than colors are escaped.
      """)

  @Argument(
    help: ArgumentHelp("The deployment: vision/lab/train, or an unambiguous end such as train.", valueName: "identity"),
    completion: Completion.deployments)
  var identity: String
  @Flag(name: .shortAndLong, help: "Keep showing new output until the run ends.")
  var follow = false
  @Flag(help: "Show the run before the latest.")
  var previous = false
  @Option(help: ArgumentHelp("Show only the last lines.", valueName: "count"))
  var tail: Int?
  @Option(help: ArgumentHelp("Show this run: its name, or generation.attempt as shown by describe.", valueName: "run"))
  var run: String?
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if previous, run != nil { throw ValidationError("--previous and --run exclude each other.") }
    if let tail, tail < 0 { throw ValidationError("--tail must not be negative.") }
  }

  func run() async throws {
    let recorded = try StateSession.required(state)
    let store = recorded.store
    let found = try ObjectSearch(store: store).identity(identity, kinds: [.deployment], remembers: true)
    guard case .deployment(let deployment) = found else { return }
    let choice = run.map { RunChoice.named($0) } ?? (previous ? .previous : .newest)
    let record = try choice.run(
      among: try store.runs(of: deployment), of: deployment, why: try await Self.why(deployment, recorded))
    guard let cluster = try store.load().clusters.first(where: { $0.id == record.cluster }) else {
      throw CommandError.notFound(
        "the cluster of run \(record.name.text) was deleted, and with it the log",
        hint: "see its history: berth describe \(deployment.text)")
    }
    let engine = try LocalEngines(store, .reading).engine(for: cluster.engine)
    let options = LogOptions(follow: follow, tail: tail)
    let out = printing.output
    if !follow {
      if try await !Self.show(record.name, options, of: engine, on: out) { try noteEmptyLog(record, store) }
      return
    }
    let isEmpty = try await Interruption.interrupting {
      let isEmpty = try await !Self.show(record.name, options, of: engine, on: out)
      // Cancelling the task ends the log, too.
      if Task.isCancelled { throw ExitStatus.interrupted }
      return isEmpty
    }
    if isEmpty { try noteEmptyLog(record, store) }
  }

  /// Notes that a run has written nothing; silence could also mean that the log is missing.
  private func noteEmptyLog(_ run: RunRecord, _ store: StateStore) throws {
    if tail == 0 { return }
    let run = try store.run(named: run.name) ?? run
    // While following, more may have happened than is recorded.
    let stateText = run.outcome?.text ?? (follow ? nil : run.state.rawValue)
    let words = "run \(run.name.text) has no output\(stateText.map { " (\($0))" } ?? "")"
    printing.error.write(printing.error.palette.paint("note", .warning) + ": \(VisibleText.escaped(words))\n")
  }

  /// Reason why a deployment has not run; nil if it is gone or has no reason.
  private static func why(_ identity: DeploymentIdentity, _ recorded: StateSession) async throws -> String? {
    let present = try await recorded.reconciler(command: "berth logs").present()
    return StatusReason(present.standing(of: identity), isWatched: present.isWatched)
      .text(in: NameScope(cluster: identity.cluster), now: present.now)
  }

  /// Writes a log until its end, or until the reader goes away.
  /// - Returns: whether the log had any content.
  @discardableResult
  static func show(
    _ name: RunName, _ options: LogOptions, of engine: any EngineView, on out: TextStream
  ) async throws -> Bool {
    var isAnything = false
    var terminal = TerminalBytes()
    for try await bytes in try await engine.logs(name, options: options) {
      isAnything = isAnything || !bytes.isEmpty
      if out.isTerminal { out.write(terminal.show(bytes)) } else { out.write(bytes) }
      if out.hasNoReader { return true }
    }
    if out.isTerminal { out.write(terminal.finish()) }
    return isAnything
  }
}
