import FleetModel
import PlanModel

extension RunOutcome {
  /// Advice about a deployment that FAILED with this outcome, as one sentence without a full stop.
  public func advice(for identity: DeploymentIdentity) -> String {
    let logs = "see: berth logs \(identity.text)"
    let again = "retry with berth apply --retry-failed=\(identity.text)"
    return switch self {
    case .exited, .signaled, .lost, .interrupted, .stopped, .abandoned: "\(logs); \(again)"
    case .failedToStart: "check its command and image, then \(again)"
    case .maxRuntimeExceeded: "\(logs); raise its maxRuntime or reduce its work"
    case .ramExceeded: "\(logs); raise its resources.ram or reduce its memory use"
    }
  }
}

extension Reason {
  /// The same as `text`, with the last run's outcome if it is known: `has FAILED after 2 runs: exited with status 3`.
  public func text(in scope: NameScope, now: Instant?, outcome: RunOutcome?) -> String {
    guard case .failed = self, let outcome else { return text(in: scope, now: now) }
    return "\(text(in: scope, now: now)): \(outcome.text)"
  }

  /// Advice about the reason, given the last run's outcome; nil if all one can do is wait.
  public func advice(for identity: DeploymentIdentity, outcome: RunOutcome?) -> String? {
    guard case .failed = self, let outcome else { return advice(for: identity) }
    return outcome.advice(for: identity)
  }
}
