import FleetCore
import FleetModel
import PlanModel
import Reports
import StateStore

/// Rows of the recorded state as they are at present: with the ends of runs that engines report, and with the computed values
/// that `get` shows.
struct ObjectLines {
  let store: StateStore
  let present: Present

  var now: Instant { present.now }

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
  /// - Parameters:
  ///   - withHolders: whether its reason is to name the holders of what is short.
  ///   - tellsOutcome: whether the reason of a failed deployment includes its outcome, which needs a query.
  func deployment(_ row: DeploymentRow, withHolders: Bool, tellsOutcome: Bool = false) throws -> Deployment {
    var row = row
    let standing = present.standing(of: row.identity, withHolders: withHolders)
    let record = present.fleet.deployment(row.identity)
    if let record {
      row.status = record.progress.status
      row.startedAt = record.progress.startedAt
      row.attempts = record.progress.attempts
      row.failures = record.progress.failures
      row.notBefore = record.progress.notBefore
      row.queuedAt = record.progress.queuedAt
      row.runState = present.fleet.liveRun(of: row.identity)?.state
    }
    row.reasonCode = standing?.reason?.code
    var why = StatusReason(standing, isWatched: present.isWatched)
    if tellsOutcome, case .held(let reason) = why, case .failed(let runs) = reason,
      let outcome = try store.runs(of: row.identity, limit: 1).first?.outcome
    {
      why = .failed(reason, "failed: \(outcome.text), after \(runs) run\(runs == 1 ? "" : "s")")
    }
    return Deployment(
      row: row, record: record, why: why,
      effectivePriority: present.fleet.effectivePriority(of: row.identity) ?? row.priority, age: now - row.createdAt)
  }

  func cluster(_ row: ClusterRow) -> Cluster {
    var row = row
    if present.endedRuns > 0 { row.hold(present.held(on: row.id)) }
    return Cluster(row: row, record: present.fleet.cluster(row.id), age: now - row.createdAt)
  }

  /// An end of an edge.
  func edge(_ row: DependencyRow) -> DependencyRow {
    var row = row
    let standing = present.standing(of: row.identity, withHolders: false)
    if let standing { row.status = standing.status }
    row.reasonCode = standing?.reason?.code
    return row
  }

  /// Notes on a stream what is shown otherwise than it is recorded.
  func report(on stream: TextStream) throws {
    present.report(on: stream, recordedAt: try store.lastEventTime())
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
  case startsNext(isWatched: Bool)

  init(_ standing: Standing?, isWatched: Bool) {
    guard let standing else {
      self = .plain
      return
    }
    if let reason = standing.reason {
      self = .held(reason)
    } else {
      switch standing.state {
      case .startsNext: self = .startsNext(isWatched: isWatched)
      case .starting: self = .starting
      case .waits, .running, .completed, .failed, .leaving: self = .plain
      }
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
    case .startsNext(let isWatched): StartsNextText.text(isWatched: isWatched)
    }
  }
}
