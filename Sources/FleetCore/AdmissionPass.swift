import FleetModel
import PlanModel
import Scheduling

/// One look at the queue of a cluster.
struct AdmissionPass {
  let cluster: Int
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
  /// The timeline is not any more what the cluster holds and keeps.
  var mustPlaceAnew = false
}

// The first of each group stands for all of it as long as it does not fit. Until the reservations are made, the queue is gone
// through in its order; from then on, only groups are looked at of which something fits, and in these only what is short
// enough. So the cost of a pass is that of the groups and of the admissions, not that of the queue's length.

extension Fleet {
  mutating func passOver(_ cluster: Int, _ work: inout StepWork) {
    let depth = clusters[cluster].record.scheduling.reservations ?? .max
    var pass = AdmissionPass(
      cluster: cluster, now: work.now, isOvercommitted: !clusters[cluster].room.overcommitted.isEmpty,
      isDeep: depth > 1, reservationsLeft: max(1, depth), timeline: timeline(of: cluster, isDeep: depth > 1, work.now))
    if clusters[cluster].queue.count > 0 {
      var candidates = candidates(pass, behind: nil)
      var heldAtLast: Resources?
      while let entry = clusters[cluster].queue.takeFirst(of: &candidates) {
        // Reservations only decide who may start now: where nobody could, no more of them are needed.
        if pass.isDeep, pass.reservationsLeft > 0, heldAtLast != pass.timeline.room.held {
          heldAtLast = pass.timeline.room.held
          if !couldAnyStart(pass) {
            pass.isCutShort = true
            break
          }
        }
        consider(entry, &pass, &candidates, &work)
      }
    }
    keep(pass, &work)
  }

  func timeline(of cluster: Int, isDeep: Bool, _ now: Instant) -> Timeline {
    let room = clusters[cluster].room
    return isDeep
      ? Timeline(
        room: room, holdings: clusters[cluster].holdings, later: succession(on: cluster, in: room, now), now: now)
      : Timeline(room: room, now: now)
  }

  private func couldAnyStart(_ pass: AdmissionPass) -> Bool {
    clusters[pass.cluster].queue.hasGroup { shape, first in
      shape.loner >= 0 || pass.timeline.room.assignment(for: shape.request) != nil || couldPreempt(first)
    }
  }

  /// Of each group the first that is to be looked at.
  private func candidates(_ pass: AdmissionPass, behind place: ReadyQueue.Entry?) -> ReadyQueue.Candidates {
    clusters[pass.cluster].queue.candidates(behind: place) { shape, first in
      pass.reservationsLeft > 0 || couldPreempt(first) ? RuntimeLimits() : limits(forGroup: shape, pass)
    }
  }

  /// How long one of a group may run to be admitted; nil: none may.
  private func limits(forGroup shape: ReadyQueue.Shape, _ pass: AdmissionPass) -> RuntimeLimits? {
    if shape.loner < 0 { return limits(for: shape.request, pass) }
    // What a replacement gives back, and how long a gang is, is seen when it is tried.
    if deployments[shape.loner].run != nil { return RuntimeLimits() }
    return limits(for: shape.request, pass).map { _ in RuntimeLimits() }
  }

  private func addNext(
    behind entry: ReadyQueue.Entry, _ pass: AdmissionPass, to candidates: inout ReadyQueue.Candidates
  ) {
    guard let shape = clusters[pass.cluster].queue.shape(ofGroup: entry.group) else { return }
    let limits = pass.reservationsLeft > 0 ? RuntimeLimits() : limits(forGroup: shape, pass)
    if let limits { clusters[pass.cluster].queue.addNext(behind: entry, within: limits, to: &candidates) }
  }

  private mutating func consider(
    _ entry: ReadyQueue.Entry, _ pass: inout AdmissionPass, _ candidates: inout ReadyQueue.Candidates,
    _ work: inout StepWork
  ) {
    // A gang that was admitted just now may have taken it along.
    // What is being freed for one was set apart for it before.
    guard deployments[entry.slot].isQueued, !nominees.contains(entry.slot) else {
      return addNext(behind: entry, pass, to: &candidates)
    }
    // What takes the place of its own run may be what ends the overcommitment.
    if pass.isOvercommitted, deployments[entry.slot].run == nil {
      if tryToPreempt(entry.slot, &pass, &work) { placeAnew(&pass, &work) }
      return
    }
    if deployments[entry.slot].run != nil {
      if tryToReplace(entry.slot, &work) { placeAnew(&pass, &work) } else { wait(entry, &pass, &candidates, &work) }
      return
    }
    let request = deployments[entry.slot].record.traits.resources
    guard !pass.drained.contains(where: { request[$0] > 0 }), tryToAdmit(entry.slot, &pass, &work) else {
      return wait(entry, &pass, &candidates, &work)
    }
    if pass.mustPlaceAnew { placeAnew(&pass, &work) } else { lookAgainAtLacks(&pass) }
    addNext(behind: entry, pass, to: &candidates)
  }

  /// What can't be admitted has room freed for it, or reserves, or is passed.
  private mutating func wait(
    _ entry: ReadyQueue.Entry, _ pass: inout AdmissionPass, _ candidates: inout ReadyQueue.Candidates,
    _ work: inout StepWork
  ) {
    if tryToPreempt(entry.slot, &pass, &work) {
      placeAnew(&pass, &work)
      return addNext(behind: entry, pass, to: &candidates)
    }
    if pass.reservationsLeft == 0 {
      addNext(behind: entry, pass, to: &candidates)
      return
    }
    // Where no end would make it fit, none makes another of its group fit.
    guard reserve(entry.slot, &pass, &work) else { return }
    pass.reservationsLeft -= 1
    if pass.reservationsLeft == 0 {
      candidates = self.candidates(pass, behind: entry)
    } else {
      addNext(behind: entry, pass, to: &candidates)
    }
  }
}
