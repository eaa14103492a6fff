import FleetModel
import PlanModel

/// What a plan's forecast says of each deployment: when its run begins, in a word for a column, and what its preemption costs.
struct StartTexts {
  private let from: Instant?
  private let starts: [DeploymentIdentity: ExpectedStart]
  private let waits: [DeploymentIdentity: ForecastWait]
  private let bills: [DeploymentIdentity: PreemptionBill]
  /// The first victim of each that preempts: how they were found is said once.
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

  /// What the preemption costs that an action is; nil: it is none.
  func bill(of action: Action, _ scope: NameScope) -> String? {
    switch action.kind {
    case .preempt, .stop(.preempted):
      guard case .deployment(let identity) = action.identity else { return nil }
      return bills[identity]?.text(in: scope, from: from, tellsSelection: firstVictims.contains(identity))
    default: return nil
    }
  }

  /// What an action's deployment waits for once the dependency is met that the action names: `, then for gpu`; empty: nothing.
  func sequel(of action: Action, _ scope: NameScope) -> String {
    guard case .hold(.waitsForDependency(let other, _)) = action.kind, case .deployment(let identity) = action.identity,
      let wait = waits[identity], wait.dependency.on == other
    else { return "" }
    return wait.then?.sequel(in: scope) ?? ""
  }

  /// Where a deployment that starts or waits stands among the others: what starts now, then by time, then what starts nobody
  /// knows when, or not by itself.
  func place(of action: Action) -> (rank: Int, at: Instant) {
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

  /// Whether the bill of the deployment that an action is about tells when it comes back.
  func tellsReturn(of action: Action) -> Bool {
    guard case .deployment(let identity) = action.identity, let bill = bills[identity] else { return false }
    return bill.comesBack != nil
  }

  /// When the run begins that an action is about; empty: it is about none, or it does not begin before somebody does
  /// something about it.
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
  /// `now`, `in 1h 20m`, `unknown`, `never`.
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
  /// For people, as exact as an expectation is: `45s`, `2m 30s`, `40m`, `1h 20m`, `12d`.
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
  /// When what waits for this starts, where nobody has looked ahead: `later`, or `never`; empty: not before somebody does
  /// something about it.
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
