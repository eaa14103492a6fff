import FleetModel
import PlanModel
import Scheduling

/// One pass over the queue of a cluster.
struct AdmissionPass {
  let cluster: ClusterSlot
  let now: Instant
  /// True if more is held than the cluster has. Then only replacements of own runs may go on.
  let isOvercommitted: Bool
  /// True if more than one may reserve. Then the timeline has all predicted ends.
  let isDeep: Bool
  /// Number of reservations that may still be made.
  var reservationsLeft: Int
  var timeline: Timeline
  /// True if the pass ended before it came to all that could reserve.
  var isCutShort = false
  /// Preemption candidates by priority, as far as they were looked up.
  var supplies: [Priority: VictimSupply] = [:]
  /// True if the pass is for a gang that has room claimed, on whatever cluster.
  var hasClaim = false
  var reservations: [Reservation] = []
  /// Dimensions that are drained: nothing that asks for them is admitted.
  var drained: [Dimension] = []
  /// True if a service was admitted since it was last computed which deployments services block.
  var blockedByServicesIsStale = false
  /// True if the timeline no longer shows what the cluster holds and keeps.
  var timelineIsStale = false
  /// The least effective priority for which something on the cluster could be stopped or given up; `nil` if there is none.
  var preemptingFrom: Priority?
  /// Version of holders and gang claims for which `preemptingFrom` was found.
  var victimsVersion = -1
  /// For each dimension, the highest effective priority of those for whom room in it is kept: what asks for it and is no higher
  /// may not preempt.
  var barriers = Barriers()
  /// For each effective priority from the lowest on, what is there beside runs that may not be stopped for it.
  var mostRoom: [Resources] = []
  /// Requests, each with an effective priority, that no foreseeable end makes fit. Whoever else asks for the same need not be
  /// tried, until room is given back or claimed.
  var hopeless: Set<ReadyQueue.Shape> = []
  /// True if gangs may need room on other clusters, and so may find victims there.
  var mayReachOut = false

  /// The most reservations that are made. Deployments behind them may only not delay them, as behind a single one.
  static let mostReservations = 64

  /// Whether a group of groups with some bounds is to be looked at.
  func allows(_ bounds: GroupBounds) -> Bool {
    if reservationsLeft > 0 && !isOvercommitted { return true }
    if bounds.hasReplacement { return true }
    if mayPreempt(bounds.request, bounds.priority, isGang: bounds.hasGang) { return true }
    if isOvercommitted || drained.contains(where: { bounds.request[$0] > 0 }) { return false }
    return timeline.mayAllow(bounds)
  }

  /// Returns the limits of the runtime within which the first of a group is to be looked at. `nil` if it is not.
  func limits(for shape: ReadyQueue.Shape) -> RuntimeLimits? {
    if reservationsLeft > 0 && !isOvercommitted { return RuntimeLimits() }
    let request = shape.kind == .replacement ? Resources.zero : shape.request
    if mayPreempt(request, shape.priority, isGang: shape.kind == .gang) { return RuntimeLimits() }
    return limitsOfNext(of: shape)
  }

  /// Returns the limits of the runtime within which another of a group is to be looked at, once the first has been. `nil` if
  /// none is.
  func limitsOfNext(of shape: ReadyQueue.Shape) -> RuntimeLimits? {
    // A replacement's return shows when it is tried. With a gang goes the deployment for which it is, after the others.
    if reservationsLeft > 0 || shape.kind == .replacement { return RuntimeLimits() }
    return isOvercommitted ? nil : limits(for: shape.request)
  }

  /// Returns the limits of the runtime within which a request may be admitted now. `nil` if it may not.
  func limits(for request: Resources) -> RuntimeLimits? {
    drained.contains(where: { request[$0] > 0 }) ? nil : timeline.limits(for: request)
  }

  /// Whether a deployment that asks for at least some room, and is of at most some effective priority, may find something to be
  /// stopped for it.
  func mayPreempt(_ request: Resources, _ priority: Priority, isGang: Bool) -> Bool {
    guard preemptingFrom.map({ priority >= $0 }) ?? false || isGang && mayReachOut && priority > .low else {
      return false
    }
    if barriers.keepsAnything(of: request, from: priority) { return false }
    let most = mostRoom[priority.rawValue - 1]
    return Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= most[$0] }
  }
}

