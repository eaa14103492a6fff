import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Scheduling

// What must hold after every step, by the records and by the definitions of the design, not by how the scheduler finds it.

extension FleetTrial {
  func runs(on cluster: ClusterID, in fleet: Fleet) -> [RunRecord] {
    fleet.liveRuns.filter { $0.cluster == cluster }.sorted { $0.id < $1.id }
  }

  func priority(of identity: DeploymentIdentity, in fleet: Fleet) -> Priority {
    fleet.effectivePriority(of: identity) ?? .low
  }

  mutating func check(_ effects: [Effect], before: Fleet) {
    var preempted: [(victim: DeploymentIdentity, preemptor: DeploymentIdentity)] = []
    var started: [DeploymentIdentity] = []
    for case .commit(let commit) in effects {
      for action in commit.actions {
        guard case .deployment(let identity) = action.identity else { continue }
        switch action.kind {
        case .preempt(let preemptor): preempted.append((identity, preemptor))
        case .start: started.append(identity)
        default: break
        }
      }
    }
    preemptions += preempted.count
    for identity in started { checkAdmission(identity, before: before) }
    for case .launch(let order, _) in effects { checkLaunch(order.run) }
    for (victim, preemptor) in preempted { checkLawful(victim, preemptor) }
    let preemptors = Set(preempted.map(\.preemptor))
    if preemptors.count == 1, let preemptor = preemptors.first, started.isEmpty {
      checkNoneSpared(preempted.map(\.victim), preemptor)
    }
    checkNominations(before: before, started: started)
    checkAges(before: before)
  }

  /// Whatever happens to a deployment that was not suspended, it keeps its age and its retries: nothing fails here.
  private mutating func checkAges(before: Fleet) {
    for entry in given.entries {
      guard let was = before.deployment(entry.identity), let record = fleet.deployment(entry.identity),
        was.progress.status != .cancelled
      else { continue }
      if record.progress.queuedAt != was.progress.queuedAt { fail("\(entry.name) lost its age") }
      if record.progress.failures > 0 { fail("\(entry.name) spent a retry") }
    }
  }

  // MARK: Admissions

  private mutating func checkAdmission(_ identity: DeploymentIdentity, before: Fleet) {
    guard let run = fleet.liveRun(of: identity), let cluster = fleet.cluster(run.cluster) else {
      return fail("\(identity.name) was started and has no run")
    }
    var held = Resources.zero
    var slots: [Int: Int] = [:]
    for other in runs(on: run.cluster, in: fleet) {
      held += other.resources
      for share in other.gpus { slots[share.slot, default: 0] += share.milli }
    }
    for dimension in Dimension.allCases where held[dimension] > cluster.capacity[dimension] {
      // What is held beyond a lowered capacity stays; nothing is added to it.
      if run.resources[dimension] > 0 {
        fail("held exceeds total in \(dimension) by the admission of \(identity.name)")
      }
    }
    for share in run.gpus where slots[share.slot, default: 0] > 1000 { fail("a GPU was given twice: \(identity.name)") }
    guard let record = before.deployment(identity) else { return }
    if let until = record.progress.notBefore, until > now, record.progress.preemptedBy != nil {
      fail("\(identity.name) was admitted while it cools down")
    }
    for dependency in fleet.dependencies(of: identity) where dependency.until == .completed {
      if fleet.deployment(dependency.on)?.progress.status != .completed {
        fail("\(identity.name) was admitted before \(dependency.on.name) had completed")
      }
    }
  }

  private mutating func checkLaunch(_ run: RunRecord) {
    for dependency in fleet.dependencies(of: run.identity) {
      let record = fleet.deployment(dependency.on)
      if record?.progress.status == .completed { continue }
      let other = fleet.liveRun(of: dependency.on)
      let readyAfter = record?.traits.mode == .service ? record?.traits.readyAfter ?? .zero : .zero
      let isUp = other?.state == .running && (other?.startedAt).map { $0 + readyAfter <= now } ?? false
      if dependency.until == .completed || !isUp { fail("\(run.identity.name) started before \(dependency.on.name)") }
    }
  }

  // MARK: Preemptions

