import FleetModel
import PlanModel
import Scheduling

/// One look at the queue of a cluster.
struct AdmissionPass {
  let cluster: ClusterSlot
  let now: Instant
  /// More is held than the cluster has: only what takes the place of its own run may go on.
  let isOvercommitted: Bool
  /// More than one may reserve: the timeline has all that is to come.
  let isDeep: Bool
  /// How many reservations may still be made.
  var reservationsLeft: Int
  var timeline: Timeline
  /// It has not come to all that could reserve.
  var isCutShort = false
  /// Who may be stopped now, as far as it was looked up.
  var supplies: [Priority: VictimSupply] = [:]
  /// It is for one to which room was nominated, wherever it is.
  var isNominated = false
  var reservations: [Reservation] = []
  /// The dimensions that are drained: nothing that asks for them is admitted.
  var drained: [Dimension] = []
  /// A service was admitted since it was asked whom services hold up.
  var blockedByServicesIsStale = false
  /// The timeline is not any more what the cluster holds and keeps.
  var timelineIsStale = false
  /// The least effective priority for which something on the cluster could be stopped or given up; nil: there is none.
  var preemptingFrom: Priority?
  /// As of what `preemptingFrom` was found: it rises with every change of who runs and to whom room is nominated.
  var victimsVersion = -1
  /// A gang may need room elsewhere, and so may find victims there.
  var mayReachOut = false

  /// More than so many reservations are not made: what is behind them may only not delay them, as it is behind one.
  static let mostReservations = 64

  /// Whether anything may be looked at of which these bounds hold.
  func allows(_ bounds: GroupBounds) -> Bool {
    if reservationsLeft > 0 && !isOvercommitted { return true }
    if bounds.hasReplacement || mayPreempt(bounds.priority, isGang: bounds.hasGang) { return true }
    if isOvercommitted || drained.contains(where: { bounds.request[$0] > 0 }) { return false }
    return timeline.mayAllow(bounds)
  }

  /// How long one of a group may run to be looked at; nil: none may.
  func limits(for shape: ReadyQueue.Shape) -> RuntimeLimits? {
    if reservationsLeft > 0 && !isOvercommitted { return RuntimeLimits() }
    if mayPreempt(shape.priority, isGang: shape.kind == .gang) { return RuntimeLimits() }
    return limitsOfNext(of: shape)
  }

  /// How long another of a group may run to be looked at, once the first has been; nil: none may.
  func limitsOfNext(of shape: ReadyQueue.Shape) -> RuntimeLimits? {
    // What a replacement gives back is seen when it is tried. With a gang goes the one for whom it is, after the others.
    if reservationsLeft > 0 || shape.kind == .replacement { return RuntimeLimits() }
    return isOvercommitted ? nil : limits(for: shape.request)
  }

  /// For how long a request may be admitted from now on; nil: not at all.
  func limits(for request: Resources) -> RuntimeLimits? {
    drained.contains(where: { request[$0] > 0 }) ? nil : timeline.limits(for: request)
  }

  /// Whether one of this effective priority may find something to be stopped for it.
  func mayPreempt(_ priority: Priority, isGang: Bool) -> Bool {
    if let preemptingFrom, priority >= preemptingFrom { return true }
    return isGang && mayReachOut && priority > .low
  }
}

// The first of each group stands for all of it as long as it does not fit. Until the reservations are made, the queue is gone
// through in its order; from then on, only groups are looked at of which something fits, and in these only what is short
// enough. Groups that ask for much the same are passed over together. So the cost of a pass is that of the admissions and of
// what is nearly admitted, not that of the queue's length, nor of the number of groups.

extension Fleet {
  mutating func runAdmissionPass(on cluster: ClusterSlot, _ work: inout StepWork) {
    let depth = min(clusters[cluster].record.scheduling.reservations ?? .max, AdmissionPass.mostReservations)
    var pass = AdmissionPass(
      cluster: cluster, now: work.now, isOvercommitted: !clusters[cluster].room.overcommitted.isEmpty,
      isDeep: depth > 1, reservationsLeft: max(1, depth),
      timeline: Timeline(room: clusters[cluster].room, now: work.now), mayReachOut: hasGangsAcrossClusters)
    if clusters[cluster].queue.count > 0 {
      lookForVictims(&pass)
      // Reservations only decide who may start now: where nobody could, no more of them are needed.
      pass.isCutShort = pass.isDeep && !couldAnyStart(pass)
      if !pass.isCutShort { goThroughQueue(&pass, &work) }
    }
    keep(pass, &work)
  }