/// The highest effective priority of those for whom room is kept, in each dimension.
struct Barriers: Equatable {
  /// 0: room is kept for nobody.
  private var priorities = SIMD4<Int8>()

  mutating func raise(_ dimensions: [Dimension], to priority: Priority) {
    for dimension in dimensions {
      priorities[dimension.position] = max(priorities[dimension.position], Int8(priority.rawValue))
    }
  }

  /// Whether anything that a request asks for is kept for one of no lower priority.
  func keepsAnything(of request: Resources, from priority: Priority) -> Bool {
    Dimension.allCases.contains { request[$0] > 0 && priorities[$0.position] >= Int8(priority.rawValue) }
  }

  /// Whether room is kept for a lower priority, or for nobody, in any dimension than it was.
  func isLower(than former: Barriers) -> Bool { any(priorities .< former.priorities) }
}

extension Dimension {
  fileprivate var position: Int {
    switch self {
    case .ram: 0
    case .cpu: 1
    case .gpu: 2
    }
  }
}

/// Deployments that back off or cool down, in the order of the queue, as far as a pass has not come to them.
private struct Returning {
  var next: ReadyQueue.Entry?
  var others: ReadyQueue.Candidates
}

// The first of each group stands for all of it as long as it does not fit. Until the reservations are made, the queue is gone
// through in its order. From then on, only groups of which something fits are looked at, and in these only deployments that are
// short enough. Groups with similar requests are skipped together. So the cost of a pass is that of the admissions and the near
// admissions, not that of the queue's length, nor of the number of groups.

extension Fleet {
  /// Looks at the queue of a cluster: admits what fits, preempts, and reserves for the first that do not fit.
  mutating func runAdmissionPass(on cluster: ClusterSlot, _ work: inout StepWork) {
    let depth = min(clusters[cluster].record.scheduling.reservations ?? .max, AdmissionPass.mostReservations)
    var pass = AdmissionPass(
      cluster: cluster, now: work.now, isOvercommitted: !clusters[cluster].room.overcommitted.isEmpty,
      isDeep: depth > 1, reservationsLeft: max(1, depth),
      timeline: Timeline(room: clusters[cluster].room, now: work.now), mayReachOut: hasGangsAcrossClusters)
    if clusters[cluster].queue.count > 0 || clusters[cluster].returning.count > 0 {
      lookForVictims(&pass, &work)
      // Reservations only decide who may start now: where nobody could, no more of them are needed.
      pass.isCutShort = pass.isDeep && !couldAnyStart(pass)
      if !pass.isCutShort { goThroughQueue(&pass, &work) }
    }
    keepReservations(of: pass, &work)
  }

  private mutating func goThroughQueue(_ pass: inout AdmissionPass, _ work: inout StepWork) {
    if pass.isDeep { pass.timeline = timeline(of: pass.cluster, isDeep: true, pass.now) }
    var freeAtLast = pass.timeline.free
    var candidates = clusters[pass.cluster].candidates()
    var returning = Returning(others: clusters[pass.cluster].returningCandidates())
    // Where no time is reserved, nothing is kept for those that are not back yet.
    if clusters[pass.cluster].record.scheduling.reservations != 0 {
      returning.next = nextReturning(of: &returning.others, on: pass.cluster)
    }
    while let entry = next(of: &candidates, pass) {
      if let last = reserve(for: &returning, before: entry, &pass, &work) {
        visitedGroups += candidates.visits
        candidates = clusters[pass.cluster].candidates(behind: last)
        continue
      }
      if pass.isDeep, pass.reservationsLeft > 0, freeAtLast != pass.timeline.free {
        freeAtLast = pass.timeline.free
        if !couldAnyStart(pass) {
          pass.isCutShort = true
          break
        }
      }
      consider(entry, &pass, &candidates, &work)
      lookForVictims(&pass, &work)
    }
    if !pass.isCutShort { _ = reserve(for: &returning, before: nil, &pass, &work) }
    visitedGroups += candidates.visits
  }

