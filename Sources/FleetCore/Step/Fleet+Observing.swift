import FleetModel
import PlanModel
import Scheduling

// Observations of engines, compared with what is recorded.

extension Fleet {
  /// Takes in a look at the engine of a cluster.
  mutating func observe(_ cluster: ClusterID, _ observation: ClusterObservation, _ work: inout StepWork) {
    guard let slot = clustersByID[cluster] else { return }
    switch observation {
    case .unknown(let why):
      clusters[slot].isObserved = true
      if clusters[slot].unknown != why { log(.unknown, why, .cluster(clusters[slot].record.identity), &work) }
      if clusters[slot].unknown == nil { markDeployments(of: slot, &work) }
      clusters[slot].unknown = why
    // The look began before this state was loaded, or before a look that has been taken in.
    case .answered(_, let asOf) where asOf < loadedAt || asOf < clusters[slot].lookedAsOf: break
    case .answered(let observed, let asOf):
      if clusters[slot].unknown != nil { markDeployments(of: slot, &work) }
      clusters[slot].unknown = nil
      clusters[slot].isObserved = true
      clusters[slot].lookedAsOf = asOf
      for id in clusters[slot].runs.sorted() {
        guard let run = runs[id] else { continue }
        let state = observed[run.record.name] ?? .absent
        // Not to execute yet says nothing if a call was under way when the look began, or since.
        if !state.isCertain, run.call != nil || run.touchedAt > asOf { continue }
        observe(run.record.name, state, on: cluster, &work)
      }
      endedNames = endedNames.filter { $0.value.cluster != slot || $0.value.step > asOf }
      let former = clusters[slot].orphans
      clusters[slot].orphans.keep { observed[$0] != nil }
      for (name, state) in observed.sorted(by: { $0.key < $1.key })
      where runsByName[name] == nil && endedNames[name] == nil {
        noteOrphan(name, state, on: slot, &work)
      }
      markWhereReasonChanged(since: former, on: slot, &work)
      for id in clusters[slot].runs { if let run = runs[id] { markDirty(run.deployment, &work) } }
      roomCameBack(slot, &work)
    }
  }

  /// Marks the deployments of a cluster if its orphans are another reason for those that wait than they were, or none.
  private mutating func markWhereReasonChanged(
    since former: Orphans, on cluster: ClusterSlot, _ work: inout StepWork
  ) {
    if clusters[cluster].orphans.words != former.words { markDeployments(of: cluster, &work) }
  }

  /// Marks the deployments of a cluster of which something changed that is the reason of all that wait for it.
  private mutating func markDeployments(of cluster: ClusterSlot, _ work: inout StepWork) {
    if work.isWhole { return }
    let concerned = slotsConcerned(by: cluster)
    if concerned.isEmpty { return }
    for slot in concerned { markDirty(slot, &work) }
  }

  /// The deployments for which it matters whether an engine answers. In a function of its own that changes nothing, because a
  /// loop that may change a fork's deployments copies them first.
  private func slotsConcerned(by cluster: ClusterSlot) -> [DeploymentSlot] {
    deployments.indices.filter { deployments[$0].cluster == cluster && concernsEngine($0) }
  }

  /// Whether its engine has anything to do with what a deployment is or waits for. It has not if the deployment has no run and
  /// is over or suspended.
  private func concernsEngine(_ slot: DeploymentSlot) -> Bool {
    if deployments[slot].run != nil || deployments[slot].record.progress.isWithdrawn { return true }
    switch deployments[slot].record.progress.status {
    case .completed, .failed, .cancelled: return false
    case .pending, .running: return !deployments[slot].record.traits.suspend
    }
  }

  /// Takes in a change that an engine tells of. It may be late, and what it leaves out says nothing: only a whole look tells
  /// that a run does not execute, or that nobody has recorded it.
  mutating func observeChange(
    _ name: RunName, _ observation: RunObservation, on cluster: ClusterID, _ work: inout StepWork
  ) {
    switch observation {
    case .absent, .prepared, .unsettled: break
    case .unknown, .foreign: if runsByName[name] != nil { observe(name, observation, on: cluster, &work) }
    case .queued, .running: if runsByName[name] != nil { observe(name, observation, on: cluster, &work) }
    case .ended: observe(name, observation, on: cluster, &work)
    }
  }

