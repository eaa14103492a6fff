import FleetModel
import PlanModel
import Scheduling

// Evaluation of one deployment: its facts, from its record, its run and its tally; and what follows for it and its neighbors.

extension Fleet {
  /// Derives a deployment's facts anew, and passes on what has changed.
  mutating func evaluate(_ slot: DeploymentSlot, _ work: inout StepWork) {
    if work.decides, deployments[slot].record.progress.isWithdrawn, advanceWithdrawal(of: slot, &work) { return }
    if deployments[slot].run != nil { work.toAct.append(slot) }
    refreshReplacementClaim(of: slot, &work)
    let facts = facts(of: slot, now: work.now)
    updatePriority(ofRunOf: slot, &work)
    updateQueue(slot, facts.place, &work)
    publish(facts.published, of: slot, &work)
  }

  /// Stops or launches the run that a deployment has. To be called once the facts of all are settled: before, what its
  /// dependencies have published may be older than what happened to them in this step.
  mutating func act(on slot: DeploymentSlot, _ work: inout StepWork) {
    enforceSpec(slot, &work)
    launchIfAllowed(slot, &work)
  }

  /// Stops a run that the spec no longer wants, or that waits unlaunched for a dependency that will not come.
  private mutating func enforceSpec(_ slot: DeploymentSlot, _ work: inout StepWork) {
    guard let id = deployments[slot].run, let run = runs[id]?.record, run.state != .stopping else { return }
    if deployments[slot].record.traits.suspend {
      // There is nothing to protect before it may execute.
      if !deployments[slot].record.traits.protect || !run.isLaunched { requestStop(id, .suspended, &work) }
    } else if deployments[slot].record.progress.isWithdrawn {
      if !run.isLaunched { requestStop(id, .withdrawn, &work) }
    } else if !run.isLaunched {
      if run.generation != deployments[slot].record.progress.generation {
        requestStop(id, .replaced, &work)
      } else if ownerProblem(of: slot) != nil {
        requestStop(id, .ownerMayNot, &work)
      } else if deployments[slot].met.unplaced > 0 || deployments[slot].met.unmetCompleted > 0 {
        // It would keep room that its dependencies may be short of.
        requestStop(id, .dependencyFailed, &work)
      }
    }
  }

  /// Launches the prepared run once the dependencies allow it.
  private mutating func launchIfAllowed(_ slot: DeploymentSlot, _ work: inout StepWork) {
    guard let id = deployments[slot].run, let run = runs[id], run.record.state == .starting, !run.record.isLaunched,
      run.call == nil, run.callFailures == 0, run.record.handle != nil, deployments[slot].met.allowsLaunch,
      clusters[run.cluster].unknown == nil
    else { return }
    launch(id, &work)
    markDirty(slot, &work)
  }

  /// Returns a deployment's facts as they follow from its record, its run and its tally: what its neighbors are told, and its
  /// place in the queue.
  func facts(of slot: DeploymentSlot, now: Instant) -> (published: PublishedFacts, place: QueuePlace) {
    let progress = deployments[slot].record.progress
    let traits = deployments[slot].record.traits
    let met = deployments[slot].met
    let run = deployments[slot].run.flatMap { runs[$0]?.record }
    let isPlaced = run.map { $0.state != .stopping && $0.generation == progress.generation } ?? false
    let isBarred =
      progress.status == .failed || progress.status == .cancelled || traits.suspend || progress.isWithdrawn
      || ownerProblem(of: slot) != nil
      || !Room.shortOfCapacity(traits.resources, capacity: clusters[deployments[slot].cluster].record.capacity).isEmpty
    var facts = PublishedFacts()
    facts.isPlaced = isPlaced
    facts.isCompleted = progress.status == .completed
    facts.isUp = facts.isCompleted && traits.mode == .job
    if isPlaced, let run, run.state == .running, let startedAt = run.startedAt {
      facts.isUp = traits.mode == .job || startedAt + traits.readyAfter <= now
    }
    let lacksOnlyRoom =
      progress.status != .completed && !isPlaced && !isBarred && run?.state != .stopping
      && deployments[slot].missingSecret == nil && met.unmetCompleted == 0 && met.unplaceable == 0
      && !clusters[deployments[slot].cluster].record.isWithdrawn && !(run != nil && traits.protect)
    let isPausing = progress.notBefore.map { $0 > now } ?? false
    let isReady = lacksOnlyRoom && !isPausing
    facts.isPlaceable = isPlaced || (isReady && run == nil)
    facts.isFailed = progress.status == .failed
    facts.isHopeless = !facts.isCompleted && !isPlaced && (isBarred || met.hopeless > 0)
    if !facts.isHopeless && progress.status != .completed {
      let priority = deployments[slot].effectivePriority
      facts.confersOnCompleted = isPlaced && run?.isLaunched == true ? nil : priority
      facts.confersOnRunning = priority
    }
    if isReady { return (facts, .queued) }
    return (facts, lacksOnlyRoom && run == nil ? .returning : .none)
  }

  /// Puts a deployment into its cluster's queue, moves it there, or takes it out; sets the timers that it waits for.
  private mutating func updateQueue(_ slot: DeploymentSlot, _ place: QueuePlace, _ work: inout StepWork) {
    // If it leaves the queue, it may have been the head, for which room was kept.
    if place != .none || deployments[slot].place != .none { markClusterDirty(deployments[slot].cluster, &work) }
    switch place {
    case .queued: enqueue(slot)
    case .returning: enqueueReturning(slot)
    case .none: dequeue(slot)
    }
    setTimer(for: slot, &work)
  }

  /// Sets a timer for the next time at which a deployment's facts change by themselves: its backoff ends, or its service counts
  /// as up.
  private mutating func setTimer(for slot: DeploymentSlot, _ work: inout StepWork) {
    var at: Instant?
    if let until = deployments[slot].record.progress.notBefore, until > work.now,
      deployments[slot].record.progress.status == .pending
    {
      at = until
    }
    if deployments[slot].record.traits.mode == .service,
      let startedAt = deployments[slot].run.flatMap({ runs[$0]?.record.startedAt })
    {
      let readyAt = startedAt + deployments[slot].record.traits.readyAfter
      if readyAt > work.now { at = at.map { min($0, readyAt) } ?? readyAt }
    }
    if at == deployments[slot].timerAt { return }
    deployments[slot].timerAt = at
    if let at { setTimer(at: at, .deployment(deployments[slot].record.id)) }
  }
}
