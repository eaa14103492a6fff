import FleetModel
import PlanModel
import Scheduling

// Reasons why deployments do not run, computed when asked for, in the precedence in which the cases of `Reason` stand.

extension Fleet {
  /// Returns the dominant reason why a deployment waits, or has failed. `nil` if it runs, is about to, has completed, or is
  /// unknown.
  public func reason(of identity: DeploymentIdentity, now: Instant) -> Reason? {
    deploymentsByIdentity[identity].flatMap { reason(of: $0, now: now) }
  }

  /// Returns the dominant reason why a deployment waits, or has failed.
  ///
  /// - Parameter withHolders: whether shortfalls are to name the holders of what is short, which looks at every run of the
  ///   cluster.
  func reason(of slot: DeploymentSlot, now: Instant, withHolders: Bool = true) -> Reason? {
    // Field by field: a copy of the record retains all that it holds.
    let run = deployments[slot].run.flatMap { runs[$0] }
    let status = deployments[slot].record.progress.status
    if deployments[slot].record.progress.isWithdrawn { return reasonOfWithdrawn(slot, run) }
    if status == .completed { return nil }
    if deployments[slot].record.traits.suspend { return .suspended }
    if status == .failed {
      let (attempts, failures) = (
        deployments[slot].record.progress.attempts, deployments[slot].record.progress.failures
      )
      return .failed(runs: max(attempts, failures))
    }
    if let run { return reason(of: slot, with: run, now: now, withHolders) }
    return reasonWithoutRun(slot, now: now, withHolders)
  }

  private func reasonOfWithdrawn(_ slot: DeploymentSlot, _ run: LiveRun?) -> Reason? {
    if !deployments[slot].dependents.isEmpty {
      return .dependantsRemain(
        deployments[slot].dependents.map { .deployment(deployments[$0.slot].record.identity) }.sorted())
    }
    if deployments[slot].record.traits.protect { return .protected }
    return run == nil ? nil : .runsStopping([deployments[slot].record.identity])
  }

  private func reason(of slot: DeploymentSlot, with run: LiveRun, now: Instant, _ withHolders: Bool) -> Reason? {
    let record = deployments[slot].record
    if run.record.generation != record.progress.generation, run.record.state != .stopping {
      if record.traits.protect { return .protected }
      return reasonWithoutRun(slot, now: now, withHolders)
    }
    switch run.record.state {
    case .stopping: return .runsStopping([record.identity])
    case .starting:
      if let why = clusters[run.cluster].unknown { return .clusterUnknown(why) }
      if let why = run.queuedBecause { return .waitsOnEngine(why) }
      return run.record.isLaunched ? nil : reasonOfDependencies(slot)
    case .running, .ended, .lost: return nil
    }
  }

  private func reasonWithoutRun(_ slot: DeploymentSlot, now: Instant, _ withHolders: Bool) -> Reason? {
    let record = deployments[slot].record
    let cluster = clusters[deployments[slot].cluster]
    if let problem = ownerProblem(of: slot) { return problem }
    let impossible = Room.shortOfCapacity(record.traits.resources, capacity: cluster.record.capacity)
    if !impossible.isEmpty { return .neverFits(impossible) }
    if let reason = reasonOfDependencies(slot) { return reason }
    if let message = deployments[slot].missingSecret { return .secretUnavailable(message) }
    if let why = cluster.unknown { return .clusterUnknown(why) }
    if let words = cluster.orphans.words { return .clusterUnknown(words) }
    let overcommitted = cluster.room.overcommitted
    if !overcommitted.isEmpty { return .overcommitted(overcommitted.map { shortfall($0, of: slot, withHolders) }) }
    let pause = record.progress.notBefore.flatMap { $0 > now ? $0 : nil }
    if let pause, record.progress.preemptedBy == nil { return .backingOff(until: pause) }
    if let swap = swap(of: slot) {
      return .runsStopping(swap.awaited.compactMap { runs[$0].map(identity) }.sorted())
    }
    let lacking = lackingDimensions(of: slot)
    if isHeldByServices(slot) { return .heldByServices(shortfallsBesideServices(of: slot, withHolders)) }
    let stopping = cluster.claims.replacements.filter { $0 != slot && deployments[$0].run != nil }
    if !stopping.isEmpty, !lacking.isEmpty, deployments[slot].run == nil {
      let names = stopping.map { deployments[$0].record.identity }.sorted()
      if cluster.head?.slot == slot { return .runsStopping(names) }
    }
    let awaited = identitiesAwaited(by: slot)
    if !awaited.isEmpty { return .runsStopping(awaited) }
    if let pause {
      let preemptor = record.progress.preemptedBy.flatMap { deploymentsByID[$0] }
      return .coolingDown(until: pause, preemptor: preemptor.map { deployments[$0].record.identity })
    }
    if let head = cluster.head, head.slot != slot, !deployments[head.slot].isVacant {
      let kept = head.kept.filter { record.traits.resources[$0] > 0 }
      if !kept.isEmpty, lacking.isEmpty || kept.contains(where: lacking.contains) {
        return .behindReservation(of: deployments[head.slot].record.identity, kept)
      }
      // It lacks nothing now; the head would lack it later.
      if lacking.isEmpty, deployments[slot].met.unmetRunning == 0 {
        let asked = Dimension.allCases.filter { record.traits.resources[$0] > 0 }
        return .behindReservation(of: deployments[head.slot].record.identity, asked)
      }
    }
    if !lacking.isEmpty { return .insufficientCapacity(lacking.map { shortfall($0, of: slot, withHolders) }) }
    // Its own cluster has room: another lacks it for what must be admitted with it.
    return reasonOfDependencies(slot, alsoOfGang: true)
  }

