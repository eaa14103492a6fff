import FleetModel
import PlanModel
import Scheduling

// The end of a run, and what follows for its deployment.

/// Wait after failures in a row: the first wait, doubled at each further failure, up to a bound.
struct Backoff {
  var first: TimeSpan
  var longest: TimeSpan

  /// Waits between calls to an engine that fail.
  static let call = Backoff(first: .seconds(1), longest: .seconds(60))
  /// Waits between restarts of a service.
  static let service = Backoff(first: .seconds(10), longest: .seconds(300))
  /// Waits after the second loss of a run in a row and the further ones; the first runs again at once.
  static let loss = Backoff(first: .seconds(10), longest: .seconds(300))
  /// Number of losses in a row with which a job FAILED.
  static let mostLosses: Int32 = 6
  /// Waits between a preemption and the next admission. Each preempted run had its minimum runtime, so the time lost to
  /// preemptions is bounded by the time that was run.
  static func cooling(_ scheduling: SchedulingSpec) -> Backoff {
    Backoff(first: max(scheduling.minimumRuntime, .seconds(10)), longest: .seconds(3600))
  }
  /// Waits between retries of a job.
  static func job(_ policy: RetryPolicy) -> Backoff { Backoff(first: policy.backoff, longest: .seconds(3600)) }

  /// Returns the wait after a number of failures in a row, from 1.
  func wait(afterFailures failures: Int) -> TimeSpan {
    let bound = max(first, longest)
    var wait = first
    for _ in 1..<max(failures, 1) {
      if wait >= bound { break }
      wait = min(TimeSpan(nanoseconds: wait.nanoseconds.addingClamped(wait.nanoseconds)), bound)
    }
    return wait
  }
}

extension Int64 {
  /// Returns the sum, or the greatest value where it would overflow.
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension Fleet {
  /// Ends a run that is confirmed gone: gives back its room and decides what becomes of its deployment.
  mutating func end(_ id: RunID, _ outcome: RunOutcome, at: Instant, _ work: inout StepWork) {
    guard var live = runs.removeValue(forKey: id) else { return }
    var outcome = outcome
    // The engine's clock may have been set back.
    let at = max(at, live.record.startedAt ?? live.record.createdAt)
    if live.record.stopCause == .launchFailed, !outcome.isSuccess {
      outcome = .failedToStart(live.launchFailure ?? "the engine refused to launch it")
    }
    let slot = live.deployment
    let cluster = live.cluster
    live.record.state = outcome.isLoss ? .lost : .ended
    live.record.outcome = outcome
    live.record.endedAt = at
    work.changedRuns[id] = live.record
    runsByName[live.record.name] = nil
    clusters[cluster].release(live)
    refreshClaims(afterEndOf: live, &work)
    roomCameBack(cluster, &work)
    if clusters[cluster].record.isWithdrawn { work.mayDelete = true }
    deployments[slot].run = nil
    // The runs that it relied on can be stopped without it now.
    for edge in deployments[slot].dependencies where edge.until == .running {
      markClusterDirty(deployments[edge.slot].cluster, &work)
    }
    learn(from: live, &work)
    endedNames[live.record.name] = (cluster, stepCount)
    let (told, pause) = (work.events.count, deployments[slot].record.progress.notBefore)
    log(.ended, outcome.text, .deployment(identity(of: live)), run: live.record.name, &work)
    settleAfter(live.record, outcome, isService: live.isService, slot: slot, &work)
    deployments[slot].settleSuspension(now: work.now)
    let progress = deployments[slot].record.progress
    if let next = progress.notBefore, next != pause, next > work.now, progress.status == .pending,
      progress.preemptedBy == nil
    {
      work.events[told].message += "; runs again in \((next - min(at, work.now)).text)"
    }
    work.changedProgress.insert(slot)
    markDirty(slot, &work)
  }

  /// Sets the status, the failures and the pause that follow from an outcome.
  private mutating func settleAfter(
    _ run: RunRecord, _ outcome: RunOutcome, isService: Bool, slot: DeploymentSlot, _ work: inout StepWork
  ) {
    let identity = ObjectIdentity.deployment(deployments[slot].record.identity)
    var progress = deployments[slot].record.progress
    defer { deployments[slot].record.progress = progress }
    progress.status = .pending
    // Counted from the end itself, whenever it is heard of, so that every plan made before says the same.
    let over = min(run.endedAt ?? work.now, work.now)
    if let preemptor = run.stopCause?.preemptor, isService || !outcome.isSuccess {
      // A run that lasted longer than any cool-down begins the count anew.
      let ranFor = run.startedAt.map { over - $0 } ?? .zero
      progress.preemptions = ranFor >= .seconds(3600) ? 1 : progress.preemptions &+ 1
      progress.preemptedBy = preemptor
      let scheduling = clusters[deployments[slot].cluster].record.scheduling
      progress.notBefore = over + Backoff.cooling(scheduling).wait(afterFailures: Int(progress.preemptions))
      if outcome != .maxRuntimeExceeded { return }
    }
    if run.generation != progress.generation { return }
    if run.stopCause == .maxRuntime || outcome == .maxRuntimeExceeded {
      progress.failures += 1
      progress.status = .failed
      log(.failed, "stopped after maxRuntime", identity, run: run.name, &work)
      return
    }
    // A job that came to its end before it heard that it was to stop has come to its end.
    if let cause = run.stopCause, cause != .launchFailed, !outcome.isSuccess || isService { return }
    switch outcome {
    case .interrupted, .abandoned, .stopped: return
    case .lost: noteLoss(of: run, over: over, isService: isService, &progress, identity, &work)
    case .failedToStart:
      progress.losses = 0
      progress.failures += 1
      progress.status = .failed
      log(.failed, outcome.text, identity, run: run.name, &work)
    case .exited, .signaled, .ramExceeded, .maxRuntimeExceeded:
      progress.losses = 0
      if isService {
        let upFor = run.startedAt.map { (run.endedAt ?? work.now) - $0 } ?? .zero
        progress.failures = upFor >= .seconds(600) ? 1 : progress.failures + 1
        progress.notBefore = over + Backoff.service.wait(afterFailures: progress.failures)
      } else if outcome.isSuccess {
        progress.status = .completed
        log(.completed, "completed", identity, run: run.name, &work)
      } else {
        progress.failures += 1
        let policy = deployments[slot].record.traits.retry
        if progress.failures > policy.limit {
          progress.status = .failed
          log(.failed, "\(outcome.text); no retry is left", identity, run: run.name, &work)
        } else {
          progress.notBefore = over + Backoff.job(policy).wait(afterFailures: progress.failures)
        }
      }
    }
  }

  /// Counts a loss. One may be an accident; a job that kills its own supervisor must not run again for ever, however long each
  /// run lasts. A service may, and one that was up for long has begun anew.
  private mutating func noteLoss(
    of run: RunRecord, over: Instant, isService: Bool, _ progress: inout DeploymentProgress, _ identity: ObjectIdentity,
    _ work: inout StepWork
  ) {
    let upFor = run.startedAt.map { over - $0 } ?? .zero
    progress.losses = isService && upFor >= .seconds(600) ? 1 : progress.losses &+ 1
    if !isService, progress.losses >= Backoff.mostLosses {
      progress.status = .failed
      log(.failed, "lost \(progress.losses) times in a row", identity, run: run.name, &work)
    } else if progress.losses > 1 {
      progress.notBefore = over + Backoff.loss.wait(afterFailures: Int(progress.losses) - 1)
    }
  }
}
