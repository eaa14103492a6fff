import FleetModel
import PlanModel
import Scheduling

// Room for what does not fit, made by stopping what matters less.

extension Fleet {
  /// Frees room for a deployment, with what must be admitted together with it, by stopping runs of strictly lower effective
  /// priority. True: room is being freed for it, and belongs to it from now on.
  ///
  /// A service preempts for those that wait for it together with them: else its victims would be for nothing where they do
  /// not fit.
  ///
  mutating func tryToPreempt(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    guard couldPreempt(slot), let keeping = keptFrom(slot, pass), isWorthTheSearch(slot, &pass) else { return false }
    var heads = [slot]
    while let last = heads.last, let waiter = firstQueuedWaiter(of: last), !heads.contains(waiter) {
      heads.append(waiter)
    }
    for head in heads.reversed() {
      if isNominated(head) { return true }
      if freeRoom(for: head, keeping: keeping, &pass, &work) { return true }
    }
    return false
  }

  /// Whether it may be worth the search for victims: something of strictly lower effective priority runs where the deployment
  /// would. A pass over a queue asks it of every group, so it must be quick.
  func couldPreempt(_ slot: DeploymentSlot) -> Bool {
    let priority = deployments[slot].effectivePriority
    let cluster = deployments[slot].cluster
    if deployments[slot].met.unmetRunning == 0 || !hasGangsAcrossClusters {
      return mayGiveRoom(cluster, below: priority)
    }
    return clustersOfGang(slot).contains { mayGiveRoom($0, below: priority) }
  }

  /// Finds out from which effective priority on something could be stopped on the cluster of a pass.
  func lookForVictims(_ pass: inout AdmissionPass) {
    let version = clusters[pass.cluster].holders.version &+ clusters[pass.cluster].nominationsVersion
    if version == pass.victimsVersion { return }
    pass.victimsVersion = version
    pass.preemptingFrom = Priority.allCases.first { mayGiveRoom(pass.cluster, below: $0) }
  }

