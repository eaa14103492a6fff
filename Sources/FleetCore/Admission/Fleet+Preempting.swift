import FleetModel
import PlanModel
import Scheduling

// Preemption: room for a deployment that does not fit, made by stopping runs of lower priority.

extension Fleet {
  /// Frees room for a deployment and its gang by stopping runs of strictly lower effective priority. Returns true if room is
  /// being freed for it, which is claimed for it from now on.
  ///
  /// A service preempts together with those that wait for it. Else its victims would stop for nothing where the waiters do not
  /// fit.
  mutating func tryToPreempt(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    guard couldPreempt(slot), let keeping = keptFrom(slot, pass), isWorthTheSearch(slot, &pass) else { return false }
    var heads = [slot]
    while let last = heads.last, let waiter = firstQueuedWaiter(of: last), !heads.contains(waiter) {
      heads.append(waiter)
    }
    for head in heads.reversed() {
      if isClaimedFor(head) { return true }
      if freeRoom(for: head, keeping: keeping, &pass, &work) { return true }
    }
    return false
  }

  /// Whether runs of strictly lower effective priority are where a deployment would run, so that a search for victims may be
  /// worthwhile. A pass over a queue asks this of every group, so it must be quick.
  func couldPreempt(_ slot: DeploymentSlot) -> Bool {
    let priority = deployments[slot].effectivePriority
    let cluster = deployments[slot].cluster
    if deployments[slot].met.unmetRunning == 0 || !hasGangsAcrossClusters {
      return mayGiveRoom(cluster, below: priority)
    }
    return clustersOfGang(slot).contains { mayGiveRoom($0, below: priority) }
  }

  /// Finds the least effective priority for which something could be stopped on the cluster of a pass, and what bounds the
  /// search for it.
  mutating func lookForVictims(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    lookForBarriers(&pass, &work)
    let version = clusters[pass.cluster].holders.version &+ clusters[pass.cluster].claims.gangsVersion
    if version == pass.victimsVersion { return }
    pass.victimsVersion = version
    pass.preemptingFrom = Priority.allCases.first { mayGiveRoom(pass.cluster, below: $0) }
    let capacity = clusters[pass.cluster].room.capacity
    pass.mostRoom = Priority.allCases.sorted().map {
      capacity - clusters[pass.cluster].holders.held(notBelow: $0)
    }
  }

  /// Finds for whom room is kept, as `keptFrom` asks it of one deployment.
  private mutating func lookForBarriers(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    var barriers = Barriers()
    for reservation in pass.reservations where deployments[reservation.slot].mayReserve {
      barriers.raise(reservation.guarded, to: deployments[reservation.slot].effectivePriority)
    }
    // Others that were passed over may preempt then.
    if pass.reservationsLeft == 0, barriers.isLower(than: pass.barriers) { markClusterDirty(pass.cluster, &work) }
    pass.barriers = barriers
  }

