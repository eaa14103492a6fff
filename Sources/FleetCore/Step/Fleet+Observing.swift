import FleetModel
import PlanModel
import Scheduling

// What engines report, held against what is recorded.

extension Fleet {
  mutating func observe(_ cluster: ClusterID, _ observation: ClusterObservation, _ work: inout StepWork) {
    guard let slot = clustersByID[cluster] else { return }
    switch observation {
    case .unknown(let why):
      clusters[slot].isObserved = true
      if clusters[slot].unknown != why { log(.unknown, why, .cluster(clusters[slot].record.identity), &work) }
      if clusters[slot].unknown == nil { markDeployments(of: slot, &work) }
      clusters[slot].unknown = why
    // It began before this state was loaded, or before a look that has been taken in.
    case .answered(_, let asOf) where asOf < loadedAt || asOf < clusters[slot].lookedAsOf: break
    case .answered(let observed, let asOf):
      if clusters[slot].unknown != nil || !clusters[slot].orphans.isEmpty { markDeployments(of: slot, &work) }
      clusters[slot].unknown = nil
      clusters[slot].isObserved = true
      clusters[slot].lookedAsOf = asOf
      clusters[slot].orphans.removeAll()
      for id in clusters[slot].runs.sorted() {
        guard let run = runs[id] else { continue }
        let state = observed[run.record.name] ?? .absent
        // That it does not execute yet says nothing if a call was under way when the look began, or since.
        if state == .absent || state == .prepared, run.call != nil || run.touchedAt > asOf { continue }
        observe(run.record.name, state, on: cluster, &work)
      }
      endedNames = endedNames.filter { $0.value.cluster != slot || $0.value.step > asOf }
      for (name, state) in observed.sorted(by: { $0.key < $1.key })
      where runsByName[name] == nil && endedNames[name] == nil {
        observe(name, state, on: cluster, &work)
      }
      for id in clusters[slot].runs { if let run = runs[id] { markDirty(run.deployment, &work) } }
      roomCameBack(slot, &work)
    }
  }

  /// Whether an engine answers is the reason of all that wait for it.
  private mutating func markDeployments(of cluster: ClusterSlot, _ work: inout StepWork) {
    if work.isWhole { return }
    let concerned = slotsConcerned(by: cluster)
    if concerned.isEmpty { return }
    for slot in concerned { markDirty(slot, &work) }
  }

  /// By itself, and in a function that changes nothing: a loop that may change a fork's deployments copies them first.
  private func slotsConcerned(by cluster: ClusterSlot) -> [DeploymentSlot] {
    deployments.indices.filter { deployments[$0].cluster == cluster && concernsEngine($0) }
  }

  /// Whether its engine has anything to do with what a deployment is or waits for: not with one that has no run and is over
  /// or suspended.
  private func concernsEngine(_ slot: DeploymentSlot) -> Bool {
    if deployments[slot].run != nil || deployments[slot].record.progress.isWithdrawn { return true }
    switch deployments[slot].record.progress.status {
    case .completed, .failed, .cancelled: return false
    case .pending, .running: return !deployments[slot].record.traits.suspend
    }
  }

  /// A change that an engine tells of. It may be late, and what it misses says nothing: only a whole look tells that a run
  /// does not execute, or that nobody has recorded it.
  mutating func observeChange(
    _ name: RunName, _ observation: RunObservation, on cluster: ClusterID, _ work: inout StepWork
  ) {
    switch observation {
    case .absent, .prepared: break
    case .queued, .running: if runsByName[name] != nil { observe(name, observation, on: cluster, &work) }
    case .ended: observe(name, observation, on: cluster, &work)
    }
  }

  mutating func observe(
    _ name: RunName, _ observation: RunObservation, on cluster: ClusterID, _ work: inout StepWork
  ) {
    guard let id = runsByName[name], let run = runs[id] else {
      observeOrphan(name, observation, on: cluster, &work)
      return
    }
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
    }
  }

  /// Prepared and not executed: whatever of it was recorded, the next call may be made again.
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

  private mutating func observeAbsent(_ id: RunID, _ run: LiveRun, _ work: inout StepWork) {
    if run.call != nil { return }
    switch run.record.state {
    case .starting where !run.record.isLaunched:
      // A call that failed is repeated in its own time.
      if run.callFailures > 0 { return }
      runs[id]?.record.handle = nil
      work.changedRuns[id] = runs[id]?.record
      prepare(id, &work)
    case .starting, .running: end(id, .lost, at: work.now, &work)
    case .stopping: end(id, run.record.isLaunched ? .lost : .abandoned, at: work.now, &work)
    case .ended, .lost: break
    }
  }

  private mutating func confirmRunning(_ id: RunID, since: Instant, _ work: inout StepWork) {
    guard let run = runs[id], run.record.startedAt == nil else { return }
    runs[id]?.record.startedAt = since
    runs[id]?.queuedBecause = nil
    clusters[run.cluster].holdings[id]?.startedAt = since
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
    log(.started, "running", .deployment(run.record.identity), run: run.record.name, &work)
    markDirty(slot, &work)
  }

  /// A run of this installation that no live record names: alive it is stopped, and its cluster admits nothing until then,
  /// for nobody knows what it holds.
  private mutating func observeOrphan(
    _ name: RunName, _ observation: RunObservation, on cluster: ClusterID, _ work: inout StepWork
  ) {
    guard let slot = clustersByID[cluster] else { return }
    switch observation {
    case .running, .queued:
      if clusters[slot].orphans.insert(name).inserted {
        markDeployments(of: slot, &work)
        log(.orphan, "a run without a record is stopped", .cluster(clusters[slot].record.identity), run: name, &work)
        work.effects.append(.stop(name, on: cluster, grace: .seconds(10)))
      }
    case .prepared: work.effects.append(.remove(name, on: cluster))
    case .absent, .ended:
      if clusters[slot].orphans.remove(name) != nil {
        roomCameBack(slot, &work)
        markDeployments(of: slot, &work)
      }
    }
  }
}
