import FleetModel
import PlanModel
import Scheduling

/// Takes an event into a fleet, and returns the effects to be carried out. It is the one function that changes a fleet.
/// Deterministic: no clock, no randomness, no input or output, and no order of a dictionary in the effects.
public func step(_ fleet: inout Fleet, _ event: Event, now: Instant) -> [Effect] {
  fleet.stepCount += 1
  fleet.lastNow = max(fleet.lastNow, now)
  var work = StepWork(now: fleet.lastNow)
  fleet.markAllIfUnevaluated(&work)
  fleet.handle(event, &work)
  fleet.settle(&work)
  let effects = fleet.finish(&work)
  #if DEBUG
  fleet.checkInvariants(after: work)
  #endif
  return effects
}

extension Fleet {
  /// Takes in an event as `step` does, with the facts that follow, but decides nothing: nothing is admitted, launched, stopped
  /// or deleted. Returns the looks at new clusters that a step would request.
  ///
  /// A fleet that has taken events in like this can't be stepped any more: the decisions that were due are forgotten.
  mutating func takeIn(_ event: Event, now: Instant) -> [Effect] {
    stepCount += 1
    lastNow = max(lastNow, now)
    var work = StepWork(now: lastNow)
    work.decides = false
    markAllIfUnevaluated(&work)
    handle(event, &work)
    settleFacts(&work)
    return work.effects.filter { if case .observe = $0 { true } else { false } }
  }

  /// Marks every deployment in the first step after a load.
  fileprivate mutating func markAllIfUnevaluated(_ work: inout StepWork) {
    guard isUnevaluated else { return }
    isUnevaluated = false
    for slot in deployments.indices { markDirty(slot, &work) }
    work.isWhole = true
    work.mayDelete = true
  }

  /// Takes in an event, and marks what is to be looked at.
  mutating func handle(_ event: Event, _ work: inout StepWork) {
    // Due timers fire first, so that simultaneous events commute.
    if case .timer = event { wakeAt = nil }
    runDueTimers(&work)
    switch event {
    case .declared(let revision): declare(revision, &work)
    case .clustersObserved(let observations):
      for (cluster, observation) in observations.sorted(by: { $0.key < $1.key }) {
        observe(cluster, observation, &work)
      }
    case .runsObserved(let cluster, let observations):
      for (name, observation) in observations.sorted(by: { $0.key < $1.key }) {
        observeChange(name, observation, on: cluster, &work)
      }
    case .callFinished(let name, let result): callFinished(name, result, &work)
    case .timer: break
    case .secretsMissing(let missing): noteMissingSecrets(missing, &work)
    case .retryRequested(let identities): retry(identities, &work)
    }
  }

  /// Evaluates and admits until nothing is left to do.
  mutating func settle(_ work: inout StepWork) {
    while true {
      settleFacts(&work)
      if !work.toAct.isEmpty {
        let slots = Set(work.toAct).sorted { deployments[$0].record.id < deployments[$1].record.id }
        work.toAct.removeAll(keepingCapacity: true)
        for slot in slots where !deployments[slot].isVacant { act(on: slot, &work) }
        continue
      }
      if work.mayDelete {
        work.mayDelete = false
        deleteUnnamedObjects(&work)
        continue
      }
      checkGangClaims(&work)
      if work.dirtyClusters.isEmpty { return }
      // One cluster at a time, in the order of identities: what it admits may make others dirty, gangs across clusters too.
      let first = work.dirtyClusters.indices.min {
        clusters[work.dirtyClusters[$0]].record.identity < clusters[work.dirtyClusters[$1]].record.identity
      }
      guard let first else { return }
      let cluster = work.dirtyClusters.remove(at: first)
      clusters[cluster].isDirty = false
      if clusters[cluster].isVacant || isLooping(&work) { continue }
      admit(to: cluster, &work)
    }
  }

  /// Evaluates deployments until none is marked.
  private mutating func settleFacts(_ work: inout StepWork) {
    while !work.dirtyDeployments.isEmpty {
      // Round by round, each by number, so that the order in which neighbors were told reaches no result.
      let round = work.dirtyDeployments.sorted { deployments[$0].record.id < deployments[$1].record.id }
      work.dirtyDeployments.removeAll(keepingCapacity: true)
      for slot in round {
        deployments[slot].isDirty = false
        if deployments[slot].isVacant { continue }
        evaluate(slot, &work)
        evaluations += 1
        work.evaluated.append(slot)
      }
    }
  }