  /// Whether sums alone leave it possible that victims are found on a deployment's own cluster for its own request.
  private mutating func isWorthTheSearch(_ slot: DeploymentSlot, _ pass: inout AdmissionPass) -> Bool {
    let priority = deployments[slot].effectivePriority
    // Its gang needs more than it does by itself.
    let request = deployments[slot].record.traits.resources
    func isEnough(_ most: Resources) -> Bool {
      Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= most[$0] }
    }
    let room = roomForReplacing(slot)
    // Quick to tell: everything but the room of runs that may not be stopped for it.
    let own = clusters[pass.cluster].room.held - room.held
    if !isEnough(room.capacity - clusters[pass.cluster].holders.held(notBelow: priority) + own) { return false }
    let supply = supply(below: priority, &pass)
    var most = room.free + supply.eligible
    for (head, claim) in clusters[pass.cluster].claims.gangs
    where deployments[head].effectivePriority < priority { most += claim.resources }
    if isEnough(most) { return true }
    if let next = supply.next { scheduleAdmission(to: pass.cluster, at: next) }
    return false
  }

  /// Returns the dimensions whose free room is reserved for others. `nil` if a deployment may not preempt at all, because a
  /// reservation of no lower effective priority may rest on the end of its very victims.
  private func keptFrom(_ slot: DeploymentSlot, _ pass: AdmissionPass) -> [Dimension]? {
    let request = deployments[slot].record.traits.resources
    let priority = deployments[slot].effectivePriority
    var kept: Set<Dimension> = []
    for reservation in pass.reservations where deployments[reservation.slot].mayReserve {
      let wanted = reservation.guarded.filter { request[$0] > 0 }
      if !wanted.isEmpty, deployments[reservation.slot].effectivePriority >= priority { return nil }
      kept.formUnion(wanted)
    }
    return Dimension.allCases.filter(kept.contains)
  }

  /// Stops the cheapest victims that make room for a gang, and claims that room. Returns false if there are none.
  private mutating func freeRoom(
    for head: DeploymentSlot, keeping: [Dimension], _ pass: inout AdmissionPass, _ work: inout StepWork
  ) -> Bool {
    let priority = preemptingPriority(of: head)
    guard let members = gangOrReplacement(of: head), !members.contains(where: { $0 != head && isClaimedFor($0) })
    else { return false }
    let gangClusters = Set(members.map { deployments[$0].cluster }).sorted()
    guard gangClusters.contains(where: { mayGiveRoom($0, below: priority) }) else { return false }
    for cluster in gangClusters where clusters[cluster].unknown != nil || !clusters[cluster].orphans.isEmpty {
      return false
    }
    for cluster in gangClusters {
      for other in clusters[cluster].claims.gangs.keys.sorted()
      where deployments[other].effectivePriority < priority { suspendGangClaim(of: other, on: cluster) }
    }
    let problem = problem(of: head, members, gangClusters, keeping: keeping)
    var (units, next): ([VictimUnit], Instant?)
    if gangClusters == [pass.cluster] {
      let supply = supply(below: priority, &pass)
      (units, next) = (supply.units, supply.next)
    } else {
      (units, next) = self.units(for: members, on: gangClusters, below: priority, now: work.now)
    }
    if let victims = victims(among: units, for: problem, now: work.now), servicesCanStay(members, for: head) {
      for id in victims.runs {
        requestStop(id, .preempted(by: deployments[head].record.id), selection: victims.selection, &work)
      }
      claimForGang(of: head, awaiting: gangClusters.flatMap { stoppingRuns(on: $0) }, &work)
      // The room that was counted on may not be had after all.
      if gangClaims[head] == nil { return false }
      markClusterDirty(deployments[head].cluster, &work)
      return true
    }
    for cluster in gangClusters { refreshGangClaims(on: cluster, &work) }
    if let next { scheduleAdmission(to: deployments[head].cluster, at: next) }
    return false
  }

  /// Whether there is anything on a cluster that could be stopped or given up for a deployment of some priority.
  private func mayGiveRoom(_ cluster: ClusterSlot, below priority: Priority) -> Bool {
    if clusters[cluster].record.scheduling.preemption == .lowerPriority, clusters[cluster].holders.areBelow(priority) {
      return true
    }
    for head in clusters[cluster].claims.gangs.keys where deployments[head].effectivePriority < priority {
      return true
    }
    return false
  }

  /// Returns the search for victims for a gang, with the room of its clusters as it will be when all runs that stop anyway are
  /// gone.
  private func problem(
    of head: DeploymentSlot, _ members: [DeploymentSlot], _ gangClusters: [ClusterSlot], keeping: [Dimension]
  ) -> VictimProblem {
    var rooms: [Int: Room] = [:]
    for cluster in gangClusters {
      var room = clusters[cluster].room
      if cluster == deployments[head].cluster { room.close(keeping) }
      for run in runsToCountOn(for: head, on: cluster) { room.give(run.resources, run.gpus) }
      if let old = liveRun(of: head), old.cluster == cluster {
        room.give(old.record.resources, old.record.gpus)
      }
      rooms[cluster.index] = room
    }
    let requests = members.map {
      VictimProblem.Request(cluster: deployments[$0].cluster.index, resources: deployments[$0].record.traits.resources)
    }
    return VictimProblem(rooms: rooms, requests: requests, candidates: [])
  }
}
