import FleetModel
import Scheduling

// Learning from ended runs how long later ones will take.

extension Fleet {
  /// Counts a run that has just ended, if it shows how long the work takes; see `RuntimeHistory`. A run of an older
  /// generation does not, for it may have been of another image.
  mutating func learn(from live: LiveRun, _ work: inout StepWork) {
    let (run, slot) = (live.record, live.deployment)
    guard learnsRuntimes, !live.isService, run.outcome?.isSuccess == true, run.stopCause == nil,
      run.generation == deployments[slot].record.progress.generation, let startedAt = run.startedAt,
      let endedAt = run.endedAt
    else { return }
    let key = runtimeKey(of: slot)
    work.changedRuntimes.insert(key)
    let old = runtimes[key]
    if old == nil { forgetOldestRuntimes(&work) }
    runtimes[key, default: RuntimeHistory(key)].add(
      endedAt - startedAt, declared: deployments[slot].record.traits.expectedRuntime, endedAt: endedAt)
    applyEstimates(of: key, insteadOf: old, &work)
  }

  /// Forgets the pair of image and user of which no run has ended for the longest, if there are too many pairs. Images come and
  /// go (a tag for each commit), and what was learned of them must not grow for ever.
  private mutating func forgetOldestRuntimes(_ work: inout StepWork) {
    guard runtimes.count >= RuntimeHistory.pairLimit,
      let oldest = runtimes.values.min(by: { ($0.lastEnd, $0.key) < ($1.lastEnd, $1.key) })
    else { return }
    runtimes[oldest.key] = nil
    work.changedRuntimes.insert(oldest.key)
    applyEstimates(of: oldest.key, insteadOf: oldest, &work)
  }

  /// Updates the live runs of an image and user, and the waiting deployments, if what is expected of them has changed. The
  /// live runs are few. All that wait may be concerned, but they go by the cautious figures, which rarely change.
  private mutating func applyEstimates(of key: RuntimeKey, insteadOf old: RuntimeHistory?, _ work: inout StepWork) {
    let new = runtimes[key]
    applyEstimate(of: key, (old?.durations.quantiles, new?.durations.quantiles), isDeclared: false, &work)
    applyEstimate(of: key, (old?.ratios.quantiles, new?.ratios.quantiles), isDeclared: true, &work)
  }

  /// - Parameter isDeclared: whether jobs that declare a duration go by these quantiles, or those that do not.
  private mutating func applyEstimate(
    of key: RuntimeKey, _ quantiles: (old: QuantileHistory.Quantiles?, new: QuantileHistory.Quantiles?),
    isDeclared: Bool, _ work: inout StepWork
  ) {
    let (old, new) = quantiles
    if new?.p50 == old?.p50, new?.p90 == old?.p90 { return }
    func isConcerned(_ slot: DeploymentSlot) -> Bool {
      // Field by field: a copy of the record retains all that it holds.
      deployments[slot].record.user == key.user && deployments[slot].record.traits.mode == .job
        && (deployments[slot].record.traits.expectedRuntime != nil) == isDeclared
        && deployments[slot].record.image == key.image
    }
    for run in runs.values where !run.isService && isConcerned(run.deployment) {
      updateRuntime(ofRunOf: run.deployment)
      markClusterDirty(run.cluster, &work)
    }
    if new?.p90 == old?.p90 { return }
    for slot in deployments.indices where deployments[slot].isQueued {
      guard !deployments[slot].isVacant, isConcerned(slot) else { continue }
      enqueue(slot)
      markClusterDirty(deployments[slot].cluster, &work)
    }
  }

  /// Forgets everything learned from the runs of a user who is deleted.
  mutating func forgetRuntimes(of user: UserID) {
    if runtimes.isEmpty { return }
    runtimes = runtimes.filter { $0.key.user != user }
  }
}
