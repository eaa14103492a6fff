import FleetModel
import PlanModel
import Scheduling

// One deployment's facts, from its record, its run and its tally; and what follows for the deployment and its neighbours.

extension Fleet {
  mutating func evaluate(_ slot: DeploymentSlot, _ work: inout StepWork) {
    if deployments[slot].record.progress.isWithdrawn, advanceWithdrawal(of: slot, &work) { return }
    if deployments[slot].run != nil { work.toAct.append(slot) }
    dropVoidNomination(slot, &work)
    let facts = facts(of: slot, &work)
    updateHolder(of: slot, &work)
    place(slot, isReady: facts.isReady, &work)
    publish(facts.published, of: slot, &work)
  }

  /// Room is kept for the next run only as long as there is to be one, and then for what it asks for now.
  private mutating func dropVoidNomination(_ slot: DeploymentSlot, _ work: inout StepWork) {
    guard let nomination = clusters[deployments[slot].cluster].nominations[slot] else { return }
    let record = deployments[slot].record
    if record.progress.isWithdrawn || record.traits.suspend || ownerProblem(of: slot) != nil {
      leaveExchange(slot, &work)
      giveUpNomination(of: slot, &work)
    } else if nomination.request != record.traits.resources {
      leaveExchange(slot, &work)
      giveUpNomination(of: slot, &work)
      if let old = deployments[slot].run.flatMap({ runs[$0] }) { nominate(slot, beyond: old.record) }
    }
  }

  /// Stops or launches the run that a deployment has, once the facts of all are settled: before, what its dependencies
  /// have published may be older than what happened to them in this step.
  mutating func act(on slot: DeploymentSlot, _ work: inout StepWork) {
    enforceSpec(slot, &work)
    launchIfAllowed(slot, &work)
  }

  /// Stops a run that the spec no longer wants, or that waits unlaunched for what will not come.
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
        // It would keep the room that what it needs may be short of.
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

  private func facts(of slot: DeploymentSlot, _ work: inout StepWork) -> (published: PublishedFacts, isReady: Bool) {
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
      facts.isUp = traits.mode == .job || startedAt + traits.readyAfter <= work.now
    }
    let isReady =
      progress.status != .completed && !isPlaced && !isBarred && run?.state != .stopping
      && deployments[slot].missingSecret == nil && met.unmetCompleted == 0 && met.unplaceable == 0
      && (progress.notBefore.map { $0 <= work.now } ?? true) && !clusters[deployments[slot].cluster].record.isWithdrawn
      && !(run != nil && traits.protect)
    facts.isPlaceable = isPlaced || (isReady && run == nil)
    facts.isFailed = progress.status == .failed
    facts.isHopeless = !facts.isCompleted && !isPlaced && (isBarred || met.hopeless > 0)
    if !facts.isHopeless && progress.status != .completed {
      let priority = deployments[slot].effectivePriority
      facts.confersOnCompleted = isPlaced && run?.isLaunched == true ? nil : priority
      facts.confersOnRunning = priority
    }
    return (facts, isReady)
  }

  /// Puts a deployment into its cluster's queue, moves it there, or takes it out; sets the timers that it waits for.
  private mutating func place(_ slot: DeploymentSlot, isReady: Bool, _ work: inout StepWork) {
    let cluster = deployments[slot].cluster
    if isReady {
      putInQueue(slot)
      deployments[slot].isQueued = true
      markClusterDirty(cluster, &work)
    } else if deployments[slot].isQueued {
      clusters[cluster].queue.remove(slot)
      deployments[slot].isQueued = false
      // It may have been the head, for which room was kept.
      markClusterDirty(cluster, &work)
    }
    setTimer(for: slot, &work)
  }

  /// Puts a deployment into its cluster's queue as it is now, or moves it there.
  mutating func putInQueue(_ slot: DeploymentSlot) {
    let kind: ReadyQueue.Shape.Kind =
      deployments[slot].run != nil ? .replacement : deployments[slot].met.unmetRunning > 0 ? .gang : .request
    let isLoner = kind != .request || hasRunningWaiters(slot) || nominees.contains(slot)
    clusters[deployments[slot].cluster].queue.put(
      slot,
      key: queueKey(of: slot),
      shape: ReadyQueue.Shape(
        request: deployments[slot].record.traits.resources, loner: isLoner ? slot.index : -1, kind: kind,
        priority: deployments[slot].effectivePriority),
      runtime: runtimeBound(of: slot).forAdmission)
  }

  /// The place that a deployment has in its cluster's queue, or would have.
  func queueKey(of slot: DeploymentSlot) -> QueueKey {
    QueueKey(
      priority: deployments[slot].effectivePriority, queuedAt: deployments[slot].record.progress.queuedAt,
      agingAfter: clusters[deployments[slot].cluster].record.scheduling.agingAfter,
      name: deployments[slot].record.identity.name)
  }

  /// Whether one is before another in the queue of the cluster that they have in common.
  func comesBefore(_ left: DeploymentSlot, _ right: DeploymentSlot) -> Bool { queueKey(of: left) < queueKey(of: right) }

  /// The next time at which a deployment's facts change by themselves: its backoff ends, or its service counts as up.
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

  /// A service that others need running: whether it may start depends on whether they would fit beside it.
  func hasRunningWaiters(_ slot: DeploymentSlot) -> Bool {
    deployments[slot].record.traits.mode == .service && deployments[slot].dependents.contains { $0.until == .running }
  }

  /// Services start only where those that need them could: whether they may can follow from what one of those asks for now, or
  /// from that it will not come any more.
  mutating func lookAgainAtServices(for slot: DeploymentSlot, _ work: inout StepWork) {
    for edge in deployments[slot].dependencies where edge.until == .running && deployments[edge.slot].isQueued {
      markDirty(edge.slot, &work)
    }
  }

  /// Tells the neighbours what differs from what they know.
  private mutating func publish(_ facts: PublishedFacts, of slot: DeploymentSlot, _ work: inout StepWork) {
    let old = deployments[slot].published
    if facts == old { return }
    deployments[slot].published = facts
    for edge in deployments[slot].dependents {
      let before = deployments[edge.slot].met
      deployments[edge.slot].met.count(old, until: edge.until, by: -1)
      deployments[edge.slot].met.count(facts, until: edge.until, by: 1)
      if deployments[edge.slot].met != before { markDirty(edge.slot, &work) }
    }
    if old.isHopeless != facts.isHopeless { lookAgainAtServices(for: slot, &work) }
    for edge in deployments[slot].dependencies {
      let (was, now) = (old.confers(along: edge.until), facts.confers(along: edge.until))
      if was == now { continue }
      let before = deployments[edge.slot].effectivePriority
      if let was { deployments[edge.slot].waiters.remove(was) }
      if let now { deployments[edge.slot].waiters.add(now) }
      if deployments[edge.slot].effectivePriority != before { markDirty(edge.slot, &work) }
    }
  }

  /// Why the owner may not have anything started; nil: may.
  func ownerProblem(of slot: DeploymentSlot) -> Reason? {
    guard let user = users[deployments[slot].record.user] else { return .ownerInactive(user: "(unknown)") }
    if !user.isActive || user.isWithdrawn { return .ownerInactive(user: user.name) }
    let cluster = deployments[slot].cluster
    if user.organizations.contains(clusters[cluster].record.organization) { return nil }
    return .ownerNotMember(user: user.name, organization: clusters[cluster].record.identity.organization)
  }
}
