import FleetModel
import PlanModel
import Scheduling

// Room that is being freed belongs to whom it is freed for, until that has started or a deadline has passed. What is recorded
// is the deadline; how much is kept follows from who is still stopping, and is computed anew whenever something changed.

extension Fleet {
  /// Beyond the grace of a stop: by then a run that was asked to stop is counted on no more.
  private static let patience = TimeSpan.seconds(60)

  /// Until when a stopping run is expected to be gone.
  func expectedGone(_ run: RunRecord) -> Instant {
    (run.stopRequestedAt ?? run.createdAt) + run.stopGrace + Self.patience
  }

  /// Nominates what is free, and what these runs will give back, to a gang.
  mutating func nominate(gangOf head: Int, awaiting runs: [RunRecord], _ work: inout StepWork) {
    // Later than those before it, which are honoured first.
    let latest = nominees.compactMap { deployments[$0].record.progress.nominatedUntil }.max()
    let until = max(
      runs.map(expectedGone).reduce(work.now, max) + Self.patience,
      latest.map { $0 + TimeSpan(nanoseconds: 1) } ?? work.now)
    deployments[head].record.progress.nominatedUntil = until
    work.changedProgress.insert(head)
    nominees.insert(head)
    for cluster in clustersOfGang(head) {
      clusters[cluster].gangNominations[head] = GangNomination()
      renewNominations(on: cluster, &work)
    }
    setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
    markDirty(head, &work)
  }

  /// Gives up what was nominated to a gang, if anything was.
  mutating func endNomination(of head: Int, _ work: inout StepWork) {
    guard nominees.remove(head) != nil else { return }
    deployments[head].record.progress.nominatedUntil = nil
    work.changedProgress.insert(head)
    for cluster in clusters.indices where clusters[cluster].gangNominations[head] != nil {
      release(head, on: cluster)
      clusters[cluster].gangNominations[head] = nil
      roomCameBack(cluster, &work)
    }
    markDirty(head, &work)
  }

  /// Nominees that are not ready any more have no use for room.
  mutating func checkNominations(_ work: inout StepWork) {
    if nominees.isEmpty { return }
    for head in nominees.sorted() where !deployments[head].isQueued { endNomination(of: head, &work) }
    if work.isWhole, !work.hasRestoredNominations {
      work.hasRestoredNominations = true
      for head in nominees.sorted(by: isHonouredBefore) {
        for cluster in clustersOfGang(head) where clusters[cluster].gangNominations[head] == nil {
          clusters[cluster].gangNominations[head] = GangNomination()
        }
        if let until = deployments[head].record.progress.nominatedUntil {
          setTimer(at: until, .admission(clusters[deployments[head].cluster].record.id))
        }
      }
      for cluster in clusters.indices { keepNominations(on: cluster, &work) }
    }
  }

  /// Before anything is admitted to a cluster: nominations whose deadline has passed.
  mutating func endOverdueNominations(on cluster: Int, _ work: inout StepWork) {
    for head in clusters[cluster].gangNominations.keys.sorted() {
      guard let until = deployments[head].record.progress.nominatedUntil, until <= work.now else { continue }
      log(
        "nominationEnded", "the room that was being freed for it did not come in time",
        .deployment(deployments[head].record.identity), &work)
      endNomination(of: head, &work)
    }
  }

  /// Deployments to which room was nominated go first; those that do not fit yet keep what there is.
  mutating func admitNominatedGangs(_ cluster: Int, _ work: inout StepWork) {
    renewNominations(on: cluster, &work)
    for head in clusters[cluster].gangNominations.keys.sorted(by: isHonouredBefore)
    where deployments[head].cluster == cluster && deployments[head].isQueued && nominees.contains(head) {
      let held = clusters.indices.filter { clusters[$0].gangNominations[head] != nil }
      for other in held { release(head, on: other) }
      if admitNominee(head, &work) {
        endNomination(of: head, &work)
        continue
      }
      // Whom it needs may have changed since.
      let wanted = clustersOfGang(head)
      for other in held where !wanted.contains(other) {
        clusters[other].gangNominations[head] = nil
        roomCameBack(other, &work)
      }
      for other in wanted where clusters[other].gangNominations[head] == nil {
        clusters[other].gangNominations[head] = GangNomination()
      }
      for other in wanted { renewNominations(on: other, &work) }
    }
  }

  private mutating func admitNominee(_ head: Int, _ work: inout StepWork) -> Bool {
    if deployments[head].run != nil { return tryToReplace(head, &work) }
    var pass = passForOne(on: deployments[head].cluster, isNominated: true, work.now)
    return tryToAdmit(head, &pass, &work)
  }

  /// Room has come back to a cluster: what of it is nominated is kept at once, before others are looked at.
  mutating func keepNominations(on cluster: Int, _ work: inout StepWork) {
    if clusters[cluster].gangNominations.isEmpty { return }
    renewNominations(on: cluster, isFinal: false, &work)
    for head in clusters[cluster].gangNominations.keys.sorted() { markClusterDirty(deployments[head].cluster, &work) }
  }

  /// Computes anew what is kept on a cluster for each of its nominees, in the order in which they are honoured. One that would
  /// not fit any more with what it waits for loses its nomination, if all facts are known (`isFinal`).
  mutating func renewNominations(on cluster: Int, isFinal: Bool = true, _ work: inout StepWork) {
    if clusters[cluster].gangNominations.isEmpty { return }
    let order = clusters[cluster].gangNominations.keys.sorted(by: isHonouredBefore)
    for head in order { release(head, on: cluster) }
    var taken: Set<RunID> = []
    var lost: [Int] = []
    for head in order {
      if let nomination = nomination(of: head, on: cluster, except: taken) {
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
  mutating func release(_ head: Int, on cluster: Int) {
    guard let nomination = clusters[cluster].gangNominations[head] else { return }
    clusters[cluster].room.give(nomination.resources, nomination.gpus)
    clusters[cluster].gangNominations[head] = GangNomination(members: nomination.members)
  }

  /// Higher effective priority first, then the one that was nominated first.
  func isHonouredBefore(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (deployments[left], deployments[right])
    if a.effectivePriority != b.effectivePriority { return a.effectivePriority > b.effectivePriority }
    if a.record.progress.nominatedUntil != b.record.progress.nominatedUntil {
      return a.record.progress.nominatedUntil ?? .distantPast < b.record.progress.nominatedUntil ?? .distantPast
    }
    return a.record.id < b.record.id
  }

  /// Whether room is being freed for a deployment, itself or as a part of a gang.
  func isNominated(_ slot: Int) -> Bool {
    clusters[deployments[slot].cluster].gangNominations.values.contains { $0.members.contains(slot) }
  }

  private func nomination(of head: Int, on cluster: Int, except taken: Set<RunID>) -> GangNomination? {
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
    let own = stoppingRuns(on: cluster).filter { $0.stopCause?.preemptor == mine && !taken.contains($0.id) }
    for run in own { count(on: run) }
    nomination.awaited = own.map(\.id)
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
  private func assign(_ members: [Int], in room: Room) -> [[GPUShare]]? {
    var room = room
    var all: [[GPUShare]] = []
    for member in members {
      let request = deployments[member].record.traits.resources
      guard let shares = room.assignment(for: request) else { return nil }
      room.take(request, shares)
      all.append(shares)
    }
    return all
  }

  /// What is wanted of each GPU beyond what will come back of it.
  private static func beyond(_ wanted: [GPUShare], _ returned: [GPUShare]) -> [GPUShare] {
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
