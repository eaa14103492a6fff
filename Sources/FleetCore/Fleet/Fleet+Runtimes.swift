import FleetModel
import PlanModel
import Scheduling

// Durations of runs, as far as they can be known: declared, or else learned from earlier runs of the same image and user.

extension Fleet {
  /// Returns what is known of the duration of a run of a deployment's current generation. `maxRuntime` bounds it, and is all
  /// that a promise rests on. What is expected is declared, or else what earlier runs of the same image and user took, or else
  /// the bound.
  func runtimeBound(of slot: DeploymentSlot) -> RuntimeBound {
    let traits = deployments[slot].record.traits
    if traits.mode == .service { return .unknown }
    if let estimate = learnedRuntime(of: slot) {
      return RuntimeBound(promised: traits.maxRuntime, expected: estimate.p50, cautious: estimate.p90)
    }
    return RuntimeBound(promised: traits.maxRuntime, expected: traits.expectedRuntime)
  }

  /// Returns the estimate by earlier runs for a job that declares no expected duration. `nil` if it declares one, or if there
  /// are too few earlier runs.
  func learnedRuntime(of slot: DeploymentSlot) -> RuntimeEstimate? {
    if runtimes.isEmpty || !reliesOnEarlierRuns(slot) { return nil }
    return runtimes[runtimeKey(of: slot)]?.estimate
  }

  /// Returns the quantile of earlier runs by which a live run is expected to end at a time. `nil` if that time does not come
  /// from earlier runs.
  func learnedQuantile(of run: LiveRun, endingAt end: Instant) -> LearnedQuantile? {
    guard !run.isService, run.record.state != .stopping, let began = run.record.startedAt,
      let estimate = learnedRuntime(of: run.deployment)
    else { return nil }
    if end == began + estimate.p50 { return LearnedQuantile(percent: 50, runs: estimate.runs) }
    return end == began + estimate.p90 ? LearnedQuantile(percent: 90, runs: estimate.runs) : nil
  }

  /// Returns the estimates by earlier runs for some jobs, sorted by image and user.
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

  /// Whether a deployment is a job that declares no expected duration.
  func reliesOnEarlierRuns(_ slot: DeploymentSlot) -> Bool {
    let traits = deployments[slot].record.traits
    return traits.mode == .job && traits.expectedRuntime == nil
  }

  func runtimeKey(of slot: DeploymentSlot) -> RuntimeKey {
    RuntimeKey(user: deployments[slot].record.user, image: deployments[slot].record.image)
  }

  /// Returns the estimate by earlier runs of its image by its user for the next run of a job that declares no expected
  /// duration.
  /// `nil` if it declares one, if there are too few earlier runs, or if there is no such deployment.
  public func expectedRuntime(of identity: DeploymentIdentity) -> RuntimeEstimate? {
    deploymentsByIdentity[identity].flatMap { learnedRuntime(of: $0) }
  }
}
