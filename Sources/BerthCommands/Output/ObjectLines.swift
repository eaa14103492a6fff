import FleetCore
import FleetModel
import PlanModel
import Reports
import StateStore

/// Rows of the recorded state with the computed values that `get` shows.
struct ObjectLines {
  let store: StateStore
  /// The recorded state as a fleet, and the same fleet assuming that engines just answered, for reasons.
  let recorded: Fleet
  let presumed: Fleet
  let now: Instant

  init(_ store: StateStore, now: Instant) throws {
    self.store = store
    self.now = now
    recorded = Fleet(try store.load())
    presumed = recorded.assumingLastObservation(now: now)
  }

  /// A deployment's row with the IDs of related rows and its full reason.
  struct Deployment {
    var row: DeploymentRow
    var record: DeploymentRecord?
    var why: StatusReason
    var effectivePriority: Priority
    var age: TimeSpan
  }

  /// A cluster's row with the IDs of related rows.
  struct Cluster {
    var row: ClusterRow
    var record: ClusterRecord?
    var age: TimeSpan
  }

  /// The line of a deployment.
  /// - Parameter tellsOutcome: whether the reason of a failed deployment includes its outcome, which needs a query.
  func deployment(_ row: DeploymentRow, tellsOutcome: Bool = false) throws -> Deployment {
    var why = StatusReason(row, in: self)
    if tellsOutcome, case .held(let reason) = why, case .failed(let runs) = reason,
      let outcome = try store.runs(of: row.identity, limit: 1).first?.outcome
    {
      why = .failed(reason, "failed: \(outcome.text), after \(runs) run\(runs == 1 ? "" : "s")")
    }
    return Deployment(
      row: row, record: recorded.deployment(row.identity), why: why,
      effectivePriority: presumed.effectivePriority(of: row.identity) ?? row.priority, age: now - row.createdAt)
  }

  func cluster(_ row: ClusterRow) -> Cluster {
    Cluster(row: row, record: recorded.cluster(row.id), age: now - row.createdAt)
  }
}

/// Explanation of a deployment's status.
enum StatusReason {
  /// Running, completed or cancelled; there is nothing to explain.
  case plain
  /// Waiting, or FAILED.
  case held(Reason)
  /// FAILED, with words after the name that tell the outcome.
  case failed(Reason, String)
  /// Starting: the run has begun but has not been observed yet.
  case starting
  /// Ready to start: nothing prevents it, but no command has run the scheduler since.
  case startsNext

  init(_ row: DeploymentRow, in lines: ObjectLines) {
    if let reason = lines.presumed.reason(of: row.identity, now: lines.now) {
      self = .held(reason)
    } else if row.status != .pending {
      self = .plain
    } else {
      self = row.runState == nil ? .startsNext : .starting
    }
  }

  /// The reason as data; nil if there is none.
  var reason: Reason? {
    switch self {
    case .held(let reason), .failed(let reason, _): reason
    case .plain, .starting, .startsNext: nil
    }
  }

  /// Style of the reason; nil: plain.
  var style: Style? {
    switch reason {
    case nil, .suspended: nil
    case .failed, .neverFits, .dependencyFailed: .error
    default: .waiting
    }
  }

  /// Words after the deployment's name; nil if there are none. Not yet escaped.
  func text(in scope: NameScope, now: Instant) -> String? {
    switch self {
    case .plain: nil
    case .held(let reason): reason.text(in: scope, now: now)
    case .failed(_, let words): words
    case .starting: "is starting"
    case .startsNext: "can start; the next apply or a running watch will start it"
    }
  }
}