  /// Returns the deployments whose runs are awaited by the gang claims of another.
  private func identitiesAwaited(by slot: DeploymentSlot) -> [DeploymentIdentity] {
    guard let held = gangClaims[slot] else { return [] }
    let awaited = held.flatMap { clusters[$0].claims.gangs[slot]?.awaited ?? [] }
    return Set(awaited.compactMap { runs[$0].map(identity) }).sorted()
  }

  /// Returns the dependency that a deployment waits for.
  private func reasonOfDependencies(_ slot: DeploymentSlot, alsoOfGang: Bool = false) -> Reason? {
    let met = deployments[slot].met
    if met.allowsLaunch { return nil }
    let isGangReady = met.unmetCompleted == 0 && met.unplaceable == 0 && deployments[slot].run == nil
    if isGangReady && !alsoOfGang { return nil }
    guard let edge = unmetDependency(of: slot) else { return nil }
    let identity = deployments[edge.slot].record.identity
    return deployments[edge.slot].published.isFailed
      ? .dependencyFailed(identity) : .waitsForDependency(identity, until: edge.until)
  }

  /// Whether a dependency still waits for its condition.
  func isUnmet(_ edge: Edge) -> Bool {
    let facts = deployments[edge.slot].published
    return edge.until == .completed ? !facts.isCompleted : !facts.isUp
  }

  /// Returns the dependency that a deployment is said to wait for: a FAILED one before one that is hopeless, and that before
  /// others; then the first by identity. `nil` if the conditions of all are met.
  func unmetDependency(of slot: DeploymentSlot) -> Edge? {
    func rank(_ edge: Edge) -> Int {
      let facts = deployments[edge.slot].published
      return facts.isFailed ? 0 : facts.isHopeless ? 1 : 2
    }
    return deployments[slot].dependencies.filter(isUnmet).min { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      return deployments[left.slot].record.identity < deployments[right.slot].record.identity
    }
  }

  /// Returns the gang's shortfall when only services are counted as running. Empty if only those that need it running lack
  /// something.
  private func shortfallsBesideServices(of slot: DeploymentSlot, _ withHolders: Bool) -> [Shortfall] {
    let cluster = deployments[slot].cluster
    var room = clusters[cluster].serviceRoom
    if let old = liveRun(of: slot), old.isService, old.cluster == cluster {
      room.give(old.record.resources, old.record.gpus)
    }
    let left = room
    var lacking: Set<Dimension> = []
    var request = Resources.zero
    for member in gang(of: slot) ?? [slot] where deployments[member].cluster == cluster {
      let asked = deployments[member].record.traits.resources
      lacking.formUnion(room.lacking(asked))
      room.take(asked, room.assignment(for: asked) ?? [])
      request += asked
    }
    return Dimension.allCases.filter(lacking.contains).map { dimension in
      Shortfall(
        dimension: dimension, requested: request[dimension], available: left.available(dimension),
        total: clusters[cluster].record.capacity[dimension],
        holders: withHolders
          ? holders(of: dimension, on: cluster) { $0.isService && $0.deployment != slot } : [])
    }
  }

  /// Returns the holders of most of a dimension, of the runs of a cluster that satisfy a condition.
  private func holders(of dimension: Dimension, on cluster: ClusterSlot, where holds: (LiveRun) -> Bool) -> [Shortfall
    .Holder]
  {
    var holders: [Shortfall.Holder] = []
    for id in clusters[cluster].runs.sorted() {
      guard let run = runs[id], run.record.resources[dimension] > 0, holds(run) else { continue }
      holders.append(
        Shortfall.Holder(
          deployment: deployments[run.deployment].record.identity, amount: run.record.resources[dimension]))
    }
    holders.sort { $0.amount == $1.amount ? $0.deployment < $1.deployment : $0.amount > $1.amount }
    return Array(holders.prefix(8))
  }

  private func shortfall(_ dimension: Dimension, of slot: DeploymentSlot, _ withHolders: Bool) -> Shortfall {
    let cluster = clusters[deployments[slot].cluster]
    let available = cluster.room.available(dimension)
    var requested = deployments[slot].record.traits.resources[dimension]
    // If it fits alone, it lacks room together with what it needs running.
    if requested <= available, let members = gang(of: slot), members.count > 1 {
      requested = members.filter { deployments[$0].cluster == deployments[slot].cluster }
        .reduce(0) { $0 + deployments[$1].record.traits.resources[dimension] }
    }
    return Shortfall(
      dimension: dimension, requested: requested, available: available, total: cluster.record.capacity[dimension],
      holders: withHolders ? holders(of: dimension, on: deployments[slot].cluster) { _ in true } : [])
  }
}
