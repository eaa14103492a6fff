import FleetModel
import PlanModel
import Scheduling

// Shortages: missing room, the runs that hold it, and the queue ahead.

extension Fleet {
  /// Returns a deployment's shortage on its cluster.
  func shortage(of slot: DeploymentSlot, now: Instant) -> Shortage {
    let cluster = deployments[slot].cluster
    let members = gang(of: slot) ?? [slot]
    var shortage = Shortage(
      deployment: deployments[slot].record.identity, gang: members.map { deployments[$0].record.identity })
    shortage.needs = needs(of: slot)
    let short = shortage.needs.filter { $0.short > 0 }.map(\.dimension)
    let asked = short.isEmpty ? shortage.needs.map(\.dimension) : short
    let ids = clusters[cluster].runs.filter { id in
      guard let run = runs[id] else { return false }
      return run.deployment != slot && asked.contains { run.record.resources[$0] > 0 }
    }
    let holders = ids.compactMap { holder($0, now: now) }.sorted { left, right in
      for dimension in asked where left.held[dimension] != right.held[dimension] {
        return left.held[dimension] > right.held[dimension]
      }
      return left.deployment < right.deployment
    }
    shortage.holders = Array(holders.prefix(Shortage.holderLimit))
    shortage.furtherHolders = holders.count - shortage.holders.count
    enterQueue(of: slot, into: &shortage)
    return shortage
  }

  private func enterQueue(of slot: DeploymentSlot, into shortage: inout Shortage) {
    let cluster = clusters[deployments[slot].cluster]
    if deployments[slot].isQueued {
      let ahead = cluster.queue.inOrder().prefix { $0.deployment != slot }
      shortage.furtherAhead = max(0, ahead.count - Shortage.aheadLimit)
      shortage.ahead = ahead.prefix(Shortage.aheadLimit).map { entry in
        let state = deployments[entry.deployment]
        return Shortage.QueuedDeployment(
          deployment: state.record.identity, priority: state.effectivePriority, request: state.record.traits.resources,
          since: state.record.progress.queuedAt)
      }
    }
    shortage.reservations = cluster.reservations.filter { $0.slot != slot && !deployments[$0.slot].isVacant }.map {
      ForecastReservation(
        deployment: deployments[$0.slot].record.identity, at: $0.start?.at,
        isPromised: $0.start?.isPromised ?? false, lacking: $0.lacking)
    }
    let nominees = Set(cluster.claims.replacements).union(cluster.claims.gangs.keys)
    shortage.nominated = nominees.filter { $0 != slot }.map { deployments[$0].record.identity }.sorted()
  }

  private func holder(_ id: RunID, now: Instant) -> Shortage.RoomHolder? {
    guard let run = runs[id], let end = end(ofRun: id, now: now) else { return nil }
    let state = deployments[run.deployment]
    return Shortage.RoomHolder(
      deployment: state.record.identity, priority: state.effectivePriority, held: run.record.resources,
      since: run.record.startedAt, ends: end)
  }

  /// Returns the expected end of a live run; `nil` if there is no such run.
  func end(ofRun id: RunID, now: Instant) -> Explanation.ExpectedEnd? {
    guard let run = runs[id] else { return nil }
    if run.record.state == .stopping { return .stopping }
    if let end = expectedEnd(of: id, now: now) {
      let bound = clusters[run.cluster].holdings[id]?.promisedEnd(now: now)
      return .at(
        end.at, isPromised: end.isPromised, learned: learnedQuantile(of: run, endingAt: end.at),
        latest: bound.flatMap { $0 > end.at ? $0 : nil })
    }
    return run.isService ? .never : .unknown
  }

  /// Returns the needs of a deployment and of its gang on its cluster, by dimension.
  func needs(of slot: DeploymentSlot) -> [Shortage.Need] {
    let cluster = deployments[slot].cluster
    let room = roomForReplacing(slot)
    let extended = capacity(for: slot)
    var request = Resources.zero
    for member in gang(of: slot) ?? [slot] where deployments[member].cluster == cluster {
      request += deployments[member].record.traits.resources
    }
    return Dimension.allCases.compactMap { dimension in
      if request[dimension] == 0 { return nil }
      return Shortage.Need(
        dimension: dimension, requested: request[dimension], free: room.available(dimension),
        short: extended[dimension] - room.capacity[dimension], total: room.capacity[dimension])
    }
  }

  /// Returns the smallest capacity of the cluster with which a deployment and its gang would fit now.
  func capacity(for slot: DeploymentSlot) -> Resources {
    let cluster = deployments[slot].cluster
    var room = roomForReplacing(slot)
    for member in gang(of: slot) ?? [slot] where deployments[member].cluster == cluster {
      let request = deployments[member].record.traits.resources
      var capacity = room.capacity
      // An overcommitted dimension blocks every admission, even one that requests none of it.
      for dimension in Dimension.allCases {
        let missing = request[dimension] - room.free[dimension]
        guard missing > 0 else { continue }
        capacity[dimension] += dimension == .gpu ? (missing + 999) / 1000 * 1000 : missing
      }
      room.resize(to: capacity)
      // The sum may fit although no single device has enough left.
      while room.gpus.assignment(gpuMilli: request.gpuMilli) == nil {
        capacity.gpuMilli += 1000
        room.resize(to: capacity)
      }
      if let shares = room.assignment(for: request) { room.take(request, shares) }
    }
    return room.capacity
  }
}