  private mutating func checkLawful(_ victim: DeploymentIdentity, _ preemptor: DeploymentIdentity) {
    // What has just been declared counts, so the fleet after the step.
    guard let record = fleet.deployment(victim), let run = fleet.liveRun(of: victim),
      let cluster = fleet.cluster(run.cluster)
    else { return fail("\(victim.name) was preempted and has no run") }
    if priority(of: victim, in: fleet) >= priority(of: preemptor, in: fleet) {
      fail("\(victim.name) was preempted for \(preemptor.name), which is not strictly higher")
    }
    if !record.traits.preemptible || record.traits.protect { fail("\(victim.name) must not be preempted") }
    if cluster.scheduling.preemption == .never { fail("\(victim.name) was preempted where nothing may be") }
    if (run.startedAt ?? run.createdAt) + cluster.scheduling.minimumRuntime > now {
      fail("\(victim.name) was preempted before its minimum")
    }
    if run.state != .stopping { fail("\(victim.name) was preempted and does not stop") }
  }

  /// A deployment that asks for room on its own cluster only.
  private func isSimple(_ identity: DeploymentIdentity) -> Bool {
    if fleet.liveRun(of: identity) != nil { return false }
    // What others need running is admitted with them, or for them.
    let isNeeded = given.entries.contains { other in
      fleet.liveRun(of: other.identity) == nil
        && fleet.dependencies(of: other.identity).contains { $0.on == identity && $0.until == .running }
    }
    if isNeeded { return false }
    return fleet.dependencies(of: identity).allSatisfy { dependency in
      guard let other = fleet.deployment(dependency.on) else { return true }
      if other.progress.status == .completed { return true }
      guard dependency.until == .running, let run = fleet.liveRun(of: dependency.on) else { return false }
      let readyAfter = other.traits.mode == .service ? other.traits.readyAfter : .zero
      return run.state == .running && (run.startedAt.map { $0 + readyAfter <= now } ?? false)
    }
  }

  private mutating func checkNoneSpared(_ victims: [DeploymentIdentity], _ preemptor: DeploymentIdentity) {
    guard isSimple(preemptor), let record = fleet.deployment(preemptor), let cluster = fleet.cluster(record.cluster),
      fleet.reserved(on: preemptor.cluster).isEmpty, fleet.nominees(on: preemptor.cluster) == [preemptor]
    else { return }
    var room = Room(capacity: cluster.capacity)
    for run in runs(on: record.cluster, in: fleet) where run.state != .stopping { room.take(run.resources, run.gpus) }
    if room.assignment(for: record.traits.resources) == nil {
      return fail("\(victims.map(\.name)) were preempted for \(preemptor.name), which does not fit then")
    }
    for victim in victims {
      guard let run = fleet.liveRun(of: victim), run.cluster == record.cluster else { continue }
      // One that loses what it needs stops with it.
      if fleet.dependencies(of: victim).contains(where: { victims.contains($0.on) }) { continue }
      var without = room
      without.take(run.resources, run.gpus)
      if without.overcommitted.isEmpty, without.assignment(for: record.traits.resources) != nil,
        !victims.contains(where: { other in
          fleet.dependencies(of: other).contains { $0.on == victim && $0.until == .running }
        })
      {
        fail("\(victim.name) could have been spared for \(preemptor.name)")
      }
    }
  }

  /// What is being freed for one goes to nobody else, unless that one is of strictly higher effective priority.
  private mutating func checkNominations(before: Fleet, started: [DeploymentIdentity]) {
    for number in given.capacities.indices {
      let cluster = GeneratedFleet.cluster(number)
      for nominee in before.nominees(on: cluster) {
        guard let was = before.deployment(nominee), let record = fleet.deployment(nominee),
          fleet.liveRun(of: nominee) == nil, fleet.isReady(nominee),
          let until = was.progress.nominatedUntil, until > now, isSimple(nominee),
          let state = fleet.cluster(record.cluster), before.cluster(record.cluster) == state,
          was.traits == record.traits
        else { continue }
        let takers = (started + fleet.nominees(on: cluster)).filter {
          $0 != nominee && $0.cluster == cluster
            && priority(of: $0, in: fleet) > priority(of: nominee, in: fleet)
        }
        if !takers.isEmpty { continue }
        var room = Room(capacity: state.capacity)
        for run in runs(on: record.cluster, in: fleet) where run.state != .stopping {
          room.take(run.resources, run.gpus)
        }
        if room.assignment(for: record.traits.resources) == nil {
          fail("room freed for \(nominee.name) was taken by another: \(started.map(\.name))")
        }
      }
    }
  }

