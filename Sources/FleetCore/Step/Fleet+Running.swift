import FleetModel
import PlanModel
import Scheduling

// The life of a run: journalled, prepared, launched, running, stopping, gone. Each call is asked for only after the
// commit that says so; what comes back is an event like any other.

extension Fleet {
  /// Journals a new run, which holds its room from now on, and asks for it to be prepared.
  mutating func begin(_ slot: DeploymentSlot, _ gpus: [GPUShare], _ work: inout StepWork) {
    let record = deployments[slot].record
    let cluster = deployments[slot].cluster
    let cause = startCause(of: record)
    deployments[slot].record.progress.attempts += 1
    deployments[slot].record.progress.notBefore = nil
    deployments[slot].record.progress.bypasses = 0
    deployments[slot].record.progress.expectedStart = nil
    deployments[slot].record.progress.preemptedBy = nil
    let attempt = deployments[slot].record.progress.attempts
    let run = RunRecord(
      id: RunID(counters.run),
      name: RunName(
        installation: installation, deployment: record.id, generation: record.progress.generation, attempt: attempt),
      deployment: record.id, identity: record.identity, cluster: record.cluster,
      generation: record.progress.generation, attempt: attempt, resources: record.traits.resources, gpus: gpus,
      createdAt: work.now, stopGrace: record.traits.stopGrace)
    counters.run += 1
    leaveExchange(slot, &work)
    withdrawNomination(of: slot)
    endNomination(of: slot, &work)
    hold(run, slot: slot)
    work.actions.append(Action(.start(cause), .deployment(record.identity)))
    log(
      .admitted, "run \(attempt) of generation \(run.generation) was admitted", .deployment(record.identity),
      run: run.name, &work)
    work.changedRuns[run.id] = run
    work.changedProgress.insert(slot)
    clusters[cluster].queue.remove(slot)
    deployments[slot].isQueued = false
    prepare(run.id, &work)
    markDirty(slot, &work)
  }

  /// Enters a live run into every index.
  mutating func hold(_ run: RunRecord, slot: DeploymentSlot) {
    // After a move its deployment belongs to another.
    let cluster = clustersByID[run.cluster] ?? deployments[slot].cluster
    let isService = mayRunForEver(run, slot: slot)
    let priority = deployments[slot].effectivePriority
    runs[run.id] = LiveRun(
      record: run, deployment: slot, cluster: cluster, isService: isService, priority: priority, touchedAt: stepCount)
    if run.state == .stopping {
      clusters[cluster].stopping.insert(run.id)
    } else {
      clusters[cluster].holders.add(run.id, priority, run.resources)
    }
    runsByName[run.name] = run.id
    deployments[slot].run = run.id
    clusters[cluster].runs.insert(run.id)
    clusters[cluster].room.take(run.resources, run.gpus)
    if isService { clusters[cluster].serviceRoom.take(run.resources, run.gpus) }
    var holding = Holding(
      run: run.id, resources: run.resources, gpus: run.gpus, admittedAt: run.createdAt, startedAt: run.startedAt,
      runtime: isService ? .unknown : runtimeBound(of: slot), stopGrace: run.stopGrace)
    if run.state == .stopping {
      holding.grace = run.stopGrace
      holding.stoppingSince = run.stopRequestedAt
    }
    clusters[cluster].holdings[run.id] = holding
  }

  /// A service never ends by itself. Nor may a run of an older generation, which may have been a service's: the run does
  /// not say, and a job that was held up for it would be for ever.
  private func mayRunForEver(_ run: RunRecord, slot: DeploymentSlot) -> Bool {
    let record = deployments[slot].record
    return record.traits.mode == .service || run.generation != record.progress.generation
  }

  /// Counts a deployment's run among those that never end, or no more, after its spec has changed.
  mutating func updateServiceRoom(of slot: DeploymentSlot) {
    guard let id = deployments[slot].run, let run = runs[id] else { return }
    let isService = mayRunForEver(run.record, slot: slot)
    let runtime = isService ? .unknown : runtimeBound(of: slot)
    clusters[run.cluster].holdings[id]?.runtime = runtime
    if run.isService == isService { return }
    runs[id]?.isService = isService
    if isService {
      clusters[run.cluster].serviceRoom.take(run.record.resources, run.record.gpus)
    } else {
      clusters[run.cluster].serviceRoom.give(run.record.resources, run.record.gpus)
    }
  }

  /// Only a failure or a preemption sets `notBefore`, and only a start clears it and `preemptedBy`.
  private func startCause(of record: DeploymentRecord) -> Action.StartCause {
    let progress = record.progress
    if progress.attempts == 0 { return progress.generation == 1 ? .new : .replacement }
    if progress.preemptedBy != nil { return .returned }
    if progress.notBefore == nil { return .again }
    return record.traits.mode == .service ? .restart : .retry
  }

  // MARK: Calls

