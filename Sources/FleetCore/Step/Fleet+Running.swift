import FleetModel
import PlanModel
import Scheduling

// The life of a run: journaled, prepared, launched, running, stopping, gone. Each call is asked for only after the commit that
// says so; its answer is an event like any other.

extension Fleet {
  /// Journals a new run, which holds its room from now on, and asks for it to be prepared.
  mutating func begin(_ slot: DeploymentSlot, _ gpus: [GPUShare], _ work: inout StepWork) {
    let record = deployments[slot].record
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
    releaseClaims(of: slot, isStarting: true, &work)
    enter(run, of: slot)
    work.actions.append(Action(.start(cause), .deployment(record.identity)))
    log(
      .admitted, "run \(attempt) of generation \(run.generation) was admitted", .deployment(record.identity),
      run: run.name, &work)
    work.changedRuns[run.id] = run
    work.changedProgress.insert(slot)
    dequeue(slot)
    prepare(run.id, &work)
    markDirty(slot, &work)
  }

  /// Returns the cause of a start. Only a failure or a preemption sets `notBefore`, and only a start clears it and
  /// `preemptedBy`.
  private func startCause(of record: DeploymentRecord) -> Action.StartCause {
    let progress = record.progress
    if progress.attempts == 0 { return progress.generation == 1 ? .new : .replacement }
    if progress.preemptedBy != nil { return .returned }
    if progress.notBefore == nil { return .again }
    return record.traits.mode == .service ? .restart : .retry
  }

  private func order(for run: RunRecord, of slot: DeploymentSlot) -> RunOrder {
    let record = deployments[slot].record
    let source = sources[record.source]
    return RunOrder(
      run: run, specText: record.specText, source: source?.name ?? "", sourceRoot: source?.binding)
  }

  /// Asks for a run to be prepared.
  mutating func prepare(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    // Only the current spec is at hand: a run of an older generation is never prepared or launched again.
    if run.record.generation != deployments[run.deployment].record.progress.generation {
      requestStop(id, .replaced, &work)
      return
    }
    noteCall(.prepare, of: id)
    work.effects.append(.prepare(order(for: run.record, of: run.deployment)))
  }

  /// Records that a run may execute from now on, and asks for it to be launched.
  mutating func launch(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id], let handle = run.record.handle else { return }
    if run.record.generation != deployments[run.deployment].record.progress.generation {
      requestStop(id, .replaced, &work)
      return
    }
    runs[id]?.record.isLaunched = true
    noteCall(.launch, of: id)
    if let record = runs[id]?.record {
      work.changedRuns[id] = record
      work.effects.append(.launch(order(for: record, of: run.deployment), handle: handle))
    }
  }

  /// Records that a run is to end, and asks for it. It holds its room until it is gone.
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
    clusters[run.cluster].beginStopping(run, at: work.now)
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
    if cause == .replaced { claimForReplacement(of: slot, beyond: run.record) }
    // With what it will give back, fewer need to be stopped than before: that may be possible now.
    if preemptor == nil { markClusterDirty(run.cluster, &work) }
    // A call that is under way could land after the stop: it is awaited first.
    if run.call == nil { askToStop(id, &work) }
    markDirty(slot, &work)
  }

  /// Asks for a run to be stopped. That it is to stop has been recorded.
  mutating func askToStop(_ id: RunID, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    noteCall(.stop, of: id)
    work.effects.append(.stop(run.record.name, on: run.record.cluster, grace: run.record.stopGrace))
  }

  private mutating func noteCall(_ call: Call, of id: RunID) {
    runs[id]?.call = call
    runs[id]?.touchedAt = stepCount
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
}
