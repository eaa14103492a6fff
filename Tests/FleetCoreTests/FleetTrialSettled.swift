import FleetCore
import FleetModel
import PlanModel
import Scheduling

// Invariants when a moment is over, and when everything is.

extension FleetTrial {
  /// True if earlier reservations on a cluster keep a deployment from free room. Decided by dimension: only what the
  /// others lack, or take at a known time, is kept.
  private func isKept(from identity: DeploymentIdentity, _ request: Resources, in room: Room) -> Bool {
    let cluster = identity.cluster
    guard let number = given.capacities.indices.first(where: { GeneratedFleet.cluster($0) == cluster }) else {
      return true
    }
    let settings = given.scheduling[number]
    return fleet.reserved(on: cluster).contains { head, start, promise in
      guard head != identity, fleet.isReady(head) || fleet.isReturning(head), !fleet.comesBefore(identity, head) else {
        return false
      }
      guard isSimple(head), let wanted = fleet.deployment(head)?.traits.resources else { return true }
      // The bound of passes is used up.
      let isUsedUp = settings.reservations == 0 || fleet.bypasses(of: head) >= settings.maxBypass
      guard let start else { return isUsedUp && room.lacking(wanted).contains { request[$0] > 0 } }
      // A run that is certain to end by then delays nothing.
      let first = fleet.deployment(head)?.progress.expectedStart
      let latest = [start.at, promise, isUsedUp ? first : nil].compactMap { $0 }.min() ?? start.at
      if settings.reservations == 1, let traits = fleet.deployment(identity)?.traits, traits.mode == .job,
        let bound = traits.maxRuntime, now + bound <= latest
      {
        return false
      }
      return Dimension.allCases.contains { wanted[$0] > 0 && request[$0] > 0 }
    }
  }

  mutating func checkSettled() {
    for number in given.capacities.indices {
      let cluster = GeneratedFleet.cluster(number)
      guard let id = fleet.clusterID(of: cluster), fleet.whyClosed(id) == nil, let room = fleet.room(of: id),
        let record = fleet.cluster(id)
      else { continue }
      let nominees = fleet.gangClaimOwners(on: cluster)
      for entry in given.entries where entry.cluster == number {
        let identity = entry.identity
        guard fleet.isReady(identity), isSimple(identity), !nominees.contains(identity),
          let waiting = fleet.deployment(identity)
        else { continue }
        let request = waiting.traits.resources
        if isKept(from: identity, request, in: room) { continue }
        // With several reservations, future room counts, and so does room that the old and the new run hold together
        // for a moment.
        let isDeep = record.scheduling.reservations != 1 && record.scheduling.reservations != 0
        if isDeep, runs(on: id, in: fleet).contains(where: { $0.stopCause == .replaced }) { continue }
        if room.overcommitted.isEmpty, room.assignment(for: request) != nil { fail("\(identity.name) fits, and waits") }
        if record.scheduling.preemption == .lowerPriority { checkVictims(for: identity, request, in: room, record) }
      }
      checkReplacements(on: number, in: room)
    }
    if steps % 5 == 0 { checkStable() }
  }

  /// Checks that replacements start if they fit in the room of their own old run, or two of them in the room of both,
  /// without what is kept for those before them.
  private mutating func checkReplacements(on number: Int, in room: Room) {
    let cluster = GeneratedFleet.cluster(number)
    var waiting: [(name: String, request: Resources, old: RunRecord)] = []
    for entry in given.entries where entry.cluster == number && fleet.isReady(entry.identity) {
      // A service may be held because its dependants would not fit beside it.
      guard entry.traits.mode == .job, let old = fleet.liveRun(of: entry.identity),
        let record = fleet.deployment(entry.identity), old.cluster == record.cluster, areMet(entry.identity),
        !fleet.gangClaimOwners(on: cluster).contains(entry.identity)
      else { continue }
      waiting.append((entry.name, record.traits.resources, old))
    }
    let heads = fleet.reserved(on: cluster).map(\.deployment.name)
    for first in waiting {
      var alone = room
      alone.give(first.old.resources, first.old.gpus)
      if heads.allSatisfy({ $0 == first.name }), alone.assignment(for: first.request) != nil {
        fail("\(first.name) fits in its own room, and waits")
      }
      for second in waiting
      where second.name > first.name && heads.allSatisfy({ $0 == first.name || $0 == second.name }) {
        var both = alone
        both.give(second.old.resources, second.old.gpus)
        guard let shares = both.assignment(for: first.request) else { continue }
        both.take(first.request, shares)
        if both.assignment(for: second.request) != nil {
          fail("\(first.name) and \(second.name) fit in each other's room, and wait")
        }
      }
    }
  }

  func areMet(_ identity: DeploymentIdentity) -> Bool {
    fleet.dependencies(of: identity).allSatisfy { dependency in
      guard let other = fleet.deployment(dependency.on) else { return true }
      if other.progress.status == .completed { return true }
      // A run of an older generation is not what was declared.
      guard dependency.until == .running, let run = fleet.liveRun(of: dependency.on),
        run.generation == other.progress.generation
      else { return false }
      let readyAfter = other.traits.mode == .service ? other.traits.readyAfter : .zero
      return run.state == .running && (run.startedAt.map { $0 + readyAfter <= now } ?? false)
    }
  }

  /// Checks that no preemptible run stays whose end alone would let a waiting deployment start.
  private mutating func checkVictims(
    for identity: DeploymentIdentity, _ request: Resources, in room: Room, _ cluster: ClusterRecord
  ) {
    // A reservation of equal or higher priority may rest on the victim's end.
    let mine = priority(of: identity, in: fleet)
    let rests = fleet.reserved(on: identity.cluster).contains { head, start, _ in
      guard head != identity, fleet.isReady(head) || fleet.isReturning(head), fleet.comesBefore(head, identity) else {
        return false
      }
      guard isSimple(head), let wanted = fleet.deployment(head)?.traits.resources else { return true }
      let kept = start == nil ? room.lacking(wanted) : Dimension.allCases.filter { wanted[$0] > 0 }
      return kept.contains { request[$0] > 0 }
    }
    if rests { return }
    for run in runs(on: cluster.id, in: fleet) where run.state != .stopping {
      guard let victim = fleet.deployment(run.identity), victim.traits.preemptible, !victim.traits.protect,
        priority(of: run.identity, in: fleet) < mine,
        (run.startedAt ?? run.createdAt) + cluster.scheduling.minimumRuntime <= now,
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

  /// Checks that repeating the moment and the observations decides nothing more.
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

  private func isNeededByReplacement(_ identity: DeploymentIdentity) -> Bool {
    given.entries.contains { other in
      fleet.liveRun(of: other.identity).map { $0.generation != fleet.deployment(other.identity)?.progress.generation }
        ?? false && fleet.dependencies(of: other.identity).contains { $0.on == identity && $0.until == .running }
    }
  }

  /// Checks that at the end every waiting deployment has a lasting reason, and that none waits for room that services
  /// leave free.
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
      // A replacement that needs this one running first keeps its old run until then.
      case .insufficientCapacity where isNeededByReplacement(entry.identity): break
      case .insufficientCapacity(let short): fail("\(entry.name) waits for ever for \(short)")
      case .behindReservation(let head, _): fail("\(entry.name) waits for ever behind \(head.name)")
      default: break
      }
    }
  }
}
