import FleetModel
import PlanModel
import Scheduling

// Durations of runs, as far as they can be known: bounded and declared by manifests, and learned from earlier runs of the same
// image and user.

extension Fleet {
  /// Returns the bound of the duration of a run of a deployment's current generation, and what is expected of it.
  ///
  /// Only `maxRuntime` bounds it. Expected is the `expectedRuntime`, corrected by what earlier runs of the same image and user
  /// took of what was declared of them; without one, what earlier runs took; else the bound. Nothing learned enters a promise.
  func runtimeBound(of slot: DeploymentSlot) -> RuntimeBound {
    let traits = deployments[slot].record.traits
    if traits.mode == .service { return .unknown }
    if let estimate = learnedRuntime(of: slot) {
      return RuntimeBound(promised: traits.maxRuntime, expected: estimate.p50, cautious: estimate.p90)
    }
    return RuntimeBound(promised: traits.maxRuntime, expected: traits.expectedRuntime)
  }

  /// Returns the estimate by earlier runs for a job: of what it declares, or else absolutely. `nil` if there are too few.
  func learnedRuntime(of slot: DeploymentSlot) -> RuntimeEstimate? {
    if runtimes.isEmpty || deployments[slot].record.traits.mode == .service { return nil }
    guard let history = runtimes[runtimeKey(of: slot)] else { return nil }
    guard let declared = deployments[slot].record.traits.expectedRuntime else { return history.estimate }
    return history.correction?.estimate(declared: declared)
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

  /// Returns what is learned of the runs of some jobs, sorted by image and user; for each, durations before corrections.
  func learnedRuntimes(of slots: some Sequence<DeploymentSlot>) -> [LearnedRuntime] {
    if runtimes.isEmpty { return [] }
    var found: Set<LearnedRuntime> = []
    for slot in slots where deployments[slot].record.traits.mode == .job {
      let key = runtimeKey(of: slot)
      guard let history = runtimes[key] else { continue }
      let isDeclared = deployments[slot].record.traits.expectedRuntime != nil
      guard
        let basis = isDeclared
          ? history.correction.map(LearnedRuntime.Basis.declared)
          : history.estimate.map(LearnedRuntime.Basis.durations),
        // What was declared proved right: nothing is learned.
        basis != .declared(RuntimeCorrection(p50: 1000, p90: 1000, runs: history.correction?.runs ?? 0))
      else { continue }
      found.insert(LearnedRuntime(image: key.image, user: users[key.user]?.name ?? "", basis: basis))
    }
    return found.sorted { ($0.image, $0.user, $0.basis.rank) < ($1.image, $1.user, $1.basis.rank) }
  }

  func runtimeKey(of slot: DeploymentSlot) -> RuntimeKey {
    RuntimeKey(user: deployments[slot].record.user, image: deployments[slot].record.image)
  }

  /// Returns the estimate by earlier runs of its image by its user for the next run of a job, of what the job declares or
  /// else absolutely. `nil` if there are too few earlier runs, or if there is no such deployment.
  public func expectedRuntime(of identity: DeploymentIdentity) -> RuntimeEstimate? {
    deploymentsByIdentity[identity].flatMap { learnedRuntime(of: $0) }
  }
}
