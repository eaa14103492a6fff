import FleetModel
import PlanModel
import Scheduling

/// Progress of a source's deployments toward their declared state.
public struct Convergence: Sendable, Hashable {
  /// Number of deployments in their declared state: completed jobs, ready services, and deployments that are suspended
  /// as declared.
  public var done = 0
  /// Number of the done deployments that are suspended as declared.
  public var suspended = 0
  /// Deployments with an executing run of the current generation, including services that are not ready yet.
  public var running: [DeploymentIdentity] = []
  /// Deployments that may still start without intervention: queued, backing off, starting, or stopping.
  public var waiting: [DeploymentIdentity] = []
  /// Deployments that are FAILED.
  public var failed: [DeploymentIdentity] = []
  /// Deployments that need intervention: impossible to admit, held for a secret or a protection, their owner may not run
  /// them, or they wait for one of these or for a FAILED or suspended deployment.
  public var blocked: [DeploymentIdentity] = []

  /// Creates a result without deployments.
  public init() {}

  /// Whether every job is COMPLETED and every service is ready.
  public var isConverged: Bool { running.isEmpty && waiting.isEmpty && failed.isEmpty && blocked.isEmpty }
  /// Whether every deployment has at least started.
  public var isStarted: Bool { waiting.isEmpty && failed.isEmpty && blocked.isEmpty }
  /// Whether some deployments have not started and none of them can without intervention.
  public var isStuckBeforeStart: Bool { waiting.isEmpty && !isStarted }
  /// Whether nothing more happens without intervention although the source has not converged.
  public var isStuck: Bool { running.isEmpty && waiting.isEmpty && !isConverged }
}

extension Fleet {
  /// Returns a source's progress toward its declared state at a time.
  public func convergence(of source: String, now: Instant) -> Convergence {
    var result = Convergence()
    guard let id = sourcesByName[source] else { return result }
    let needing = deploymentsInNeedOfAPerson(now: now)
    for slot in deployments.indices where deployments[slot].record.source == id && !deployments[slot].isVacant {
      // Field by field, because a copy of the record retains everything in it.
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
        if needing.contains(slot) {
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
        if !isCurrent, needing.contains(slot) {
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
        } else if needing.contains(slot) {
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
}