  private mutating func goThroughQueue(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    if pass.isDeep { pass.timeline = timeline(of: pass.cluster, isDeep: true, pass.now) }
    var heldAtLast = pass.timeline.room.held
    var candidates = clusters[pass.cluster].queue.candidates()
    while let entry = next(of: &candidates, pass) {
      if pass.isDeep, pass.reservationsLeft > 0, heldAtLast != pass.timeline.room.held {
        heldAtLast = pass.timeline.room.held
        if !couldAnyStart(pass) {
          pass.isCutShort = true
          break
        }
      }
      consider(entry, &pass, &candidates, &work)
      lookForVictims(&pass)
    }
    visitedGroups += candidates.visits
  }

  func timeline(of cluster: ClusterSlot, isDeep: Bool, _ now: Instant) -> Timeline {
    let room = clusters[cluster].room
    return isDeep
      ? Timeline(
        room: room, holdings: clusters[cluster].holdings, later: succession(on: cluster, in: room, now), now: now)
      : Timeline(room: room, now: now)
  }

  private func couldAnyStart(_ pass: AdmissionPass) -> Bool {
    clusters[pass.cluster].queue.hasGroup { bounds in
      bounds.hasReplacement || pass.timeline.fitsNow(bounds.request)
        || pass.mayPreempt(bounds.priority, isGang: bounds.hasGang)
    }
  }

  private func next(of candidates: inout ReadyQueue.Candidates, _ pass: AdmissionPass) -> ReadyQueue.Entry? {
    clusters[pass.cluster].queue.takeFirst(
      of: &candidates, allows: { pass.allows($0) }, limits: { pass.limits(for: $0) })
  }

  private func addNext(
    behind entry: ReadyQueue.Entry, _ pass: AdmissionPass, to candidates: inout ReadyQueue.Candidates
  ) {
    guard let shape = clusters[pass.cluster].queue.shape(ofGroup: entry.group),
      let limits = pass.limitsOfNext(of: shape)
    else { return }
    clusters[pass.cluster].queue.addNext(behind: entry, within: limits, to: &candidates)
  }

  private mutating func consider(
    _ entry: ReadyQueue.Entry, _ pass: inout AdmissionPass, _ candidates: inout ReadyQueue.Candidates,
    _ work: inout StepWork
  ) {
    // A gang that was admitted just now may have taken it along.
    // What is being freed for one was set apart for it before.
    guard deployments[entry.deployment].isQueued, !nominees.contains(entry.deployment),
      exchange(of: entry.deployment) == nil
    else {
      return addNext(behind: entry, pass, to: &candidates)
    }
    // What takes the place of its own run may be what ends the overcommitment.
    if pass.isOvercommitted, deployments[entry.deployment].run == nil {
      if tryToPreempt(entry.deployment, &pass, &work) { placeAnew(&pass, &work) }
      return
    }
    if deployments[entry.deployment].run != nil {
      if mayGrow([entry.deployment], pass), tryToReplace(entry.deployment, &work) {
        notePassing(by: [entry.deployment], &pass, &work)
        placeAnew(&pass, &work)
      } else if tryToExchange(entry.deployment, &pass, &work) {
        placeAnew(&pass, &work)
      } else {
        wait(entry, &pass, &candidates, &work)
      }
      return
    }
    let request = deployments[entry.deployment].record.traits.resources
    guard !pass.drained.contains(where: { request[$0] > 0 }), tryToAdmit(entry.deployment, &pass, &work) else {
      return wait(entry, &pass, &candidates, &work)
    }
    if pass.timelineIsStale { placeAnew(&pass, &work) } else { lookAgainAtLacks(&pass, &work) }
    addNext(behind: entry, pass, to: &candidates)
  }

  /// What can't be admitted has room freed for it, or reserves, or is passed.
  private mutating func wait(
    _ entry: ReadyQueue.Entry, _ pass: inout AdmissionPass, _ candidates: inout ReadyQueue.Candidates,
    _ work: inout StepWork
  ) {
    if tryToPreempt(entry.deployment, &pass, &work) {
      placeAnew(&pass, &work)
      return addNext(behind: entry, pass, to: &candidates)
    }
    if pass.reservationsLeft == 0 {
      addNext(behind: entry, pass, to: &candidates)
      return
    }
    // Where no end would make it fit, none makes another of its group fit.
    guard reserve(entry.deployment, &pass, &work) else { return }
    pass.reservationsLeft -= 1
    if pass.reservationsLeft == 0 {
      visitedGroups += candidates.visits
      candidates = clusters[pass.cluster].queue.candidates(behind: entry)
    } else {
      addNext(behind: entry, pass, to: &candidates)
    }
  }
}