  /// Takes in what was seen of one run.
  mutating func observe(
    _ name: RunName, _ observation: RunObservation, on cluster: ClusterID, _ work: inout StepWork
  ) {
    guard let id = runsByName[name], let run = runs[id] else {
      guard let slot = clustersByID[cluster] else { return }
      let former = clusters[slot].orphans
      noteOrphan(name, observation, on: slot, &work)
      return markWhereReasonChanged(since: former, on: slot, &work)
    }
    noteTrouble(observation.trouble, of: id, &work)
    switch observation {
    case .ended(let outcome, let at):
      if run.record.startedAt == nil, case .exited = outcome { confirmRunning(id, since: at, &work) }
      end(id, outcome, at: at, &work)
    case .running(let since):
      confirmRunning(id, since: since, &work)
      if run.record.state == .stopping, run.call == nil, run.callFailures == 0 { askToStop(id, &work) }
    case .queued(let why):
      if run.record.startedAt != nil { break }
      runs[id]?.queuedBecause = why
      markDirty(run.deployment, &work)
      work.changedProgress.insert(run.deployment)
      if run.record.state == .stopping, run.call == nil, run.callFailures == 0 { askToStop(id, &work) }
    case .prepared: observePrepared(id, run, &work)
    case .absent: observeAbsent(id, run, &work)
    // It may live, so that it holds its room until somebody settles it or its engine can tell.
    case .unsettled, .unknown, .foreign: break
    }
  }

  /// Logs why an engine can't tell the state of a run, once for each reason.
  private mutating func noteTrouble(_ trouble: String?, of id: RunID, _ work: inout StepWork) {
    guard let run = runs[id], run.trouble != trouble else { return }
    runs[id]?.trouble = trouble
    guard let trouble else { return }
    log(.unknown, trouble, .deployment(identity(of: run)), run: run.record.name, &work)
  }

  /// Takes in that a run is prepared and does not execute. Whatever was recorded of it, the next call may be made again.
  private mutating func observePrepared(_ id: RunID, _ run: LiveRun, _ work: inout StepWork) {
    if run.call != nil || run.callFailures > 0 { return }
    switch run.record.state {
    case .starting where run.record.handle == nil: prepare(id, &work)
    case .starting where run.record.isLaunched: launch(id, &work)
    case .starting: markDirty(run.deployment, &work)
    case .stopping: askToStop(id, &work)
    case .running: end(id, .lost, at: work.now, &work)
    case .ended, .lost: break
    }
  }

  /// Takes in that there is nothing of a run on its engine.
  private mutating func observeAbsent(_ id: RunID, _ run: LiveRun, _ work: inout StepWork) {
    if run.call != nil { return }
    switch run.record.state {
    case .starting where !run.record.isLaunched:
      // A call that failed is repeated in its own time.
      if run.callFailures > 0 { return }
      // This state may be a copy, or restored from a backup, and what another process began may have been launched by it. No
      // name is executed twice: the next attempt has another.
      guard hasBegunHere(run.record) else { return end(id, .abandoned, at: work.now, &work) }
      runs[id]?.record.handle = nil
      work.changedRuns[id] = runs[id]?.record
      prepare(id, &work)
    case .starting, .running: end(id, .lost, at: work.now, &work)
    case .stopping: end(id, run.record.isLaunched ? .lost : .abandoned, at: work.now, &work)
    case .ended, .lost: break
    }
  }

  /// Takes in that a run executes, if that was not known yet.
  private mutating func confirmRunning(_ id: RunID, since: Instant, _ work: inout StepWork) {
    guard let run = runs[id], run.record.startedAt == nil else { return }
    // The engine's clock may have been set back.
    let since = max(since, run.record.createdAt)
    runs[id]?.record.startedAt = since
    runs[id]?.queuedBecause = nil
    clusters[run.cluster].confirmStart(of: id, at: since)
    let slot = run.deployment
    if run.record.state == .starting {
      runs[id]?.record.state = .running
      runs[id]?.record.isLaunched = true
      deployments[slot].record.progress.startedAt = since
      if run.record.generation == deployments[slot].record.progress.generation {
        deployments[slot].record.progress.status = .running
      }
    }
    work.changedRuns[id] = runs[id]?.record
    work.changedProgress.insert(slot)
    log(.started, "running", .deployment(identity(of: run)), run: run.record.name, &work)
    markDirty(slot, &work)
  }
}
