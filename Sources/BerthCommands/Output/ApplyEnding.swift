import FleetCore
import FleetModel
import PlanModel
import Reconciliation
import Reports

/// The last words of an apply: what it did not do, and why; and what waits though nobody watches.
struct ApplyEnding {
  let outcome: ApplyOutcome
  let goal: ApplyGoal
  let source: String
  let paths: [String]
  /// How the last run of a deployment ended; nil: it has not, or nobody knows.
  let lastOutcome: (DeploymentIdentity) throws -> RunOutcome?
  /// The plan had nothing to do, and did nothing.
  var changesNothing = false
  /// Another command follows the state: what waits starts with it.
  var isWatched = false

  init(
    outcome: ApplyOutcome, goal: ApplyGoal, source: String, paths: [String],
    lastOutcome: @escaping (DeploymentIdentity) throws -> RunOutcome?
  ) {
    self.outcome = outcome
    self.goal = goal
    self.source = source
    self.paths = paths
    self.lastOutcome = lastOutcome
  }

  /// So many deployments are named; the rest is counted.
  private static let most = 20

  /// How the program ends.
  var status: ExitStatus {
    switch outcome.end {
    case .interrupted: .interrupted
    case .stuck, .timedOut: .notConverged
    case .reached where outcome.holds.contains { $0.kind == .hold(.protected) }: .refused
    case .reached: outcome.failedStarts.isEmpty || goal != .carriedOut ? .done : .notConverged
    }
  }

  /// The words, each line with its line break: what did not come about and why, then the one summary.
  func text(stream: TextStream) throws -> String {
    var out = ""
    let now = SystemTime().now()
    let convergence = outcome.convergence
    let concerned = Set(convergence.failed + convergence.blocked + outcome.failedStarts)
    var told = 0
    var untold = 0
    for case (.hold(let reason), .deployment(let identity)) in outcome.holds.map({ ($0.kind, $0.identity) }) {
      guard concerned.contains(identity) || outcome.end == .timedOut || outcome.end == .stuck else { continue }
      guard told < Self.most else {
        untold += 1
        continue
      }
      told += 1
      let ended = if case .failed = reason { try lastOutcome(identity) } else { RunOutcome?.none }
      let isBad = convergence.failed.contains(identity) || outcome.failedStarts.contains(identity)
      let sentence =
        "\(identity.text) \(reason.text(in: NameScope(cluster: identity.cluster), now: now, outcome: ended))"
      out += stream.sentence(sentence, margin: 0, isBad ? .error : .waiting)
      if let advice = reason.advice(for: identity, outcome: ended) { out += stream.sentence(advice, margin: 2) }
    }
    if untold > 0 { out += "… and \(untold) more: see berth get -o wide\n" }
    return out + stream.sentence(summary, margin: 0, .strong)
  }

  private var summary: String {
    let convergence = outcome.convergence
    let counts = [
      (convergence.done - convergence.suspended, "done"), (convergence.suspended, "suspended"),
      (convergence.running.count, "running"), (convergence.waiting.count, "waiting"),
      (convergence.blocked.count, "held"), (convergence.failed.count, "failed"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let end =
      switch outcome.end {
      case .reached: "Applied"
      case .stuck: "Not converged"
      case .timedOut: "Timed out"
      case .interrupted: "Interrupted; what runs goes on"
      }
    if outcome.end == .reached, changesNothing {
      return "Nothing to change\(counts.isEmpty ? "" : "; \(counts)")." + unwatched
    }
    return "\(end)\(counts.isEmpty ? "" : ": \(counts)")." + unwatched
  }

  /// That what waits will not start by itself.
  private var unwatched: String {
    let count = outcome.convergence.waiting.count
    guard count > 0 else { return "" }
    let words = count == 1 ? "1 deployment waits" : "\(count) deployments wait"
    if isWatched { return " \(words)." }
    return " \(words), and nothing watches: run berth apply \(paths.joined(separator: " ")) again, or with --wait."
  }
}
