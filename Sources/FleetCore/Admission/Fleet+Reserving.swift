import FleetModel
import PlanModel
import Scheduling

// What does not fit, and for which no room is being freed, may reserve: at the first time at which it will fit as far as one
// can know, or, where nobody can know, in the dimensions that it lacks.

/// What is kept for a deployment that does not fit yet.
struct Reservation: Sendable, Hashable {
  var slot: DeploymentSlot
  /// The dimensions in which it did not fit as of the last pass.
  var lacking: [Dimension]
  /// When it will fit; nil: nobody can know, and what it lacks is kept once its bypasses are used up.
  var start: PredictedTime?
  /// It starts no later, whatever was only expected; nil: nothing bounds that.
  var promise: Instant?
  /// The dimensions in which nothing on other clusters' account is admitted before it.
  var guarded: [Dimension]
}

extension Fleet {
  /// How many admissions may still pass a deployment that waits at the head of its queue.
  func bypassesLeft(of slot: DeploymentSlot) -> Int {
    let scheduling = clusters[deployments[slot].cluster].record.scheduling
    if scheduling.reservations == 0 { return 0 }
    return max(0, scheduling.maxBypass - Int(deployments[slot].record.progress.bypasses))
  }

  /// Keeps room for a deployment that does not fit. False: there is nothing to keep, for no end of a run would make it fit, or
  /// what it lacks is on another cluster.
  mutating func reserve(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    if isHeldByServices(slot) { return false }
    let lacking = lackingDimensions(of: slot)
    // One that lacks nothing here waits for what nothing here can be kept for, or is behind another reservation.
    if lacking.isEmpty, !pass.isDeep || pass.reservations.isEmpty { return false }
    var reservation = Reservation(slot: slot, lacking: lacking, guarded: lacking)
    if clusters[pass.cluster].record.scheduling.reservations != 0 { place(&reservation, &pass, &work) }
    if reservation.start == nil, lacking.isEmpty { return false }
    if reservation.start == nil, bypassesLeft(of: slot) == 0 { pass.drained += lacking }
    pass.reservations.append(reservation)
    return true
  }

  /// Finds the time at which a deployment will fit, and keeps what admissions before it may take.
  private mutating func place(
    _ reservation: inout Reservation, _ pass: inout AdmissionPass, _ work: inout StepWork
  ) {
    let slot = reservation.slot
    let members = gang(of: slot) ?? [slot]
    let requests = members.filter { deployments[$0].cluster == pass.cluster }.map {
      deployments[$0].record.traits.resources
    }
    // What is being stopped, or belongs to others, comes and goes when engines say; so does what is elsewhere.
    let mayPromise =
      requests.count == members.count && clusters[pass.cluster].nominations.isEmpty
      && clusters[pass.cluster].gangNominations.isEmpty
    let first = deployments[slot].record.progress.expectedStart
    // A promise rests on nothing but bounds; those after the first depend on each other, and are expected only.
    if mayPromise, pass.reservations.isEmpty, let (promise, room) = earliest(requests, of: slot, isPromise: true, pass)
    {
      reservation.promise = promise
      pass.timeline.reserve(requests, in: room, from: promise, isPromise: true)
    }
    var expected: Instant?
    if pass.isDeep {
      // What its own old run gives back is not on the timeline.
      guard deployments[slot].run == nil else { return }
      let runtimes = members.map { runtimeBound(of: $0).forAdmission.expected }
      let longest = runtimes.contains(nil) ? nil : runtimes.compactMap { $0 }.max()
      expected = pass.timeline.reserveEarliest(requests, runtime: longest)
      // As below: others have taken longer than was said of them, and were let pass as often as may be.
      if bypassesLeft(of: slot) == 0, let first, let expected, first < expected,
        let (_, room) = earliest(requests, of: slot, isPromise: false, pass)
      {
        pass.timeline.reserve(requests, in: room, from: first, isPromise: false)
      }
    } else if let (start, room) = earliest(requests, of: slot, isPromise: false, pass) {
      expected = start
      // Where it waits longer than was first expected, others have taken longer than was said of them: those that are only
      // expected to be over in time may pass it a bounded number of times, and then must be over by the time first named.
      let from = reservation.promise == start || bypassesLeft(of: slot) > 0 ? start : min(start, first ?? start)
      pass.timeline.reserve(requests, in: room, from: from, isPromise: false)
    }
    reservation.start = expected.map { PredictedTime(at: $0, isPromised: $0 == reservation.promise) }
    guard let start = reservation.start else { return }
    reservation.guarded = Dimension.allCases.filter { dimension in requests.contains { $0[dimension] > 0 } }
    if first.map({ start.at < $0 }) ?? true {
      deployments[slot].record.progress.expectedStart = start.at
      work.changedProgress.insert(slot)
    }
  }

