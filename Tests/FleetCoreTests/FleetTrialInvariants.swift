import FleetCore
import FleetModel
import PlanModel
import Scheduling

// Invariants after every step, checked by records and by the definitions of the design, not by the scheduler's own
// methods.

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
    trace += started.map { "\(now.nanoseconds): start \($0.name)" }
    trace += preempted.map { "\(now.nanoseconds): preempt \($0.victim.name) for \($0.preemptor.name)" }
    if fleet.abandonedSettlings > 0 { fail("it went round and round") }
    for identity in started { checkAdmission(identity, before: before) }
    for case .launch(let order, _) in effects { checkLaunch(order.run) }
    for (victim, preemptor) in preempted { checkLawful(victim, preemptor) }
    let preemptors = Set(preempted.map(\.preemptor))
    if preemptors.count == 1, let preemptor = preemptors.first, started.isEmpty {
      checkNoneSpared(preempted.map(\.victim), preemptor)
    }
    checkNominations(before: before, started: started)
    checkExchanges(before: before)
    checkAges(before: before)
    countPasses(started, before: before)
    checkPromises()
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
      // Room held beyond a lowered capacity stays held, and nothing is added to it.
      if run.resources[dimension] > 0 {
        fail("held exceeds total in \(dimension) by the admission of \(identity.name)")
      }
    }
    for share in run.gpus where slots[share.slot, default: 0] > 1000 { fail("a GPU was given twice: \(identity.name)") }
    guard let record = before.deployment(identity) else { return }
    if let pause = expectations.pauses[identity.name], pause.until > now,
      record.progress.generation == fleet.deployment(identity)?.progress.generation
    {
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
      // A run that is asked to stop in this step was up before.
      let runs = other?.state == .running || (other?.state == .stopping && other?.stopRequestedAt == now)
      let isUp = runs && (other?.startedAt).map { $0 + readyAfter <= now } ?? false
      if dependency.until == .completed || !isUp { fail("\(run.identity.name) started before \(dependency.on.name)") }
    }
  }

  // MARK: Preemptions

  private mutating func checkLawful(_ victim: DeploymentIdentity, _ preemptor: DeploymentIdentity) {
    // The fleet after the step, because new declarations count.
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

  /// True if a deployment needs room on its own cluster only.
  func isSimple(_ identity: DeploymentIdentity) -> Bool {
    if fleet.liveRun(of: identity) != nil { return false }
    // A service that others need running is admitted with them or for them.
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
      fleet.reserved(on: preemptor.cluster).isEmpty
    else { return }
    // Claims of lower priority yield, and so do the runs that stop for them.
    let mine = priority(of: preemptor, in: fleet)
    let others = fleet.gangClaimOwners(on: preemptor.cluster).filter { $0 != preemptor }
    if others.contains(where: { priority(of: $0, in: fleet) >= mine }) { return }
    var room = Room(capacity: cluster.capacity)
    for run in runs(on: record.cluster, in: fleet) where run.state != .stopping || isOverdue(run) {
      room.take(run.resources, run.gpus)
    }
    // A replaced run comes back, and its room is kept for it.
    if runs(on: record.cluster, in: fleet).contains(where: { $0.stopCause == .replaced }) { return }
    if room.assignment(for: record.traits.resources) == nil {
      return fail("\(victims.map(\.name)) were preempted for \(preemptor.name), which does not fit then")
    }
    // A run that stops for its own replacement gives its room back to that.
    for run in runs(on: record.cluster, in: fleet) where run.state == .stopping && !isOverdue(run) {
      if run.stopCause == .replaced { room.take(run.resources, run.gpus) }
    }
    for victim in victims {
      guard let run = fleet.liveRun(of: victim), run.cluster == record.cluster else { continue }
      // A dependant stops with the service that it needs.
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

  /// True if a run did not stop in time, so that its room is not counted on any more.
  private func isOverdue(_ run: RunRecord) -> Bool {
    run.stopRequestedAt.map { $0 + run.stopGrace + .seconds(60) <= now } ?? false
  }

  /// Checks that all members of a swap start as soon as all their old runs are gone.
  mutating func checkExchanges(before: Fleet) {
    for number in given.capacities.indices {
      let cluster = GeneratedFleet.cluster(number)
      for members in before.swaps(on: cluster) {
        let still = members.filter { identity in
          guard let was = before.deployment(identity), let record = fleet.deployment(identity),
            let until = was.progress.nominatedUntil
          else { return false }
          return until > now && was.traits == record.traits && was.progress.generation == record.progress.generation
            && !record.progress.isWithdrawn && areMet(identity)
        }
        guard still == members, let id = fleet.clusterID(of: cluster), let state = fleet.cluster(id),
          before.cluster(id) == state, fleet.whyClosed(id) == nil
        else { continue }
        // Includes former members whose room the others may still count on.
        let old = runs(on: id, in: before).filter { $0.stopCause == .replaced }
        if old.contains(where: { fleet.isLive($0.name) }) {
          var room = Room(capacity: state.capacity)
          for run in runs(on: id, in: fleet) where !old.contains(where: { $0.id == run.id }) {
            room.take(run.resources, run.gpus)
          }
          for identity in members {
            guard let request = fleet.deployment(identity)?.traits.resources else { continue }
            if fleet.liveRun(of: identity).map({ run in !old.contains { $0.id == run.id } }) ?? false { continue }
            guard room.overcommitted.isEmpty, let shares = room.assignment(for: request) else {
              fail("room freed for \(identity.name) and others was taken")
              break
            }
            room.take(request, shares)
          }
        } else {
          for identity in members where fleet.liveRun(of: identity) == nil {
            fail("\(identity.name) was stopped with others, and does not run again with them")
          }
        }
      }
    }
  }

  /// Checks that room being freed for a nominee goes to nobody but a strictly higher effective priority.
  private mutating func checkNominations(before: Fleet, started: [DeploymentIdentity]) {
    for number in given.capacities.indices {
      let cluster = GeneratedFleet.cluster(number)
      for nominee in before.gangClaimOwners(on: cluster) {
        guard let was = before.deployment(nominee), let record = fleet.deployment(nominee),
          fleet.liveRun(of: nominee) == nil, fleet.isReady(nominee),
          let until = was.progress.nominatedUntil, until > now, isSimple(nominee),
          let state = fleet.cluster(record.cluster), before.cluster(record.cluster) == state,
          was.traits == record.traits
        else { continue }
        let takers = (started + fleet.gangClaimOwners(on: cluster)).filter {
          $0 != nominee && $0.cluster == cluster
            && priority(of: $0, in: fleet) > priority(of: nominee, in: fleet)
        }
        if !takers.isEmpty { continue }
        // Runs that do not stop in time are not counted on: the nominee may not fit even without the others.
        var former = Room(capacity: state.capacity)
        for run in runs(on: record.cluster, in: before) where run.state != .stopping || isOverdue(run) {
          former.take(run.resources, run.gpus)
        }
        if former.assignment(for: record.traits.resources) == nil { continue }
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
}
