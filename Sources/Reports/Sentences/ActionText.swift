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
    case .replacement: "restarts now with the change"
    case .retry: "retries: its last run failed"
    case .restart: "restarts: the service exited"
    case .again: "restarts: its last run was lost or cancelled"
    case .returned: "restarts: it was preempted"
    case .requested: "retries on request: it had FAILED"
    }
  }

  /// Words after `1200 deployments`; nil if the symbol and the start already say it.
  var textForSeveral: String? {
    switch self {
    case .new, .replacement: nil
    case .retry: "retry: their last runs failed"
    case .restart: "restart: the services exited"
    case .again: "restart: their last runs were lost or cancelled"
    case .returned: "restart: they were preempted"
    case .requested: "retry on request: they had FAILED"
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
