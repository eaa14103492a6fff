import FleetModel
import HeapModule
import PlanModel
import Scheduling

// What a plan takes for granted until it has been carried out.

extension Fleet {
  /// Returns the assumptions of a plan. This is the fleet after the plan, before any time has passed.
  func assumptions(of plan: Plan, now: Instant) -> [Assumption] {
    expectedToGoOn(plan).sorted().map { .runGoesOn($0) }
      + nextChanges(plan, now: now).sorted { $0.key < $1.key }.map { .before($0.value, $0.key) }
  }

  // MARK: Runs

  /// Returns the deployments of the live runs whose own end would change the plan: something waits on their clusters, or depends
  /// on them; they may have to run again; or the plan itself does something about them.
  private func expectedToGoOn(_ plan: Plan) -> Set<DeploymentIdentity> {
    var found: Set<DeploymentIdentity> = []
    var named: Set<ObjectIdentity> = []
    for change in plan.changes { named.insert(change.identity) }
    for action in plan.actions {
      named.insert(action.identity)
      // Had it ended by itself, nobody would have had to stop it.
      switch (action.kind, action.identity) {
      case (.stop, .deployment(let identity)), (.preempt, .deployment(let identity)): found.insert(identity)
      default: break
      }
    }
    let waits = clusters.map { !$0.isVacant && $0.queue.count > 0 }
    let somethingWaits = waits.contains(true) || plan.actions.contains(where: \.isHold)
    for live in runs.values {
      let state = deployments[live.deployment]
      let identity = state.record.identity
      // Those that it depends on inherit its priority, as long as it runs.
      let confers = somethingWaits && !state.dependencies.isEmpty
      if waits[live.cluster.index] || confers || !state.dependents.isEmpty || runsAgain(live.deployment)
        || named.contains(.deployment(identity))
      {
        found.insert(identity)
      }
    }
    return found
  }

  /// Whether a run that fails may be followed by another, after a pause that counts from its end.
  private func runsAgain(_ slot: DeploymentSlot) -> Bool {
    let traits = deployments[slot].record.traits
    return traits.mode == .service || traits.retry.limit > 0
  }

  // MARK: Times

  /// Returns the next time at which each deployment or cluster is looked at again, as far as something may come of it.
  private func nextChanges(_ plan: Plan, now: Instant) -> [ObjectIdentity: Instant] {
    var next: [ObjectIdentity: Instant] = [:]
    func note(_ identity: ObjectIdentity, _ at: Instant) {
      if at > now { next[identity] = next[identity].map { min($0, at) } ?? at }
    }
    for timer in timers.unordered {
      switch timer.subject {
      case .deployment(let id):
        guard let slot = deploymentsByID[id], deployments[slot].timerAt == timer.at else { continue }
        // That a service counts as running matters to its dependents alone.
        if deployments[slot].run != nil, deployments[slot].dependents.isEmpty { continue }
        note(.deployment(deployments[slot].record.identity), timer.at)
      case .admission(let id), .reservation(let id):
        guard let slot = clustersByID[id], clusters[slot].queue.count > 0 else { continue }
        note(.cluster(clusters[slot].record.identity), timer.at)
      case .call, .cluster: continue
      }
    }
    for action in plan.actions {
      guard case .deployment(let identity) = action.identity, let slot = deploymentsByIdentity[identity] else {
        continue
      }
      switch action.kind {
      case .preempt, .stop(.preempted): noteNextVictim(on: deployments[slot].cluster, now: now, note)
      case .start: noteLatestStart(of: slot, now: now, note)
      default: break
      }
    }
    noteAging(now: now, note)
    return next
  }

  /// Notes when what the plan puts into a queue would have to queue behind what waits there already, because waiting is worth
  /// priority.
  private func noteAging(now: Instant, _ note: (ObjectIdentity, Instant) -> Void) {
    var newRanks: [ClusterSlot: Set<Instant>] = [:]
    for slot in deployments.indices where !deployments[slot].isVacant {
      guard deployments[slot].record.progress.queuedAt == now else { continue }
      newRanks[deployments[slot].cluster, default: []].insert(queueKey(of: slot).rank)
    }
    if newRanks.isEmpty { return }
    for slot in deployments.indices where !deployments[slot].isVacant && deployments[slot].run == nil {
      let progress = deployments[slot].record.progress
      guard progress.status == .pending, progress.queuedAt < now, let ranks = newRanks[deployments[slot].cluster]
      else { continue }
      let rank = queueKey(of: slot).rank
      for new in ranks where new < rank {
        note(.cluster(clusters[deployments[slot].cluster].record.identity), now + (rank - new))
      }
    }
  }

  /// Notes when the next run of a cluster has had its minimum runtime: from then on it may be stopped in place of another.
  private func noteNextVictim(on cluster: ClusterSlot, now: Instant, _ note: (ObjectIdentity, Instant) -> Void) {
    let minimum = clusters[cluster].record.scheduling.minimumRuntime
    for id in clusters[cluster].runs {
      guard let run = runs[id]?.record, let startedAt = run.startedAt, startedAt < now else { continue }
      note(.cluster(clusters[cluster].record.identity), startedAt + minimum)
    }
  }

  /// Notes until when a start of the plan would end before the reservations that it must not delay.
  private func noteLatestStart(of slot: DeploymentSlot, now: Instant, _ note: (ObjectIdentity, Instant) -> Void) {
    if deployments[slot].run == nil { return }
    let runtime = runtimeBound(of: slot).forAdmission
    let cluster = deployments[slot].cluster
    for reservation in clusters[cluster].reservations {
      for (span, from) in [(runtime.expected, reservation.start?.at), (runtime.promised, reservation.promise)] {
        guard let span, let from, case let end = now + span, from >= end else { continue }
        note(.cluster(clusters[cluster].record.identity), now + (from - end))
      }
    }
  }
}
