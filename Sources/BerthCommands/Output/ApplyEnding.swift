import FleetCore
import FleetModel
import PlanModel
import Reconciliation
import Reports
import StateStore

/// Final output of an apply: deployments that were not started, with reasons, and deployments that wait although nobody
/// watches.
struct ApplyEnding {
  let outcome: ApplyOutcome
  let goal: ApplyGoal
  let source: String
  let paths: [String]
  /// Outcome of a deployment's last run; nil if none has ended or the outcome is unknown.
  let lastOutcome: (DeploymentIdentity) throws -> RunOutcome?
  /// Whether the plan had no actions.
  var changesNothing = false
  /// Watches that are alive, which start what waits.
  var watches: [WatchRecord] = []
  /// Whether another apply that waits will start what waits.
  var isFollowed = false

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

  /// Number of deployments that are named; the rest is counted.
  private static let most = 20

  /// Exit status of the command.
  var status: ExitStatus {
    switch outcome.end {
    case .interrupted: .interrupted
    case .stuck, .timedOut: .notConverged
    case .reached where outcome.holds.contains { $0.kind == .hold(.protected) }: .refused
    case .reached: outcome.failedStarts.isEmpty || goal != .carriedOut ? .done : .notConverged
    }
  }

  /// The output, each line with its line break: unmet deployments with reasons, then the summary.
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
      case .interrupted: "Interrupted; runs continue"
      }
    if outcome.end == .reached, changesNothing {
      return "No changes\(counts.isEmpty ? "" : "; \(counts)")." + unwatched
    }
    return "\(end)\(counts.isEmpty ? "" : ": \(counts)")." + unwatched
  }

  /// Sentence about waiting deployments; empty if there are none.
  private var unwatched: String {
    let count = outcome.convergence.waiting.count
    guard count > 0 else { return "" }
    let words = count == 1 ? "1 deployment is waiting" : "\(count) deployments are waiting"
    if let watch = watches.first {
      let more = watches.count == 1 ? "" : ", and \(watches.count - 1) more"
      return " \(words); \(watch.holder.who)@\(watch.holder.host) watches (pid \(watch.holder.pid)\(more))."
    }
    if isFollowed { return " \(words)." }
    return " \(words), and no watch is running: run berth apply \(paths.joined(separator: " ")) again, or with --wait."
  }
}