  private func earliest(
    _ requests: [Resources], of slot: DeploymentSlot, isPromise: Bool, _ pass: AdmissionPass
  ) -> (start: Instant, room: Room)? {
    let room = roomForReplacing(slot)
    let later = succession(on: pass.cluster, in: room, pass.now)
    return clusters[pass.cluster].holdings.earliest(
      requests, in: later?.room ?? room, beside: deployments[slot].run, and: later?.future ?? [], isPromise: isPromise,
      now: pass.now)
  }

  /// What is being freed comes back to those for whom it is. The room as if they had all of theirs already, which is more than
  /// there is as long as the others have not stopped, and what they hold of it from then on; nil: there are none.
  func succession(on cluster: ClusterSlot, in room: Room, _ now: Instant) -> (room: Room, future: [Holding])? {
    if clusters[cluster].gangNominations.isEmpty, clusters[cluster].nominations.isEmpty { return nil }
    var later = (room: room, future: [Holding]())
    func follow(_ slot: DeploymentSlot, _ shares: [GPUShare], after awaited: [RunID]) {
      let ends = awaited.compactMap { clusters[cluster].holdings[$0]?.end(now: now)?.at }
      let request = deployments[slot].record.traits.resources
      later.room.take(request, shares)
      later.future.append(
        Holding(
          run: RunID(0), resources: request, gpus: shares, admittedAt: now, startedAt: ends.max() ?? now,
          runtime: runtimeBound(of: slot)))
    }
    for head in inOrderOfHonour(clusters[cluster].gangNominations.keys) {
      guard let nomination = clusters[cluster].gangNominations[head] else { continue }
      later.room.give(nomination.resources, nomination.gpus)
      for (member, shares) in zip(nomination.members, nomination.shares) {
        follow(member, shares, after: nomination.awaited)
      }
    }
    for exchange in clusters[cluster].exchanges {
      later.room.give(exchange.resources, exchange.gpus)
      for member in exchange.members { follow(member.slot, member.shares, after: exchange.awaited) }
    }
    for slot in clusters[cluster].nominations.keys.sorted() where exchange(of: slot) == nil {
      guard let nomination = clusters[cluster].nominations[slot] else { continue }
      later.room.give(nomination.resources, nomination.gpus)
      // The very GPUs that are kept for it: on others, what fits now would not stay beside it.
      follow(slot, nomination.shares, after: deployments[slot].run.map { [$0] } ?? [])
    }
    return later
  }

  /// Enters an admission into the pass, and counts it with those whom it passes at their risk. Before it holds its room.
  mutating func noteAdmission(
    of slot: DeploymentSlot, _ shares: [GPUShare], _ pass: inout AdmissionPass, _ work: inout StepWork
  ) {
    let request = deployments[slot].record.traits.resources
    let runtime = runtimeBound(of: slot).forAdmission
    notePassing(by: slot, taking: request, runtime, &pass, &work)
    if deployments[slot].record.traits.mode == .service { pass.blockedByServicesIsStale = true }
    pass.timeline.take(request, shares, runtime: runtime)
  }

