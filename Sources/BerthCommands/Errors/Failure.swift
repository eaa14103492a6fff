import ArgumentParser
import Diagnostics
import EngineInterface
import FleetModel
import ManifestSources
import PlanModel
import Reconciliation
import Reports
import StateStore

/// Turns any error into a message and an exit code; nothing else does.
struct Failure {
  let error: any Error
  /// The root command, whose parser explains errors of the command line.
  let program: any ParsableCommand.Type

  init(_ error: any Error, of program: any ParsableCommand.Type) {
    self.error = error
    self.program = program
  }

  /// Prints the message and returns the code.
  /// - Parameter isForShell: whether a shell reads the parser's message, which is then printed unchanged.
  func report(color: ColorChoice, isForShell: Bool = false) -> Int32 {
    if let status = error as? ExitStatus { return status.rawValue }
    if let outcome = outcome {
      let stream = TextStream(2, color: color, environment: .current)
      if !outcome.text.isEmpty {
        stream.write(stream.palette.paint("error", .error) + ": " + stream.sentence(outcome.text, margin: 7, after: 7))
      }
      if let advice = outcome.advice { stream.write(stream.sentence(advice, margin: 7)) }
      stream.write(outcome.details(stream))
      return outcome.status.rawValue
    }
    // Remaining errors are the parser's: help and version go to standard output, mistakes to standard error.
    let code = program.exitCode(for: error)
    let text = program.fullMessage(for: error)
    let message = isForShell && code.isSuccess ? text : ArgumentSpelling.shown(text)
    let stream = TextStream(code.isSuccess ? 1 : 2, color: code.isSuccess ? .never : color, environment: .current)
    if !message.isEmpty { stream.write(Self.styledMessage(message, stream.palette) + "\n") }
    return code.rawValue
  }

  /// The parser's message in the style of all others: `error: unknown option '--colour'`.
  static func styledMessage(_ message: String, _ palette: Palette) -> String {
    guard message.hasPrefix("Error: ") else { return message }
    let lines = message.dropFirst(7).split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    var first = String(lines[0])
    if first.dropFirst().first?.isLowercase ?? false { first = first.prefix(1).lowercased() + first.dropFirst() }
    if first.hasSuffix(".") { first.removeLast() }
    return ([palette.paint("error", .error) + ": " + first] + lines.dropFirst()).joined(separator: "\n")
  }

  struct Outcome {
    var status: ExitStatus
    var text: String
    var advice: String?
    var details: (TextStream) -> String = { _ in "" }

    init(
      _ status: ExitStatus, _ text: String, advice: String? = nil,
      details: @escaping (TextStream) -> String = { _ in "" }
    ) {
      self.status = status
      self.text = text
      self.advice = advice
      self.details = details
    }
  }

  /// Message and status of a known error; nil for an error of the parser.
  var outcome: Outcome? {
    switch error {
    case let error as CommandError: outcome(error)
    case let error as ReconcilerError: outcome(error)
    case let error as StateError: outcome(error)
    case let error as InvalidManifests: outcome(CommandError.invalid(error.diagnostics))
    case let error as ManifestSourceError: Outcome(.failed, error.description, advice: error.advice)
    case let error as EngineError: Outcome(.failed, error.message, advice: "see: berth doctor")
    case let error as SpecCodingError: Outcome(.failed, error.description, advice: "see: berth doctor")
    case let error as PasswordHashError:
      Outcome(.failed, error.description, advice: "choose another password and run the command again")
    case is CancellationError: Outcome(.interrupted, "") { _ in "interrupted\n" }
    default: nil
    }
  }

  private func outcome(_ error: CommandError) -> Outcome {
    switch error {
    case .invalid(let diagnostics):
      let count = diagnostics.filter { $0.severity == .error }.count
      return Outcome(.failed, "") { stream in
        stream.diagnostics(diagnostics)
          + "\n\(stream.palette.paint("\(count) error\(count == 1 ? "" : "s")", .error)); nothing was changed\n"
      }
    case .notFound(let what, let hint): return Outcome(.failed, what, advice: hint)
    case .notConfirmed(let why): return Outcome(.refused, why)
    case .usage(let what, let command):
      // Same form as the parser's own messages.
      return Outcome(.usage, "") { stream in
        let usage = ArgumentSpelling.shown(program.usageString(for: command))
        let name = command.configuration.commandName ?? "\(command)".lowercased()
        let message = "Error: \(what)\nUsage: \(usage)\n  See 'berth \(name) --help' for more information.\n"
        return Self.styledMessage(message, stream.palette)
      }
    case .system(let what, let hint): return Outcome(.failed, what, advice: hint)
    }
  }

  private func outcome(_ error: ReconcilerError) -> Outcome {
    switch error {
    case .refused(let plan, _):
      Outcome(.refused, "the plan is refused; nothing was changed") { stream in
        PlanText(width: stream.width, palette: stream.palette).remarks(of: plan)
      }
    case .stalePlan:
      Outcome(
        .refused, "the state has changed since the plan was shown; nothing was changed",
        advice: "see the new plan: berth diff")
    }
  }

  private func outcome(_ error: StateError) -> Outcome {
    switch error {
    case .locked, .changedElsewhere: Outcome(.refused, error.description, advice: error.advice)
    default: Outcome(.failed, error.description, advice: error.advice)
    }
  }
}