  /// Keeps room for the deployments that return at a known time and stand before another in the queue. Returns the one for which
  /// the last of all reservations was made; `nil` if more may be made, or if none may anyway.
  private mutating func reserve(
    for returning: inout Returning, before entry: ReadyQueue.Entry?, _ pass: inout AdmissionPass, _ work: inout StepWork
  ) -> ReadyQueue.Entry? {
    while pass.reservationsLeft > 0, let next = returning.next, entry.map({ next < $0 }) ?? true {
      returning.next = nextReturning(of: &returning.others, on: pass.cluster)
      guard reserve(returning: next.deployment, &pass, &work) else { continue }
      pass.reservationsLeft -= 1
      if pass.reservationsLeft == 0 { return next }
    }
    return nil
  }

  /// Keeps room for a deployment that returns at a known time. Returns false if there is nothing to keep.
  private mutating func reserve(
    returning slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork
  ) -> Bool {
    let shape = ReadyQueue.Shape(
      request: deployments[slot].record.traits.resources, priority: deployments[slot].effectivePriority)
    // Nothing else of it may matter. Where room is claimed, it comes and goes, so that one that is back earlier may fit.
    let isPlain =
      deployments[slot].run == nil && deployments[slot].dependents.isEmpty && clusters[pass.cluster].claims.isEmpty
      && !deployments[slot].dependencies.contains { $0.until == .running }
    if isPlain, pass.hopeless.contains(shape) { return false }
    visitedGroups += 1
    if reserve(slot, &pass, &work) { return true }
    if isPlain { pass.hopeless.insert(shape) }
    return false
  }

  private func nextReturning(
    of candidates: inout ReadyQueue.Candidates, on cluster: ClusterSlot
  ) -> ReadyQueue.Entry? {
    clusters[cluster].returning.takeFirst(
      of: &candidates, allows: { _ in true }, limits: { _ in RuntimeLimits() })
  }

  private func couldAnyStart(_ pass: AdmissionPass) -> Bool {
    clusters[pass.cluster].queue.hasGroup { bounds in
      bounds.hasReplacement || pass.timeline.fitsNow(bounds.request)
        || pass.mayPreempt(bounds.request, bounds.priority, isGang: bounds.hasGang)
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
    // A gang that was admitted just now may have taken it along. Claimed room has been looked at before.
    guard deployments[entry.deployment].isQueued, gangClaims[entry.deployment] == nil,
      swap(of: entry.deployment) == nil
    else {
      return addNext(behind: entry, pass, to: &candidates)
    }
    // A replacement of an own run may end the overcommitment.
    if pass.isOvercommitted, deployments[entry.deployment].run == nil {
      if tryToPreempt(entry.deployment, &pass, &work) { renewReservations(&pass, &work) }
      return
    }
    if deployments[entry.deployment].run != nil {
      if mayGrow([entry.deployment], pass), tryToReplace(entry.deployment, &work) {
        noteBypasses(by: [entry.deployment], &pass, &work)
        renewReservations(&pass, &work)
      } else if tryToSwap(entry.deployment, &pass, &work) {
        renewReservations(&pass, &work)
      } else {
        wait(entry, &pass, &candidates, &work)
      }
      return
    }
    let request = deployments[entry.deployment].record.traits.resources
    guard !pass.drained.contains(where: { request[$0] > 0 }), tryToAdmit(entry.deployment, &pass, &work) else {
      return wait(entry, &pass, &candidates, &work)
    }
    if pass.timelineIsStale { renewReservations(&pass, &work) } else { updateLacks(&pass, &work) }
    addNext(behind: entry, pass, to: &candidates)
  }

  /// Handles a deployment that cannot be admitted: room is freed for it, or it reserves, or it is skipped.
  private mutating func wait(
    _ entry: ReadyQueue.Entry, _ pass: inout AdmissionPass, _ candidates: inout ReadyQueue.Candidates,
    _ work: inout StepWork
  ) {
    if tryToPreempt(entry.deployment, &pass, &work) {
      renewReservations(&pass, &work)
      return addNext(behind: entry, pass, to: &candidates)
    }
    if pass.reservationsLeft == 0 {
      addNext(behind: entry, pass, to: &candidates)
      return
    }
    // If no end makes it fit, none makes another of its group fit.
    guard reserve(entry.deployment, &pass, &work) else { return }
    pass.reservationsLeft -= 1
    if pass.reservationsLeft == 0 {
      visitedGroups += candidates.visits
      candidates = clusters[pass.cluster].candidates(behind: entry)
    } else {
      addNext(behind: entry, pass, to: &candidates)
    }
  }
}