  // MARK: Settled

  mutating func checkSettled() {
    for number in given.capacities.indices {
      let cluster = GeneratedFleet.cluster(number)
      guard let id = fleet.clusterID(of: cluster), fleet.whyClosed(id) == nil, let room = fleet.room(of: id),
        let record = fleet.cluster(id)
      else { continue }
      let reserved = fleet.reserved(on: cluster).map(\.deployment)
      let nominees = fleet.nominees(on: cluster)
      for entry in given.entries where entry.cluster == number {
        let identity = entry.identity
        guard fleet.isReady(identity), isSimple(identity), !nominees.contains(identity),
          let waiting = fleet.deployment(identity)
        else { continue }
        let isBehind = reserved.contains { $0 != identity && !fleet.comesBefore(identity, $0) }
        let request = waiting.traits.resources
        if room.overcommitted.isEmpty, !isBehind, room.assignment(for: request) != nil {
          fail("\(identity.name) fits, and waits")
        }
        if isBehind || record.scheduling.preemption == .never { continue }
        for run in runs(on: id, in: fleet) where run.state != .stopping {
          guard let victim = fleet.deployment(run.identity), victim.traits.preemptible, !victim.traits.protect,
            priority(of: run.identity, in: fleet) < priority(of: identity, in: fleet),
            (run.startedAt ?? run.createdAt) + record.scheduling.minimumRuntime <= now,
            !given.entries.contains(where: { other in
              fleet.liveRun(of: other.identity) != nil
                && fleet.dependencies(of: other.identity).contains { $0.on == run.identity && $0.until == .running }
            })
          else { continue }
          var freed = room
          freed.give(run.resources, run.gpus)
          if freed.overcommitted.isEmpty, freed.assignment(for: request) != nil {
            fail("\(run.identity.name) stays, and stopping it alone would let \(identity.name) start")
          }
        }
      }
    }
    if steps % 5 == 0 { checkStable() }
  }

  /// The same moment again, and the same looks at the engines, decide nothing more.
  private mutating func checkStable() {
    var fork = fleet
    var actions: [Action] = []
    var observations: [ClusterID: ClusterObservation] = [:]
    for number in given.capacities.indices {
      guard let id = fleet.clusterID(of: GeneratedFleet.cluster(number)) else { continue }
      var seen: [RunName: RunObservation] = [:]
      for run in runs(on: id, in: fleet) {
        seen[run.name] = run.isLaunched ? .running(since: run.startedAt ?? now) : .prepared
      }
      observations[id] = .answered(runs: seen, asOf: fleet.stepCount)
    }
    for event in [FleetCore.Event.clustersObserved(observations), .timer] {
      for case .commit(let commit) in step(&fork, event, now: now) { actions += commit.actions }
    }
    if let action = actions.first(where: { !$0.isHold }) { fail("nothing has happened, and yet: \(action)") }
  }

  /// When nothing happens any more, nobody waits without a reason that lasts.
  mutating func checkEnd() {
    for entry in given.entries {
      guard let record = fleet.deployment(entry.identity), record.progress.status == .pending,
        !record.progress.isWithdrawn
      else { continue }
      switch fleet.reason(of: entry.identity, now: now) {
      case nil: fail("\(entry.name) waits without a reason")
      case .coolingDown, .runsStopping, .backingOff, .waitsOnEngine:
        fail(
          "\(entry.name) waits for what has passed: \(String(describing: fleet.reason(of: entry.identity, now: now)))")
      case .insufficientCapacity, .behindReservation:
        let others = given.entries.filter { fleet.liveRun(of: $0.identity) != nil }
        if others.isEmpty { fail("\(entry.name) waits on an empty fleet") }
      default: break
      }
    }
  }
}
