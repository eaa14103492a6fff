import FleetModel
import PlanModel
import Scheduling

// Room that is being freed belongs to whom it is freed for, until that has started or a deadline has passed. What is recorded
// is the deadline; how much is kept follows from who is still stopping, and is computed anew whenever something changed.

extension Fleet {
  /// Beyond the grace of a stop: by then a run that was asked to stop is counted on no more.
  static let patience = TimeSpan.seconds(60)

  /// Until when a stopping run is expected to be gone.
  func expectedGone(_ run: RunRecord) -> Instant {
    (run.stopRequestedAt ?? run.createdAt) + run.stopGrace + Self.patience
  }

  /// Nominates what is free, and what these runs will give back, to a gang.
  mutating func nominate(gangOf head: DeploymentSlot, awaiting runs: [RunRecord], _ work: inout StepWork) {
    // Later than those before it, which are honoured first.
    var until = runs.map(expectedGone).reduce(work.now, max) + Self.patience
    if let latest = latestDeadline { until = max(until, latest + TimeSpan(nanoseconds: 1)) }
    deployments[head].record.progress.nominatedUntil = until
    work.changedProgress.insert(head)
    nominees.insert(head)
    for cluster in clustersOfGang(head) {
      makeNominee(head, on: cluster)
      renewNominations(on: cluster, &work)
    }
    setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
    markDirty(head, &work)
  }

  /// The latest time until which anything is nominated: each has its own.
  var latestDeadline: Instant? {
    var latest: Instant?
    for other in nominees {
      if let until = deployments[other].record.progress.nominatedUntil { latest = max(latest ?? until, until) }
    }
    for place in exchangePlaces {
      for exchange in clusters[place].exchanges { latest = max(latest ?? exchange.until, exchange.until) }
    }
    return latest
  }

  /// Gives up what was nominated to a gang, if anything was.
  mutating func endNomination(of head: DeploymentSlot, _ work: inout StepWork) {
    guard nominees.remove(head) != nil else { return }
    deployments[head].record.progress.nominatedUntil = nil
    work.changedProgress.insert(head)
    for cluster in nominationPlaces.removeValue(forKey: head) ?? [] {
      release(head, on: cluster)
      clusters[cluster].gangNominations[head] = nil
      roomCameBack(cluster, &work)
    }
    markDirty(head, &work)
  }

  /// Enters a nominee on a cluster, if it is not there yet; nothing is kept for it before its nomination is computed.
  mutating func makeNominee(_ head: DeploymentSlot, on cluster: ClusterSlot) {
    if clusters[cluster].gangNominations[head] != nil { return }
    clusters[cluster].gangNominations[head] = GangNomination()
    var places = nominationPlaces[head] ?? []
    places.append(cluster)
    nominationPlaces[head] = places.sorted()
  }

  /// Nominees that are not ready any more have no use for room.
  mutating func checkNominations(_ work: inout StepWork) {
    if nominees.isEmpty { return }
    var gone: [DeploymentSlot] = []
    for head in nominees where !deployments[head].isQueued { gone.append(head) }
    for head in gone.sorted() { endNomination(of: head, &work) }
    if work.isWhole, !work.hasRestoredNominations {
      work.hasRestoredNominations = true
      for head in inOrderOfHonour(nominees) {
        for cluster in clustersOfGang(head) { makeNominee(head, on: cluster) }
        if let until = deployments[head].record.progress.nominatedUntil {
          setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
        }
      }
      for cluster in clusters.indices { keepNominations(on: cluster, &work) }
    }
  }

  /// Before anything is admitted to a cluster: nominations whose deadline has passed.
  mutating func endOverdueNominations(on cluster: ClusterSlot, _ work: inout StepWork) {
    endOverdueExchanges(on: cluster, &work)
    for head in clusters[cluster].gangNominations.keys.sorted() {
      guard let until = deployments[head].record.progress.nominatedUntil, until <= work.now else { continue }
      log(
        .nominationEnded, "the room that was being freed for it did not come in time",
        .deployment(deployments[head].record.identity), &work)
      endNomination(of: head, &work)
    }
  }

