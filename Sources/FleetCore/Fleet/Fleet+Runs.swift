import FleetModel
import Scheduling

// The index of live runs: what a run holds, for whom, and how long it may.

extension Fleet {
  /// Enters a live run into every index.
  mutating func enter(_ run: RunRecord, of slot: DeploymentSlot) {
    // After a move its deployment belongs to another cluster.
    let cluster = clustersByID[run.cluster] ?? deployments[slot].cluster
    let live = LiveRun(
      record: run, deployment: slot, cluster: cluster, isService: mayNeverEnd(run, of: slot),
      priority: deployments[slot].effectivePriority, touchedAt: stepCount)
    runs[run.id] = live
    runsByName[run.name] = run.id
    deployments[slot].run = run.id
    clusters[cluster].admit(live, runtime: runtimeBound(of: slot))
  }

  /// Whether this process began a run, which is told by its name.
  func hasBegunHere(_ run: RunRecord) -> Bool {
    run.name
      == RunName(
        installation: installation, deployment: run.deployment, generation: run.generation, attempt: run.attempt)
  }

  /// Whether a run never ends by itself. A service does not; nor may a run of an older generation, which may have been a
  /// service's: the run does not say, and a job that was held up for it would be for ever.
  private func mayNeverEnd(_ run: RunRecord, of slot: DeploymentSlot) -> Bool {
    deployments[slot].record.traits.mode == .service
      || run.generation != deployments[slot].record.progress.generation
  }

  /// Counts a deployment's run among those that never end, or no longer, and renews the bound of its duration. To be called
  /// after its spec or what is learned of its kind has changed.
  mutating func updateRuntime(ofRunOf slot: DeploymentSlot) {
    guard let id = deployments[slot].run, let live = runs[id] else { return }
    let isService = mayNeverEnd(live.record, of: slot)
    clusters[live.cluster].changeRuntime(of: live, isService: isService, runtime: runtimeBound(of: slot))
    runs[id]?.isService = isService
  }

  /// Moves a deployment's run to where its effective priority belongs.
  mutating func updatePriority(ofRunOf slot: DeploymentSlot, _ work: inout StepWork) {
    guard let id = deployments[slot].run, let live = runs[id], live.record.state != .stopping else { return }
    let priority = deployments[slot].effectivePriority
    if live.priority == priority { return }
    clusters[live.cluster].changePriority(of: live, to: priority)
    runs[id]?.priority = priority
    // It may be one that can be preempted now.
    if priority < live.priority { roomCameBack(live.cluster, &work) }
  }

  /// Returns the identity of a live run's deployment, which its record names as it was called when the run began.
  func identity(of live: LiveRun) -> DeploymentIdentity { deployments[live.deployment].record.identity }

  /// The live run of a deployment; `nil` if it has none.
  func liveRun(of slot: DeploymentSlot) -> LiveRun? { deployments[slot].run.flatMap { runs[$0] } }
}