  private func order(for run: RunRecord, slot: DeploymentSlot) -> RunOrder {
    let record = deployments[slot].record
    let source = sources[record.source]
    return RunOrder(
      run: run, specText: record.specText, source: source?.name ?? "", sourceRoot: source?.binding)
  }

  mutating func prepare(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    // Only the current spec is at hand: a run of an older generation is never prepared or launched again.
    if run.record.generation != deployments[run.deployment].record.progress.generation {
      requestStop(id, .replaced, &work)
      return
    }
    asked(.prepare, id)
    work.effects.append(.prepare(order(for: run.record, slot: run.deployment)))
  }

  /// Records that the run may execute from now on, and asks for it.
  mutating func launch(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id], let handle = run.record.handle else { return }
    if run.record.generation != deployments[run.deployment].record.progress.generation {
      requestStop(id, .replaced, &work)
      return
    }
    runs[id]?.record.isLaunched = true
    asked(.launch, id)
    if let record = runs[id]?.record {
      work.changedRuns[id] = record
      work.effects.append(.launch(order(for: record, slot: run.deployment), handle: handle))
    }
  }

  /// Records that a run is to end, and asks for it. What it holds stays held until it is gone.
  mutating func requestStop(
    _ id: RunID, _ cause: StopCause, selection: VictimSelection? = nil, _ work: inout StepWork
  ) {
    guard let run = runs[id], run.record.state != .stopping else { return }
    let slot = run.deployment
    let record = deployments[slot].record
    runs[id]?.record.state = .stopping
    runs[id]?.record.stopCause = cause
    runs[id]?.record.stopRequestedAt = work.now
    runs[id]?.callFailures = 0
    clusters[run.cluster].holdings[id]?.grace = run.record.stopGrace
    clusters[run.cluster].holdings[id]?.stoppingSince = work.now
    clusters[run.cluster].holders.remove(id, run.priority, run.record.resources)
    clusters[run.cluster].stopping.insert(id)
    work.changedRuns[id] = runs[id]?.record
    if record.progress.status == .running { deployments[slot].record.progress.status = .pending }
    work.changedProgress.insert(slot)
    let preemptor = cause.preemptor.flatMap { deploymentsByID[$0] }.map { deployments[$0].record.identity }
    work.actions.append(
      Action(
        preemptor.map { .preempt(for: $0) } ?? .stop(cause), .deployment(record.identity), selection: selection))
    log(
      .stopping, "asked to stop: \(cause.text)\(preemptor.map { " for \($0.text)" } ?? "")",
      .deployment(record.identity), run: run.record.name, &work)
    if cause == .replaced { nominate(slot, beyond: run.record) }
    // With what it will give back, fewer need to be stopped than before: that may be possible now.
    if preemptor == nil { markClusterDirty(run.cluster, &work) }
    // A call that is under way could land after the stop: it is awaited first.
    if run.call == nil { askToStop(id, &work) }
    markDirty(slot, &work)
  }

  mutating func askToStop(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    asked(.stop, id)
    work.effects.append(.stop(run.record.name, on: run.record.cluster, grace: run.record.stopGrace))
  }

  private mutating func asked(_ call: Call, _ id: RunID) {
    runs[id]?.call = call
    runs[id]?.touchedAt = stepCount
  }

  mutating func callFinished(_ name: RunName, _ result: CallResult, _ work: inout StepWork) {
    // The run may have ended since; a call that comes back late, after another was asked for, changes nothing by itself.
    guard let id = runsByName[name], let run = runs[id] else {
      orphanCallFinished(name, result, &work)
      return
    }
    let call: Call =
      switch result {
      case .prepared: .prepare
      case .launched: .launch
      case .stopRequested: .stop
      case .failed(let call, _): call
      }
    guard run.call == call else { return }
    runs[id]?.call = nil
    runs[id]?.touchedAt = stepCount
    switch result {
    case .prepared(let handle):
      runs[id]?.callFailures = 0
      runs[id]?.record.handle = handle
      work.changedRuns[id] = runs[id]?.record
      markDirty(run.deployment, &work)
    case .launched(let observation):
      runs[id]?.callFailures = 0
      observe(name, observation, on: run.record.cluster, &work)
    case .stopRequested(let seen):
      runs[id]?.callFailures = 0
      switch seen {
      // The call itself says so: what there is nothing of does not run.
      case .absent, .ended: observe(name, seen, on: run.record.cluster, &work)
      case .prepared, .queued, .running: break
      }
    case .failed(_, let failure): callFailed(id, call, failure, &work)
    }
    if let now = runs[id], now.record.state == .stopping, now.call == nil, now.callFailures == 0, call != .stop {
      askToStop(id, &work)
    }
  }

  /// The stop of a run without a record: where it failed, the next look finds the run again.
  private mutating func orphanCallFinished(_ name: RunName, _ result: CallResult, _ work: inout StepWork) {
    guard let slot = clusters.firstIndex(where: { $0.orphans.contains(name) }) else { return }
    let cluster = clusters[slot].record.id
    switch result {
    case .failed: setTimer(at: work.now + Backoff.call.wait(afterFailures: 3), .cluster(cluster))
    case .stopRequested(let seen): if seen == .absent { observe(name, seen, on: cluster, &work) }
    case .prepared, .launched: break
    }
  }

  private mutating func callFailed(_ id: RunID, _ call: Call, _ failure: CallFailure, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    let subject = ObjectIdentity.deployment(run.record.identity)
    log(.engineError, "\(call.rawValue) failed: \(failure.message)", subject, run: run.record.name, &work)
    switch failure {
    case .terminal(let message) where call == .prepare:
      end(id, .failedToStart(message), at: work.now, &work)
    case .terminal(let message) where call == .launch:
      // It may have executed all the same: its room is given back when a stop has made sure that it doesn't.
      runs[id]?.launchFailure = message
      requestStop(id, .launchFailed, &work)
    case .terminal, .retryable:
      // A failed launch may have executed: only an observation tells. A failed stop is asked again for ever.
      runs[id]?.callFailures += 1
      setTimer(at: work.now + Backoff.call.wait(afterFailures: run.callFailures + 1), .call(id))
    case .secretUnavailable(let message):
      deployments[run.deployment].missingSecret = message
      slotsWithMissingSecrets.insert(run.deployment)
      if run.record.state != .stopping { requestStop(id, .secretUnavailable, &work) }
    }
  }

  /// Asks again for the call that failed.
  mutating func repeatCall(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id], run.call == nil, run.callFailures > 0 else { return }
    switch run.record.state {
    case .stopping: askToStop(id, &work)
    case .starting where run.record.handle == nil: prepare(id, &work)
    case .starting where run.record.isLaunched: launch(id, &work)
    case .starting:
      runs[id]?.callFailures = 0
      markDirty(run.deployment, &work)
    case .running, .ended, .lost: break
    }
  }

  // MARK: Nominations

  /// Keeps for a deployment what its next run needs beyond what its stopping run still holds.
  mutating func nominate(_ slot: DeploymentSlot, beyond old: RunRecord) {
    let cluster = deployments[slot].cluster
    let request = deployments[slot].record.traits.resources
    withdrawNomination(of: slot)
    // Others count on what it gives back, and it does not take part any more.
    if clusters[cluster].exchanges.contains(where: { $0.awaited.contains(old.id) }) { return }
    if old.cluster != clusters[cluster].record.id {
      guard let shares = clusters[cluster].room.assignment(for: request) else { return }
      clusters[cluster].nominations[slot] = Nomination(
        request: request, resources: request, gpus: shares, shares: shares)
      clusters[cluster].room.take(request, shares)
      return
    }
    var room = clusters[cluster].room
    room.give(old.resources, old.gpus)
    guard let shares = room.assignment(for: request) else { return }
    var nomination = Nomination(request: request, resources: .zero, gpus: [], shares: shares)
    for dimension in Dimension.allCases {
      nomination.resources[dimension] = max(0, request[dimension] - old.resources[dimension])
    }
    for share in shares {
      let kept = old.gpus.first { $0.slot == share.slot }?.milli ?? 0
      if share.milli > kept { nomination.gpus.append(GPUShare(slot: share.slot, milli: share.milli - kept)) }
    }
    // It may get other GPUs than its old run holds: then the difference of the sums is too little.
    nomination.resources.gpuMilli = nomination.gpus.reduce(0) { $0 + Int64($1.milli) }
    clusters[cluster].nominations[slot] = nomination
    clusters[cluster].room.take(nomination.resources, nomination.gpus)
  }

  /// A deployment's old run has given its room back: what of it the next one needs is kept at once, before a gang of another
  /// cluster takes it.
  mutating func keepNomination(of slot: DeploymentSlot) {
    let cluster = deployments[slot].cluster
    guard clusters[cluster].nominations[slot] != nil, exchange(of: slot) == nil else { return }
    withdrawNomination(of: slot)
    let request = deployments[slot].record.traits.resources
    guard let shares = clusters[cluster].room.assignment(for: request) else { return }
    clusters[cluster].nominations[slot] = Nomination(
      request: request, resources: request, gpus: shares, shares: shares)
    clusters[cluster].room.take(request, shares)
  }

  /// Gives up what was kept for a deployment that will not take it: it is there for others now.
  mutating func giveUpNomination(of slot: DeploymentSlot, _ work: inout StepWork) {
    guard clusters[deployments[slot].cluster].nominations[slot] != nil else { return }
    withdrawNomination(of: slot)
    roomCameBack(deployments[slot].cluster, &work)
  }

  /// Gives up what was kept for a deployment.
  mutating func withdrawNomination(of slot: DeploymentSlot) {
    let cluster = deployments[slot].cluster
    guard let nomination = clusters[cluster].nominations.removeValue(forKey: slot) else { return }
    clusters[cluster].room.give(nomination.resources, nomination.gpus)
  }
}
