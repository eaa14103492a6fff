import FleetModel
import PlanModel

/// Texts from a plan's forecast: start of each deployment's run, and the cost of each preemption.
struct StartTexts {
  private let from: Instant?
  private let starts: [DeploymentIdentity: ExpectedStart]
  private let waits: [DeploymentIdentity: ForecastWait]
  private let bills: [DeploymentIdentity: PreemptionBill]
  /// First victim of each preemptor; how victims were chosen is said only there.
  private let firstVictims: Set<DeploymentIdentity>

  init(_ plan: Plan) {
    from = plan.forecast?.from
    var starts: [DeploymentIdentity: ExpectedStart] = [:]
    for entry in plan.forecast?.deployments ?? [] { starts[entry.deployment] = entry.start }
    self.starts = starts
    waits = plan.forecast?.waits ?? [:]
    bills = Dictionary(plan.bills.map { ($0.victim, $0) }) { first, _ in first }
    firstVictims = Set(Dictionary(plan.bills.map { ($0.preemptor, $0.victim) }) { first, _ in first }.values)
  }

  /// Cost of a preemption as text; nil for other actions.
  func bill(of action: Action, _ scope: NameScope) -> String? {
    switch action.kind {
    case .preempt, .stop(.preempted):
      guard case .deployment(let identity) = action.identity else { return nil }
      return bills[identity]?.text(in: scope, from: from, tellsSelection: firstVictims.contains(identity))
    default: return nil
    }
  }

  /// Reason to wait after the action's dependency is met: `, then for gpu`; empty if there is none.
  func sequel(of action: Action, _ scope: NameScope) -> String {
    guard case .hold(.waitsForDependency(let other, _)) = action.kind, case .deployment(let identity) = action.identity,
      let wait = waits[identity], wait.dependency.on == other
    else { return "" }
    return wait.then?.sequel(in: scope) ?? ""
  }

  /// Rank of a deployment that starts or waits: starts now, then known times, then unknown or no start.
  func rank(of action: Action) -> (rank: Int, at: Instant) {
    let none = Instant(nanoseconds: 0)
    switch text(of: action) {
    case "now": return (0, none)
    default:
      guard case .deployment(let identity) = action.identity, case .at(let instant)? = starts[identity] else {
        return (2, none)
      }
      return (1, instant)
    }
  }

  /// Whether the deployment's bill says when it restarts.
  func tellsReturn(of action: Action) -> Bool {
    guard case .deployment(let identity) = action.identity, let bill = bills[identity] else { return false }
    return bill.comesBack != nil
  }

  /// Start of the action's run; empty if it has none, or none before somebody intervenes.
  func text(of action: Action) -> String {
    switch action.kind {
    case .start: return "now"
    case .hold(let reason):
      guard let from, case .deployment(let identity) = action.identity, let start = starts[identity] else {
        return reason.start
      }
      let text = start.text(from: from)
      return text == "unknown" && reason.start != "later" ? reason.start : text
    case .register, .update, .stop, .preempt, .prune: return ""
    }
  }
}

extension ExpectedStart {
  /// Short text for a column: `now`, `in 1h 20m`, `unknown`, `never`.
  func text(from: Instant) -> String {
    switch self {
    case .now: "now"
    case .at(let instant): "in \((instant - from).roughText)"
    case .unknown(.held(.neverFits)): "never"
    case .unknown: "unknown"
    }
  }
}

extension TimeSpan {
  /// Duration rounded to the precision of an estimate: `45s`, `2m 30s`, `40m`, `1h 20m`, `12d`.
  var roughText: String {
    func rounded(to unit: Int64) -> TimeSpan {
      TimeSpan(nanoseconds: (nanoseconds / 1_000_000_000 + unit / 2) / unit * unit * 1_000_000_000)
    }
    switch nanoseconds / 1_000_000_000 {
    case ..<1: return "1s"
    case ..<600: return rounded(to: 1).humanText
    case ..<86_400: return rounded(to: 60).humanText
    case ..<864_000: return rounded(to: 3600).humanText
    default: return rounded(to: 86_400).humanText
    }
  }
}

extension Reason {
  /// Start of a deployment that waits for this if there is no forecast: `later` or `never`; empty if somebody must
  /// intervene first.
  fileprivate var start: String {
    switch self {
    case .suspended, .protected, .ownerInactive, .ownerNotMember, .dependencyFailed, .secretUnavailable, .failed,
      .dependantsRemain:
      ""
    case .neverFits: "never"
    default: "later"
    }
  }
}
