import FleetModel
import PlanModel
import Scheduling

// Reservations for deployments that do not fit and for which no room is being freed: at the first time at which they will fit
// as far as one can know, or, where nobody can know, in the dimensions that they lack. Deployments that back off or cool down
// reserve too, at the first time after that.

/// Room that is kept for a deployment that does not fit yet.
struct Reservation: Sendable, Hashable {
  var slot: DeploymentSlot
  /// Dimensions in which it did not fit as of the last pass.
  var lacking: [Dimension]
  /// The time at which it will fit; `nil` if nobody can know. Then what it lacks is kept once its bypasses are used up.
  var start: PredictedTime?
  /// The time by which it starts, whatever was only expected; `nil` if nothing bounds that.
  var promise: Instant?
  /// Dimensions in which no gang of another cluster is admitted before it.
  var guarded: [Dimension]
}

extension Fleet {
  /// Returns the number of admissions that may still bypass a deployment that waits at the head of its queue.
  func bypassesLeft(of slot: DeploymentSlot) -> Int {
    let scheduling = clusters[deployments[slot].cluster].record.scheduling
    if scheduling.reservations == 0 { return 0 }
    return max(0, scheduling.maxBypass - Int(deployments[slot].record.progress.bypasses))
  }

  /// Keeps room for a deployment that does not fit. Returns false if there is nothing to keep, because no end of a run would
  /// make it fit, or because it lacks room on another cluster only. One that returns at a known time keeps nothing if it is not
  /// known to fit from then on.
  mutating func reserve(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    if isHeldByServices(slot) { return false }
    let lacking = lackingDimensions(of: slot)
    let isReturning = deployments[slot].isReturning
    // If it lacks nothing here, no room here helps it, or it is behind another reservation.
    if lacking.isEmpty, !isReturning, !pass.isDeep || pass.reservations.isEmpty { return false }
    var reservation = Reservation(slot: slot, lacking: lacking, guarded: lacking)
    if clusters[pass.cluster].record.scheduling.reservations != 0 { schedule(&reservation, &pass, &work) }
    if reservation.start == nil, lacking.isEmpty || isReturning { return false }
    if reservation.start == nil, bypassesLeft(of: slot) == 0 { pass.drained += lacking }
    pass.reservations.append(reservation)
    return true
  }

