import FleetModel
import PlanModel

/// How far the deployments of a source are from what is declared.
public struct Convergence: Sendable, Hashable {
  /// Jobs that are COMPLETED and services that are ready, and what is suspended as declared.
  public var done = 0
  /// How many of them do not run because they are suspended as declared.
  public var suspended = 0
  /// Runs of the current generation that execute; services that are not ready yet among them.
  public var running: [DeploymentIdentity] = []
  /// What may still come by itself: queued, backing off, starting, stopping.
  public var waiting: [DeploymentIdentity] = []
  /// FAILED.
  public var failed: [DeploymentIdentity] = []
  /// What will not come by itself: impossible, its owner may not, or it waits for such a one, or for a FAILED or suspended
  /// one.
  public var blocked: [DeploymentIdentity] = []

  /// Nothing.
  public init() {}

  /// Every job is COMPLETED and every service ready.
  public var isConverged: Bool { running.isEmpty && waiting.isEmpty && failed.isEmpty && blocked.isEmpty }
  /// All have started at least.
  public var isStarted: Bool { waiting.isEmpty && failed.isEmpty && blocked.isEmpty }
  /// What has not started does not start by itself.
  public var isStuckBeforeStart: Bool { waiting.isEmpty && !isStarted }
  /// Nothing more comes by itself, and not all is done.
  public var isStuck: Bool { running.isEmpty && waiting.isEmpty && !isConverged }
}

extension Fleet {
  /// How far a source is, at a time.
  public func convergence(of source: String, now: Instant) -> Convergence {
    var result = Convergence()
    guard let id = sourcesByName[source] else { return result }
    for slot in deployments.indices where deployments[slot].record.source == id && !deployments[slot].isVacant {
      // Field by field: a copy of the record retains all that it holds.
      let (status, isSuspended) = (
        deployments[slot].record.progress.status, deployments[slot].record.traits.suspend
      )
      if status == .cancelled || status == .completed, !deployments[slot].record.progress.isWithdrawn {
        result.done += 1
        if status == .cancelled { result.suspended += 1 }
        continue
      }
      let record = deployments[slot].record
      let facts = deployments[slot].published
      if record.progress.isWithdrawn {
        if record.traits.protect {
          result.blocked.append(record.identity)
        } else {
          result.waiting.append(record.identity)
        }
        continue
      }
      switch record.progress.status {
      case .completed, .cancelled: result.done += 1
      case .failed where isSuspended:
        result.done += 1
        result.suspended += 1
      case .failed: result.failed.append(record.identity)
      case .running:
        let isCurrent = deployments[slot].run.flatMap { runs[$0]?.record.generation } == record.progress.generation
        if !isCurrent, needsSomebody(slot, now: now) {
          result.blocked.append(record.identity)
        } else if !isCurrent {
          result.waiting.append(record.identity)
        } else if record.traits.mode == .service && facts.isUp {
          result.done += 1
        } else {
          result.running.append(record.identity)
        }
      case .pending:
        if record.traits.suspend && deployments[slot].run == nil {
          result.done += 1
          result.suspended += 1
        } else if facts.isHopeless || needsSomebody(slot, now: now) {
          result.blocked.append(record.identity)
        } else {
          result.waiting.append(record.identity)
        }
      }
    }
    result.running.sort()
    result.waiting.sort()
    result.failed.sort()
    result.blocked.sort()
    return result
  }

  /// Whether a deployment waits for what only somebody's doing can bring.
  private func needsSomebody(_ slot: Int, now: Instant) -> Bool {
    switch reason(of: slot, now: now) {
    case .protected, .secretUnavailable, .heldByServices, .neverFits, .ownerInactive, .ownerNotMember: true
    default: false
    }
  }
}
