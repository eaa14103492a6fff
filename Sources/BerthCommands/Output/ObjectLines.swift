import FleetCore
import FleetModel
import PlanModel
import Reports
import StateStore

/// Rows of the recorded state with what is computed of them, as `get` shows them.
struct ObjectLines {
  let store: StateStore
  /// The recorded state as a fleet, and the same as if the engines had just answered: for reasons.
  let recorded: Fleet
  let presumed: Fleet
  let now: Instant

  init(_ store: StateStore, now: Instant) throws {
    self.store = store
    self.now = now
    recorded = Fleet(try store.load())
    presumed = recorded.assumingLastObservation(now: now)
  }

  /// A deployment's row with its numbers of other rows, and the reason in full.
  struct Deployment {
    var row: DeploymentRow
    var record: DeploymentRecord?
    var why: Standing
    var effectivePriority: Priority
    var age: TimeSpan
  }

  /// A cluster's row with its numbers of other rows.
  struct Cluster {
    var row: ClusterRow
    var record: ClusterRecord?
    var age: TimeSpan
  }

  /// - Parameter tellsOutcome: what failed says how, which must be looked up for each.
  func deployment(_ row: DeploymentRow, tellsOutcome: Bool = false) throws -> Deployment {
    var why = Standing(row, in: self)
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

/// Why a deployment is where it is.
enum Standing {
  /// It runs, has completed, or was given up: there is nothing to explain.
  case plain
  /// It waits, or has failed.
  case held(Reason)
  /// It has failed; with the words that follow its name and say how.
  case failed(Reason, String)
  /// Its run begins: what is to be observed of it has not been.
  case starting
  /// Nothing keeps it from starting but that nobody has looked since.
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

  /// The reason as data; nil: there is none.
  var reason: Reason? {
    switch self {
    case .held(let reason), .failed(let reason, _): reason
    case .plain, .starting, .startsNext: nil
    }
  }

  /// How the reason looks; nil: plainly.
  var style: Style? {
    switch reason {
    case nil, .suspended: nil
    case .failed, .neverFits, .dependencyFailed: .error
    default: .waiting
    }
  }

  /// What follows the deployment's name; nil: nothing. Not yet escaped.
  func text(in scope: NameScope, now: Instant) -> String? {
    switch self {
    case .plain: nil
    case .held(let reason): reason.text(in: scope, now: now)
    case .failed(_, let words): words
    case .starting: "is starting"
    case .startsNext: "can start: the next apply starts it"
    }
  }
}