  /// Whether queues are looked at again and again, and nothing comes of it. That would be a mistake of ours. The decisions made
  /// so far are kept, and all queues are looked at again later, so that the mistake neither hangs the step nor forgets anybody.
  private mutating func isLooping(_ work: inout StepWork) -> Bool {
    if work.actionsAtPass != work.actions.count {
      work.actionsAtPass = work.actions.count
      work.idlePasses = 0
    }
    work.idlePasses += 1
    let most = 64 + 8 * clusters.count
    if work.idlePasses <= most { return false }
    if work.idlePasses == most + 1 {
      abandonedSettlings += 1
      for cluster in clusters.indices where !clusters[cluster].isVacant {
        scheduleAdmission(to: cluster, at: work.now + .seconds(1))
      }
    }
    return true
  }

  /// Puts the step's commit together and sets the next timer.
  mutating func finish(_ work: inout StepWork) -> [Effect] {
    var writes: [StateWrite] = []
    for id in work.changedSources.sorted() { if let record = sources[id] { writes.append(.source(record)) } }
    for id in work.changedOrganizations.sorted() {
      if let record = organizations[id] { writes.append(.organization(record)) }
    }
    for id in work.changedUsers.sorted() { if let record = users[id] { writes.append(.user(record)) } }
    let changedClusters = work.changedClusters.filter { !clusters[$0].isVacant }.map { clusters[$0].record }
    for record in changedClusters.sorted(by: { $0.id < $1.id }) { writes.append(.cluster(record)) }
    // Deployments that are written whole, by slot: a hundred thousand at once need no set.
    var isWhole = [Bool](repeating: false, count: work.changedDeployments.isEmpty ? 0 : deployments.count)
    for slot in work.changedDeployments { isWhole[slot.index] = true }
    work.evaluated.sort()
    var last: DeploymentSlot?
    for slot in work.evaluated where slot != last && !deployments[slot].isVacant {
      last = slot
      let code = reason(of: slot, now: work.now, withHolders: false)?.code
      if deployments[slot].record.progress.reasonCode == code { continue }
      deployments[slot].record.progress.reasonCode = code
      if isWhole.isEmpty || !isWhole[slot.index] { work.changedProgress.insert(slot) }
    }
    writes.reserveCapacity(
      writes.count + work.changedDeployments.count + work.changedProgress.count + work.events.count)
    for slot in work.changedDeployments where !deployments[slot].isVacant {
      writes.append(.deployment(deployments[slot].record))
    }
    for slot in work.changedProgress.sorted() where !deployments[slot].isVacant {
      if !isWhole.isEmpty, isWhole[slot.index] { continue }
      writes.append(.progress(deployments[slot].record.id, deployments[slot].record.progress))
    }
    // Ended runs first: a deployment has one live run, and room must be given back before it is taken.
    let runs = work.changedRuns.values.sorted { $0.id < $1.id }
    for run in runs where !run.state.isLive { writes.append(.run(run)) }
    for run in runs where run.state.isLive { writes.append(.run(run)) }
    for key in work.changedRuntimes.sorted() {
      writes.append(runtimes[key].map { .runtimes($0) } ?? .runtimesForgotten(key))
    }
    writes += work.deletions
    for event in work.events { writes.append(.event(event)) }
    var effects: [Effect] = []
    if !writes.isEmpty || !work.actions.isEmpty {
      effects.append(.commit(Commit(writes: writes, counters: counters, actions: work.actions)))
    }
    effects += work.effects
    if let due = timers.min?.at, wakeAt.map({ due < $0 }) ?? true {
      wakeAt = due
      effects.append(.wake(at: due))
    }
    return effects
  }

  // MARK: Timers

  /// Fires the timers that are due.
  private mutating func runDueTimers(_ work: inout StepWork) {
    while let timer = timers.min, timer.at <= work.now {
      timers.removeMin()
      switch timer.subject {
      case .deployment(let id): if let slot = deploymentsByID[id] { markDirty(slot, &work) }
      case .call(let id): repeatCall(id, &work)
      case .reservation(let id):
        guard let slot = clustersByID[id] else { break }
        clusters[slot].reservationTimer = nil
        markClusterDirty(slot, &work)
      case .cluster(let id): if clustersByID[id] != nil { work.effects.append(.observe(id)) }
      case .admission(let id):
        guard let slot = clustersByID[id] else { break }
        if clusters[slot].admissionAt == timer.at { clusters[slot].admissionAt = nil }
        roomCameBack(slot, &work)
      }
    }
  }
}
