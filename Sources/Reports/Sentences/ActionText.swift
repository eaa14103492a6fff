import FleetModel
import PlanModel

extension Action {
  /// Words after the object's name in a plan: `starts now`. Not yet escaped for a terminal.
  public func text(in scope: NameScope = .full, now: Instant? = nil) -> String {
    switch kind {
    case .register: "is created"
    case .update: "is updated in place"
    case .start(let cause): cause.text
    case .stop(let cause): "stops: \(cause.text)"
    case .preempt(let other): "is preempted for \(scope.name(other))"
    case .prune: "is deleted"
    case .hold(let reason): reason.text(in: scope, now: now)
    }
  }

  /// Stable code for programs.
  public var code: String {
    switch kind {
    case .register: "register"
    case .update: "update"
    case .start: "start"
    case .stop: "stop"
    case .preempt: "preempt"
    case .prune: "prune"
    case .hold: "hold"
    }
  }
}

extension Action.StartCause {
  /// The start with its cause, unless that is obvious: `starts now`.
  var text: String {
    switch self {
    case .new: "starts now"
    case .replacement: "starts now, with the change"
    case .retry: "runs again: its last run failed"
    case .restart: "is restarted: the service had exited"
    case .again: "runs again: its last run was lost or given up"
    case .returned: "comes back: it had been preempted"
    case .requested: "runs again, as asked for: it had FAILED"
    }
  }
}

extension StopCause {
  /// Stable code for programs.
  var code: String {
    switch self {
    case .replaced: "replaced"
    case .withdrawn: "withdrawn"
    case .suspended: "suspended"
    case .preempted: "preempted"
    case .dependencyFailed: "dependencyFailed"
    case .maxRuntime: "maxRuntime"
    case .secretUnavailable: "secretUnavailable"
    case .launchFailed: "launchFailed"
    case .ownerMayNot: "ownerMayNot"
    }
  }
}