  /// Finds the time at which a deployment will fit, and bounds what admissions before it may take.
  private mutating func schedule(
    _ reservation: inout Reservation, _ pass: inout AdmissionPass, _ work: inout StepWork
  ) {
    let slot = reservation.slot
    let members = gang(of: slot) ?? [slot]
    let requests = members.filter { deployments[$0].cluster == pass.cluster }.map {
      deployments[$0].record.traits.resources
    }
    // Room that is being freed, or claimed by others, comes and goes when engines say; so does room elsewhere.
    let mayPromise = requests.count == members.count && clusters[pass.cluster].claims.isEmpty
    let first = deployments[slot].record.progress.expectedStart
    // A promise rests on nothing but bounds. Reservations after the first depend on each other, and are expected only. The bound
    // moves while a run is on its way to its start: until then it is kept from others, and promised to nobody.
    var bound: Instant?
    if mayPromise, pass.reservations.isEmpty, let (start, room) = earliest(requests, of: slot, isBound: true, pass) {
      bound = start
      if !clusters[pass.cluster].holdings.areOnTheirWay(now: pass.now) { reservation.promise = bound }
      pass.timeline.reserve(requests, in: room, from: start, isPromise: true)
    }
    var expected: Instant?
    if pass.isDeep {
      // The room of its own old run is not on the timeline.
      guard deployments[slot].run == nil else { return }
      let runtimes = members.map { runtimeBound(of: $0).forAdmission.expected }
      let longest = runtimes.contains(nil) ? nil : runtimes.compactMap { $0 }.max()
      expected = pass.timeline.reserveEarliest(requests, runtime: longest, notBefore: deployments[slot].returnsAt)
      // As below: others have taken longer than was said of them, and were let pass as often as may be.
      if bypassesLeft(of: slot) == 0, let first, let expected, first < expected,
        let (_, room) = earliest(requests, of: slot, isBound: false, pass)
      {
        pass.timeline.reserve(requests, in: room, from: first, isPromise: false)
      }
    } else if let (start, room) = earliest(requests, of: slot, isBound: false, pass) {
      expected = start
      // Where it waits longer than was first expected, others have taken longer than was said of them: those that are only
      // expected to be over in time may pass it a bounded number of times, and then must be over by the time first named.
      let from = bound == start || bypassesLeft(of: slot) > 0 ? start : min(start, first ?? start)
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

  /// Returns the first time at which requests of a deployment's gang fit together, with the room as it is then. `nil` if no
  /// predicted end makes them fit.
  private func earliest(
    _ requests: [Resources], of slot: DeploymentSlot, isBound: Bool, _ pass: AdmissionPass
  ) -> (start: Instant, room: Room)? {
    clusters[pass.cluster].holdings.earliest(
      requests, in: roomForReplacing(slot), beside: deployments[slot].run, and: handovers(on: pass.cluster, pass.now),
      notBefore: deployments[slot].returnsAt, isBound: isBound, now: pass.now)
  }

  /// Returns what becomes of the claimed room of a cluster: the members of each claim begin when the runs are gone that it
  /// awaits, the old run of its owner included, on the very GPUs that are claimed.
  func handovers(on cluster: ClusterSlot, _ now: Instant) -> [Handover] {
    let claims = clusters[cluster].claims
    if claims.isEmpty { return [] }
    let gangs = inOrderOfHonor(claims.gangs.keys).compactMap { claims.gangs[$0] }.filter(\.isKept)
    let replacements = claims.ownReplacements.keys.sorted().compactMap { claims.ownReplacements[$0] }
    // A run that one claim awaits may be the old run of another's owner.
    var gone: Set<RunID> = []
    return (gangs + claims.swaps + replacements).map { claim in
      let ends = claim.awaited.compactMap { clusters[cluster].holdings[$0]?.end(now: now)?.at }
      let start = ends.max() ?? now
      var ended = claim.awaited
      if let old = liveRun(of: claim.owner), old.cluster == cluster { ended.append(old.record.id) }
      ended = ended.filter { gone.insert($0).inserted }
      let begun = claim.members.map { member in
        Holding(
          run: RunID(0), resources: member.request, gpus: member.shares, admittedAt: now, startedAt: start,
          runtime: runtimeBound(of: member.slot))
      }
      return Handover(
        at: max(start, now + .seconds(1)), kept: claim.resources, keptGPUs: claim.gpus, ended: ended, begun: begun)
    }
  }

  /// Returns the timeline of a cluster: with all predicted ends, or the room as it is now.
  func timeline(of cluster: ClusterSlot, isDeep: Bool, _ now: Instant) -> Timeline {
    let room = clusters[cluster].room
    return isDeep
      ? Timeline(
        room: room, holdings: clusters[cluster].holdings, handovers: handovers(on: cluster, now), now: now)
      : Timeline(room: room, now: now)
  }

  /// Enters an admission into a pass, and counts it as a bypass of the reservations that it puts at risk. To be called before the
  /// run holds its room.
  mutating func noteAdmission(
    of slot: DeploymentSlot, _ shares: [GPUShare], _ pass: inout AdmissionPass, _ work: inout StepWork
  ) {
    let request = deployments[slot].record.traits.resources
    let runtime = runtimeBound(of: slot).forAdmission
    noteBypasses(by: slot, taking: request, runtime, &pass, &work)
    if deployments[slot].record.traits.mode == .service { pass.blockedByServicesIsStale = true }
    pass.timeline.take(request, shares, runtime: runtime)
  }

  /// Counts the taking of room before reservations as a bypass of those that it puts at risk.
  mutating func noteBypasses(
    by slot: DeploymentSlot, taking request: Resources, _ runtime: RuntimeBound, _ pass: inout AdmissionPass,
    _ work: inout StepWork
  ) {
    var timelineIsStale = false
    for reservation in pass.reservations where reservation.slot != slot {
      if let start = reservation.start {
        // A run that is over for certain by then puts nothing at risk, where the start is promised.
        let isOver = runtime.promised.map { pass.now + $0 <= start.at } ?? false
        guard reservation.promise == nil || !isOver,
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

  /// Updates the dimensions that reservations without a time lack: an admission may have taken what they did not lack before.
  mutating func updateLacks(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    let servicesHoldMore = pass.blockedByServicesIsStale
    pass.blockedByServicesIsStale = false
    for index in pass.reservations.indices where pass.reservations[index].start == nil {
      let slot = pass.reservations[index].slot
      if !deployments[slot].isQueued { continue }
      // If only services hold it up now, another becomes the head.
      if servicesHoldMore, isHeldByServices(slot) { markClusterDirty(pass.cluster, &work) }
      pass.reservations[index].lacking = lackingDimensions(of: slot)
      pass.reservations[index].guarded = pass.reservations[index].lacking
      if bypassesLeft(of: slot) == 0 { pass.drained += pass.reservations[index].lacking }
    }
  }

  /// Makes the reservations of a pass anew, after room was taken or given other than by an admission.
  mutating func renewReservations(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    pass.timelineIsStale = false
    pass.hopeless = []
    pass.drained = []
    pass.timeline = timeline(of: pass.cluster, isDeep: pass.isDeep, pass.now)
    let slots = pass.reservations.map(\.slot)
    pass.reservations = []
    for slot in slots where deployments[slot].mayReserve { _ = reserve(slot, &pass, &work) }
  }

  /// Forgets the expected start of a deployment that reserves no longer. Not inlined, because a loop that may change deployments
  /// copies a fork's before it begins, also if it never changes one.
  @inline(never)
  private mutating func forgetExpectedStart(of slot: DeploymentSlot, on cluster: ClusterSlot, _ work: inout StepWork) {
    if deployments[slot].isVacant || deployments[slot].cluster != cluster { return }
    if deployments[slot].record.progress.expectedStart == nil { return }
    deployments[slot].record.progress.expectedStart = nil
    work.changedProgress.insert(slot)
  }

  /// Keeps the reservations of a pass, and has the cluster looked at again when the first of them should have come about.
  mutating func keepReservations(of pass: AdmissionPass, _ work: inout StepWork) {
    clusters[pass.cluster].reservations = pass.reservations
    // A deployment to which a pass that was cut short has not come has not lost its reservation.
    let kept = Set(pass.reservations.map(\.slot))
    let former = pass.isCutShort ? [] : clusters[pass.cluster].namedStarts.subtracting(kept)
    clusters[pass.cluster].namedStarts.formUnion(kept)
    clusters[pass.cluster].namedStarts.subtract(former)
    // What it lacks now: others may have passed it since it reserved.
    clusters[pass.cluster].head = pass.reservations.first.map { ($0.slot, lackingDimensions(of: $0.slot)) }
    for slot in former { forgetExpectedStart(of: slot, on: pass.cluster, &work) }
    // A reservation that could begin now and does not waits for something else than time.
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