  /// Counts what goes before those who reserve, with those of them at whose risk it does.
  mutating func notePassing(
    by slot: DeploymentSlot, taking request: Resources, _ runtime: RuntimeBound, _ pass: inout AdmissionPass,
    _ work: inout StepWork
  ) {
    var timelineIsStale = false
    for reservation in pass.reservations where reservation.slot != slot {
      if let start = reservation.start {
        // What is over for certain by the time that is promised puts nothing at risk.
        guard reservation.promise == nil || runtime.promised == nil,
          let first = deployments[reservation.slot].record.progress.expectedStart, let span = runtime.expected,
          pass.now + span > first, pass.now + span <= start.at,
          pass.timeline.limits(for: request)?.expected != .max
        else { continue }
      } else if !reservation.lacking.contains(where: { request[$0] > 0 }) {
        continue
      }
      deployments[reservation.slot].record.progress.bypasses += 1
      work.changedProgress.insert(reservation.slot)
      if bypassesLeft(of: reservation.slot) == 0 {
        if reservation.start == nil { pass.drained += reservation.lacking } else { timelineIsStale = true }
      }
    }
    if timelineIsStale { pass.timelineIsStale = true }
  }

  /// What was admitted may have taken what a deployment behind whose back it went did not lack before.
  mutating func lookAgainAtLacks(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    let servicesHoldMore = pass.blockedByServicesIsStale
    pass.blockedByServicesIsStale = false
    for place in pass.reservations.indices where pass.reservations[place].start == nil {
      let slot = pass.reservations[place].slot
      if !deployments[slot].isQueued { continue }
      // Whom only services hold up now gives its place at the head away.
      if servicesHoldMore, isHeldByServices(slot) { markClusterDirty(pass.cluster, &work) }
      pass.reservations[place].lacking = lackingDimensions(of: slot)
      pass.reservations[place].guarded = pass.reservations[place].lacking
      if bypassesLeft(of: slot) == 0 { pass.drained += pass.reservations[place].lacking }
    }
  }

  /// Room was taken or given otherwise than by an admission: what is reserved is placed anew.
  mutating func placeAnew(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    pass.timelineIsStale = false
    pass.drained = []
    pass.timeline = timeline(of: pass.cluster, isDeep: pass.isDeep, pass.now)
    let slots = pass.reservations.map(\.slot)
    pass.reservations = []
    for slot in slots where deployments[slot].isQueued { _ = reserve(slot, &pass, &work) }
  }

  /// By itself, and not inlined: a loop that may change deployments copies a fork's before it begins, also if it never does.
  @inline(never)
  private mutating func forgetExpectedStart(of slot: DeploymentSlot, on cluster: ClusterSlot, _ work: inout StepWork) {
    if deployments[slot].isVacant || deployments[slot].cluster != cluster { return }
    if deployments[slot].record.progress.expectedStart == nil { return }
    deployments[slot].record.progress.expectedStart = nil
    work.changedProgress.insert(slot)
  }

  /// Keeps what a pass has reserved, and has the cluster looked at again when the first of it should have come about.
  mutating func keep(_ pass: AdmissionPass, _ work: inout StepWork) {
    clusters[pass.cluster].reservations = pass.reservations
    // Whom a pass that was cut short has not come to has not lost its place.
    let kept = Set(pass.reservations.map(\.slot))
    let former = pass.isCutShort ? [] : clusters[pass.cluster].namedStarts.subtracting(kept)
    clusters[pass.cluster].namedStarts.formUnion(kept)
    clusters[pass.cluster].namedStarts.subtract(former)
    clusters[pass.cluster].head = pass.reservations.first.map { ($0.slot, $0.lacking) }
    for slot in former { forgetExpectedStart(of: slot, on: pass.cluster, &work) }
    // What could begin now and does not waits for something else than time.
    guard let next = pass.reservations.compactMap({ $0.start?.at }).filter({ $0 > pass.now }).min() else { return }
    var due = next
    for id in clusters[pass.cluster].stopping {
      guard let holding = clusters[pass.cluster].holdings[id], holding.end(now: pass.now)?.at == next else { continue }
      due = max(due, holding.nextLook(now: pass.now) ?? due)
    }
    if let set = clusters[pass.cluster].reservationTimer, set <= due { return }
    clusters[pass.cluster].reservationTimer = due
    setTimer(at: due, .reservation(clusters[pass.cluster].record.id))
  }
}