  /// Deployments to which room was nominated go first; those that do not fit yet keep what there is.
  mutating func admitNominatedGangs(_ cluster: ClusterSlot, _ work: inout StepWork) {
    if clusters[cluster].gangNominations.isEmpty { return }
    renewNominations(on: cluster, &work)
    var mustRenew = false
    for head in inOrderOfHonour(clusters[cluster].gangNominations.keys)
    where deployments[head].cluster == cluster && deployments[head].isQueued && nominees.contains(head) {
      let held = nominationPlaces[head] ?? []
      let wanted = clustersOfGang(head)
      // Most of them wait for room that has not come back: what is kept for them was computed just now.
      if held == wanted, !mayFit(head, on: cluster) { continue }
      for other in held { release(head, on: other) }
      if admitNominee(head, &work) {
        endNomination(of: head, &work)
        mustRenew = true
        continue
      }
      // Whom it needs may have changed since.
      for other in held where !wanted.contains(other) {
        clusters[other].gangNominations[head] = nil
        roomCameBack(other, &work)
      }
      nominationPlaces[head] = held.filter(wanted.contains)
      for other in wanted { makeNominee(head, on: other) }
      for other in wanted { renewNominations(on: other, &work) }
      if nominees.contains(head) { continue }
      mustRenew = true
    }
    if mustRenew { renewNominations(on: cluster, &work) }
  }