  /// Whether sums alone leave it possible that victims are found on its own cluster for its own request.
  private mutating func isWorthTheSearch(_ slot: DeploymentSlot, _ pass: inout AdmissionPass) -> Bool {
    let priority = deployments[slot].effectivePriority
    // Its gang needs more than it does by itself.
    let request = deployments[slot].record.traits.resources
    func isEnough(_ most: Resources) -> Bool {
      Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= most[$0] }
    }
    let room = roomForReplacing(slot)
    // Soon said: all but what those hold that may not be stopped for it.
    let own = clusters[pass.cluster].room.held - room.held
    if !isEnough(room.capacity - clusters[pass.cluster].holders.held(notBelow: priority) + own) { return false }
    let supply = supply(below: priority, &pass)
    var most = room.free + supply.eligible
    for (head, nomination) in clusters[pass.cluster].gangNominations
    where deployments[head].effectivePriority < priority { most += nomination.resources }
    if isEnough(most) { return true }
    if let next = supply.next { scheduleAdmission(to: pass.cluster, at: next) }
    return false
  }

  /// The dimensions of which what is free is kept for others that a deployment may not pass; nil: it may not preempt, for what
  /// is reserved for one of no lower effective priority may rest on the very end of its victims.
  private func keptFrom(_ slot: DeploymentSlot, _ pass: AdmissionPass) -> [Dimension]? {
    let request = deployments[slot].record.traits.resources
    let priority = deployments[slot].effectivePriority
    var kept: Set<Dimension> = []
    for reservation in pass.reservations where deployments[reservation.slot].isQueued {
      let wanted = reservation.guarded.filter { request[$0] > 0 }
      if !wanted.isEmpty, deployments[reservation.slot].effectivePriority >= priority { return nil }
      kept.formUnion(wanted)
    }
    return Dimension.allCases.filter(kept.contains)
  }

  /// The first of those in a queue that need a deployment running.
  func firstQueuedWaiter(of slot: DeploymentSlot) -> DeploymentSlot? {
    deployments[slot].dependents.filter { $0.until == .running && deployments[$0.slot].isQueued }.map(\.slot)
      .min(by: precedes)
  }

  /// With what priority a deployment may preempt: its own, or what is conferred on it other than by those of whose gang it is.
  func preemptingPriority(of slot: DeploymentSlot) -> Priority {
    var priority = deployments[slot].record.traits.priority
    if priority == deployments[slot].effectivePriority { return priority }
    for edge in deployments[slot].dependents where !(edge.until == .running && deployments[edge.slot].isQueued) {
      if let conferred = deployments[edge.slot].published.confers(along: edge.until) {
        priority = max(priority, conferred)
      }
    }
    return priority
  }

  private mutating func freeRoom(
    for head: DeploymentSlot, keeping: [Dimension], _ pass: inout AdmissionPass, _ work: inout StepWork
  ) -> Bool {
    let priority = preemptingPriority(of: head)
    guard let members = gangOrReplacement(of: head), !members.contains(where: { $0 != head && isNominated($0) })
    else { return false }
    let places = Set(members.map { deployments[$0].cluster }).sorted()
    guard places.contains(where: { mayGiveRoom($0, below: priority) }) else { return false }
    for place in places where clusters[place].unknown != nil || !clusters[place].orphans.isEmpty { return false }
    for place in places {
      for other in clusters[place].gangNominations.keys.sorted()
      where deployments[other].effectivePriority < priority { release(other, on: place) }
    }
    let problem = problem(of: head, members, places, keeping: keeping)
    var (units, next): ([VictimUnit], Instant?)
    if places == [pass.cluster] {
      let supply = supply(below: priority, &pass)
      (units, next) = (supply.units, supply.next)
    } else {
      (units, next) = self.units(for: members, on: places, below: priority, now: work.now)
    }
    let victims = victims(among: units, for: problem, members, head, places, &work)
    if let victims {
      for id in victims.runs {
        requestStop(id, .preempted(by: deployments[head].record.id), selection: victims.selection, &work)
      }
      nominate(gangOf: head, awaiting: places.flatMap { stoppingRuns(on: $0) }, &work)
      // What was counted on may not be had after all.
      if !nominees.contains(head) { return false }
      markClusterDirty(deployments[head].cluster, &work)
      return true
    }
    for place in places { renewNominations(on: place, &work) }
    if let next { scheduleAdmission(to: deployments[head].cluster, at: next) }
    return false
  }

  /// Whether there is anything on a cluster that could be stopped or given up for some priority.
  private func mayGiveRoom(_ cluster: ClusterSlot, below priority: Priority) -> Bool {
    if clusters[cluster].record.scheduling.preemption == .lowerPriority, clusters[cluster].holders.areBelow(priority) {
      return true
    }
    for head in clusters[cluster].gangNominations.keys where deployments[head].effectivePriority < priority {
      return true
    }
    return false
  }

  /// The room of the clusters as it will be when all that is stopping anyway is gone.
  private func problem(
    of head: DeploymentSlot, _ members: [DeploymentSlot], _ places: [ClusterSlot], keeping: [Dimension]
  ) -> VictimProblem {
    var rooms: [Int: Room] = [:]
    for place in places {
      var room = clusters[place].room
      if place == deployments[head].cluster { room.close(keeping) }
      for run in runsToCountOn(for: head, on: place) { room.give(run.resources, run.gpus) }
      if let old = deployments[head].run.flatMap({ runs[$0] }), old.cluster == place {
        room.give(old.record.resources, old.record.gpus)
      }
      rooms[place.index] = room
    }
    let requests = members.map {
      VictimProblem.Request(cluster: deployments[$0].cluster.index, resources: deployments[$0].record.traits.resources)
    }
    return VictimProblem(rooms: rooms, requests: requests, candidates: [])
  }
}
