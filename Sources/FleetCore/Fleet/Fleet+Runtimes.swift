import FleetModel
import PlanModel
import Scheduling

// How long runs take, as far as one can know: what is declared, or else what earlier runs of the image took.

extension Fleet {
  /// How long a run of a deployment's current generation may take. `maxRuntime` goes before `expectedRuntime`, and that
  /// before what earlier runs of the same image and user took; that alone is no more than an expectation, and no promise
  /// rests on it.
  func runtimeBound(of slot: DeploymentSlot) -> RuntimeBound {
    let traits = deployments[slot].record.traits
    if traits.mode == .service { return .unknown }
    if let estimate = learnedRuntime(of: slot) {
      return RuntimeBound(promised: nil, expected: estimate.p50, cautious: estimate.p90)
    }
    return RuntimeBound(promised: traits.maxRuntime, expected: traits.expectedRuntime)
  }

  /// What earlier runs say of the next run of a job that says nothing itself; nil: it does, or there are too few of them.
  func learnedRuntime(of slot: DeploymentSlot) -> RuntimeEstimate? {
    if runtimes.isEmpty || !reliesOnEarlierRuns(slot) { return nil }
    return runtimes[runtimeKey(of: slot)]?.estimate
  }

  /// Which of the earlier runs say that a live run ends then; nil: not they.
  func learnedQuantile(of run: LiveRun, endingAt end: Instant) -> LearnedQuantile? {
    guard !run.isService, run.record.state != .stopping, let began = run.record.startedAt,
      let estimate = learnedRuntime(of: run.deployment)
    else { return nil }
    if end == began + estimate.p50 { return LearnedQuantile(percent: 50, runs: estimate.runs) }
    return end == began + estimate.p90 ? LearnedQuantile(percent: 90, runs: estimate.runs) : nil
  }

  /// What is expected of the jobs in these slots by earlier runs, by image and user.
  func learnedRuntimes(of slots: some Sequence<DeploymentSlot>) -> [LearnedRuntime] {
    if runtimes.isEmpty { return [] }
    var keys: Set<RuntimeKey> = []
    for slot in slots where reliesOnEarlierRuns(slot) { keys.insert(runtimeKey(of: slot)) }
    let found = keys.compactMap { key in
      runtimes[key]?.estimate.map {
        LearnedRuntime(image: key.image, user: users[key.user]?.name ?? "", estimate: $0)
      }
    }
    return found.sorted { ($0.image, $0.user) < ($1.image, $1.user) }
  }

  private func reliesOnEarlierRuns(_ slot: DeploymentSlot) -> Bool {
    let traits = deployments[slot].record.traits
    return traits.mode == .job && traits.expectedRuntime == nil && traits.maxRuntime == nil
  }

  private func runtimeKey(of slot: DeploymentSlot) -> RuntimeKey {
    RuntimeKey(user: deployments[slot].record.user, image: deployments[slot].record.image)
  }

  /// Counts a run that has just ended, if it shows how long the work takes; see `RuntimeHistory`. One of an older generation
  /// may have been of another image.
  mutating func learn(from live: LiveRun, _ work: inout StepWork) {
    let (run, slot) = (live.record, live.deployment)
    guard learnsRuntimes, !live.isService, run.outcome?.isSuccess == true, run.stopCause == nil,
      run.generation == deployments[slot].record.progress.generation, let startedAt = run.startedAt,
      let endedAt = run.endedAt
    else { return }
    let key = runtimeKey(of: slot)
    work.changedRuntimes.insert(key)
    let old = runtimes[key]?.estimate
    if runtimes[key] == nil { makePlaceForRuntimes(&work) }
    runtimes[key, default: RuntimeHistory(key)].add(endedAt - startedAt, endedAt: endedAt)
    expectAnew(key, insteadOf: old, &work)
  }

  /// Images come and go (a tag for each commit), and what was learnt of them must not grow for ever: the pair is forgotten of
  /// which no run has ended for the longest.
  private mutating func makePlaceForRuntimes(_ work: inout StepWork) {
    guard runtimes.count >= RuntimeHistory.mostPairs,
      let oldest = runtimes.values.min(by: { ($0.lastEnd, $0.key) < ($1.lastEnd, $1.key) })
    else { return }
    runtimes[oldest.key] = nil
    work.changedRuntimes.insert(oldest.key)
    expectAnew(oldest.key, insteadOf: oldest.estimate, &work)
  }

  /// What runs of an image is entered anew where something else is expected of it than before, and what waits where it is
  /// to be judged by something else. The former are few; the latter may be all that wait, and are rarely put anew.
  private mutating func expectAnew(_ key: RuntimeKey, insteadOf old: RuntimeEstimate?, _ work: inout StepWork) {
    let new = runtimes[key]?.estimate
    if new?.p50 == old?.p50, new?.p90 == old?.p90 { return }
    for run in runs.values where !run.isService {
      let slot = run.deployment
      guard reliesOnEarlierRuns(slot), runtimeKey(of: slot) == key else { continue }
      updateServiceRoom(of: slot)
      markClusterDirty(run.cluster, &work)
    }
    if new?.p90 == old?.p90 { return }
    for slot in deployments.indices where deployments[slot].isQueued {
      guard !deployments[slot].isVacant, deployments[slot].record.user == key.user, reliesOnEarlierRuns(slot),
        deployments[slot].record.image == key.image
      else { continue }
      putInQueue(slot)
      markClusterDirty(deployments[slot].cluster, &work)
    }
  }

  /// A user is deleted: so is what was learnt of the user's runs.
  mutating func forgetRuntimes(of user: UserID) {
    if runtimes.isEmpty { return }
    runtimes = runtimes.filter { $0.key.user != user }
  }
}

extension Fleet {
  /// What earlier runs of its image by its user say of the next run of a job that says nothing of it itself; nil: it does,
  /// there were too few, or there is no such deployment.
  public func expectedRuntime(of identity: DeploymentIdentity) -> RuntimeEstimate? {
    deploymentsByIdentity[identity].flatMap { learnedRuntime(of: $0) }
  }
}