  /// Whether sums leave it possible that a nominee fits on a cluster with what is free and what is kept for it there.
  private func mayFit(_ head: DeploymentSlot, on cluster: ClusterSlot) -> Bool {
    guard let nomination = clusters[cluster].gangNominations[head] else { return true }
    let room = roomForReplacing(head).free + nomination.resources
    var request = Resources.zero
    for member in nomination.members { request += deployments[member].record.traits.resources }
    return Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= room[$0] }
  }

  private mutating func admitNominee(_ head: DeploymentSlot, _ work: inout StepWork) -> Bool {
    if deployments[head].run != nil { return tryToReplace(head, &work) }
    var pass = passForOne(on: deployments[head].cluster, isNominated: true, work.now)
    return tryToAdmit(head, &pass, &work)
  }

  /// Room has come back to a cluster: what of it is nominated is kept at once, before others are looked at.
  mutating func keepNominations(on cluster: ClusterSlot, _ work: inout StepWork) {
    if clusters[cluster].gangNominations.isEmpty { return }
    renewNominations(on: cluster, isFinal: false, &work)
    for head in clusters[cluster].gangNominations.keys.sorted() { markClusterDirty(deployments[head].cluster, &work) }
  }

  /// Computes anew what is kept on a cluster for each of its nominees, in the order in which they are honoured. One that would
  /// not fit any more with what it waits for loses its nomination, if all facts are known (`isFinal`).
  mutating func renewNominations(on cluster: ClusterSlot, isFinal: Bool = true, _ work: inout StepWork) {
    if clusters[cluster].gangNominations.isEmpty { return }
    let order = inOrderOfHonour(clusters[cluster].gangNominations.keys)
    for head in order { release(head, on: cluster) }
    var stopping: [DeploymentID: [RunID]] = [:]
    for id in clusters[cluster].stopping.sorted() {
      if let preemptor = runs[id]?.record.stopCause?.preemptor { stopping[preemptor, default: []].append(id) }
    }
    var taken: Set<RunID> = []
    var lost: [DeploymentSlot] = []
    for head in order {
      let own = stopping[deployments[head].record.id] ?? []
      if let nomination = nomination(of: head, on: cluster, stopping: own, except: taken) {
        clusters[cluster].gangNominations[head] = nomination
        clusters[cluster].room.take(nomination.resources, nomination.gpus)
        taken.formUnion(nomination.awaited)
      } else {
        lost.append(head)
      }
    }
    if isFinal { for head in lost { endNomination(of: head, &work) } }
  }

  /// Gives back what is kept on a cluster for a nominee, which stays one.
  mutating func release(_ head: DeploymentSlot, on cluster: ClusterSlot) {
    guard let nomination = clusters[cluster].gangNominations[head] else { return }
    clusters[cluster].room.give(nomination.resources, nomination.gpus)
    clusters[cluster].gangNominations[head] = GangNomination(members: nomination.members)
  }

  /// Higher effective priority first, then the one that was nominated first.
  func inOrderOfHonour(_ heads: some Sequence<DeploymentSlot>) -> [DeploymentSlot] {
    var order: [(priority: Priority, until: Instant, id: DeploymentID, slot: DeploymentSlot)] = []
    for head in heads {
      let until = deployments[head].record.progress.nominatedUntil ?? .distantPast
      order.append((deployments[head].effectivePriority, until, deployments[head].record.id, head))
    }
    order.sort { $0.priority == $1.priority ? ($0.until, $0.id) < ($1.until, $1.id) : $0.priority > $1.priority }
    return order.map(\.slot)
  }

  /// Whether room is being freed for a deployment, itself or as a part of a gang.
  func isNominated(_ slot: DeploymentSlot) -> Bool {
    for nomination in clusters[deployments[slot].cluster].gangNominations.values
    where nomination.members.contains(slot) { return true }
    return exchange(of: slot) != nil
  }

  /// - Parameter own: the runs there that stop for it.
  private func nomination(
    of head: DeploymentSlot, on cluster: ClusterSlot, stopping own: [RunID], except taken: Set<RunID>
  ) -> GangNomination? {
    guard let gang = gangOrReplacement(of: head) else { return nil }
    var nomination = GangNomination(members: gang.filter { deployments[$0].cluster == cluster })
    var room = clusters[cluster].room
    var returned = GangNomination()
    func count(on run: RunRecord) {
      room.give(run.resources, run.gpus)
      returned.resources += run.resources
      returned.gpus += run.gpus
    }
    if let old = deployments[head].run.flatMap({ runs[$0] }), old.cluster == cluster { count(on: old.record) }
    let mine = deployments[head].record.id
    for id in own where !taken.contains(id) {
      guard let run = runs[id]?.record else { continue }
      count(on: run)
      nomination.awaited.append(id)
    }
    var shares = assign(nomination.members, in: room)
    if shares == nil {
      for run in runsToCountOn(for: head, on: cluster) where !taken.contains(run.id) && run.stopCause?.preemptor != mine
      {
        count(on: run)
        nomination.awaited.append(run.id)
      }
      shares = assign(nomination.members, in: room)
    }
    guard let shares else { return nil }
    let request = nomination.members.reduce(Resources.zero) { $0 + deployments[$1].record.traits.resources }
    nomination.shares = shares
    nomination.gpus = Self.beyond(shares.flatMap { $0 }, returned.gpus)
    for dimension in Dimension.allCases {
      nomination.resources[dimension] = max(0, request[dimension] - returned.resources[dimension])
    }
    nomination.resources.gpuMilli = nomination.gpus.reduce(0) { $0 + Int64($1.milli) }
    return nomination
  }

  /// The shares that each of them gets when all do; nil: they do not fit.
  private func assign(_ members: [DeploymentSlot], in room: Room) -> [[GPUShare]]? {
    var room = room
    var all: [[GPUShare]] = []
    for member in members {
      let request = deployments[member].record.traits.resources
      guard let shares = room.assignment(for: request) else { return nil }
      all.append(shares)
      if all.count < members.count { room.take(request, shares) }
    }
    return all
  }

  /// What is wanted of each GPU beyond what will come back of it.
  static func beyond(_ wanted: [GPUShare], _ returned: [GPUShare]) -> [GPUShare] {
    var missing: [Int: Int] = [:]
    for share in wanted { missing[share.slot, default: 0] += share.milli }
    for share in returned { if let milli = missing[share.slot] { missing[share.slot] = milli - share.milli } }
    return missing.filter { $0.value > 0 }.map { GPUShare(slot: $0.key, milli: $0.value) }.sorted()
  }
}

extension Instant {
  /// Before everything.
  fileprivate static let distantPast = Instant(nanoseconds: .min)
}
