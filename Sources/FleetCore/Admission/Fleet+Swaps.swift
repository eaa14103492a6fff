import FleetModel
import PlanModel
import Scheduling

// Replacements that fit only in each other's room. None of them may stop before it is certain that all fit once all have
// stopped; then what they need is kept for them, so that nobody else takes it between the first end and the last. So each of
// them runs again as it is declared, and nobody stops for longer than his own change asks for.

extension Fleet {
  /// As many others are tried: all sets of them, the smallest first.
  private static let mostPartners = 6

  /// Stops the old run of a deployment together with those of others of its cluster that wait to be replaced, the fewest that
  /// make all of them fit, and keeps for them what they need. False: no such set does.
  mutating func tryToExchange(_ slot: DeploymentSlot, _ pass: inout AdmissionPass, _ work: inout StepWork) -> Bool {
    let cluster = pass.cluster
    guard clusters[cluster].queue.replacements.count > 1, mayExchange(slot, on: cluster) else { return false }
    let partners = partners(of: slot, on: cluster)
    guard !partners.isEmpty, couldFit(slot, with: partners) else { return false }
    for chosen in Self.sets(of: partners) {
      let slots = ([slot] + chosen).sorted { deployments[$0].record.identity < deployments[$1].record.identity }
      let awaited = slots.compactMap { deployments[$0].run }.sorted()
      guard let members = exchangeMembers(slots, awaiting: awaited), servicesCanStay(slots, for: slot),
        mayGrow(slots, pass)
      else { continue }
      stop(members, on: cluster, awaiting: awaited, &work)
      notePassing(by: slots, &pass, &work)
      return true
    }
    return false
  }

  /// The exchange in which a deployment takes part; nil: in none.
  func exchange(of slot: DeploymentSlot) -> Exchange? {
    let cluster = deployments[slot].cluster
    if clusters[cluster].exchanges.isEmpty { return nil }
    return clusters[cluster].exchanges.first { $0.members.contains { $0.slot == slot } }
  }

  // MARK: Who takes part

  /// Whether a deployment waits for nothing but room for its next run, and has its old one on the same cluster.
  private func mayExchange(_ slot: DeploymentSlot, on cluster: ClusterSlot) -> Bool {
    guard let old = deployments[slot].run.flatMap({ runs[$0] }) else { return false }
    return old.cluster == cluster && old.record.state != .stopping && deployments[slot].isQueued
      && deployments[slot].met.unmetRunning == 0 && !isNominated(slot)
  }

  /// The first in the queue of those that wait to be replaced and would give something back.
  private func partners(of slot: DeploymentSlot, on cluster: ClusterSlot) -> [DeploymentSlot] {
    let all = clusters[cluster].queue.waitingReplacements.filter { other in
      guard other != slot, mayExchange(other, on: cluster), let old = deployments[other].run.flatMap({ runs[$0] })
      else { return false }
      let request = deployments[other].record.traits.resources
      return Dimension.allCases.contains { request[$0] < old.record.resources[$0] }
    }
    return Array(all.sorted(by: comesBefore).prefix(Self.mostPartners))
  }

  /// Whether sums leave it possible that any set of them is enough.
  private func couldFit(_ slot: DeploymentSlot, with partners: [DeploymentSlot]) -> Bool {
    var most = roomForReplacing(slot).free
    for other in partners {
      guard let old = deployments[other].run.flatMap({ runs[$0] }) else { continue }
      for dimension in Dimension.allCases {
        most[dimension] += max(
          0, old.record.resources[dimension] - deployments[other].record.traits.resources[dimension])
      }
    }
    let request = deployments[slot].record.traits.resources
    return Dimension.allCases.allSatisfy { request[$0] == 0 || request[$0] <= most[$0] }
  }

  /// All sets of some, the smallest first, and of one size those of earlier ones first.
  private static func sets(of slots: [DeploymentSlot]) -> [[DeploymentSlot]] {
    var bySize: [[[Int]]] = [[[]]]
    for (place, _) in slots.enumerated() {
      bySize.append([])
      for size in stride(from: place, through: 0, by: -1) { bySize[size + 1] += bySize[size].map { $0 + [place] } }
    }
    return bySize.dropFirst().flatMap { sets in
      sets.sorted { $0.lexicographicallyPrecedes($1) }.map { set in set.map { slots[$0] } }
    }
  }

  /// What each of them gets once these runs have given back what they hold; nil: they do not all fit.
  private func exchangeMembers(_ slots: [DeploymentSlot], awaiting awaited: [RunID]) -> [Exchange.Member]? {
    guard let cluster = slots.first.map({ deployments[$0].cluster }) else { return nil }
    var room = clusters[cluster].room
    for run in awaited.compactMap({ runs[$0]?.record }) { room.give(run.resources, run.gpus) }
    var members: [Exchange.Member] = []
    for slot in slots {
      let request = deployments[slot].record.traits.resources
      guard let shares = room.assignment(for: request) else { return nil }
      room.take(request, shares)
      members.append(Exchange.Member(slot: slot, request: request, shares: shares))
    }
    return members
  }

  // MARK: From its beginning to its end

  private mutating func stop(
    _ members: [Exchange.Member], on cluster: ClusterSlot, awaiting awaited: [RunID], _ work: inout StepWork
  ) {
    for member in members {
      if let old = deployments[member.slot].run { requestStop(old, .replaced, &work) }
      withdrawNomination(of: member.slot)
      clusters[cluster].queue.remove(member.slot)
      deployments[member.slot].isQueued = false
    }
    var until = awaited.compactMap { runs[$0]?.record }.map(expectedGone).reduce(work.now, max) + Self.patience
    if let latest = latestDeadline { until = max(until, latest + TimeSpan(nanoseconds: 1)) }
    for member in members {
      deployments[member.slot].record.progress.nominatedUntil = until
      work.changedProgress.insert(member.slot)
    }
    enter(Exchange(members: members, awaited: awaited, until: until), on: cluster)
  }

  private mutating func enter(_ exchange: Exchange, on cluster: ClusterSlot) {
    clusters[cluster].exchanges.append(exchange)
    exchangePlaces.insert(cluster)
    for member in exchange.members {
      clusters[cluster].nominations[member.slot] = Nomination(
        request: member.request, resources: .zero, gpus: [], shares: member.shares)
    }
    renewExchange(clusters[cluster].exchanges.count - 1, on: cluster)
    setTimer(at: exchange.until, .admission(clusters[cluster].record.id))
  }

  /// Keeps all that the members ask for and the old runs do not hold any more.
  private mutating func renewExchange(_ place: Int, on cluster: ClusterSlot) {
    var exchange = clusters[cluster].exchanges[place]
    clusters[cluster].room.give(exchange.resources, exchange.gpus)
    let old = exchange.awaited.compactMap { runs[$0]?.record }
    let returned = old.reduce(Resources.zero) { $0 + $1.resources }
    let request = exchange.members.reduce(Resources.zero) { $0 + $1.request }
    exchange.gpus = Self.beyond(exchange.members.flatMap(\.shares), old.flatMap(\.gpus))
    for dimension in Dimension.allCases {
      exchange.resources[dimension] = max(0, request[dimension] - returned[dimension])
    }
    exchange.resources.gpuMilli = exchange.gpus.reduce(0) { $0 + Int64($1.milli) }
    clusters[cluster].room.take(exchange.resources, exchange.gpus)
    clusters[cluster].exchanges[place] = exchange
  }

  /// A run has given its room back: what exchanges need of it is kept at once.
  mutating func keepForExchanges(of run: RunID, on cluster: ClusterSlot) {
    for place in clusters[cluster].exchanges.indices where clusters[cluster].exchanges[place].awaited.contains(run) {
      clusters[cluster].exchanges[place].awaited.removeAll { $0 == run }
      renewExchange(place, on: cluster)
    }
  }

  /// A deployment takes no part any more: it has a run, is to have none, or asks for something else now.
  mutating func leaveExchange(_ slot: DeploymentSlot, _ work: inout StepWork) {
    let cluster = deployments[slot].cluster
    guard
      let place = clusters[cluster].exchanges.firstIndex(where: { $0.members.contains { $0.slot == slot } })
    else { return }
    clusters[cluster].exchanges[place].members.removeAll { $0.slot == slot }
    forgetMember(slot, on: cluster, &work)
    if clusters[cluster].exchanges[place].members.isEmpty {
      _ = endExchange(place, on: cluster, &work)
    } else {
      renewExchange(place, on: cluster)
    }
    roomCameBack(cluster, &work)
  }

  private mutating func forgetMember(_ slot: DeploymentSlot, on cluster: ClusterSlot, _ work: inout StepWork) {
    clusters[cluster].nominations[slot] = nil
    deployments[slot].record.progress.nominatedUntil = nil
    work.changedProgress.insert(slot)
  }

  private mutating func endExchange(_ place: Int, on cluster: ClusterSlot, _ work: inout StepWork) -> [Exchange.Member]
  {
    let exchange = clusters[cluster].exchanges.remove(at: place)
    clusters[cluster].room.give(exchange.resources, exchange.gpus)
    for member in exchange.members { forgetMember(member.slot, on: cluster, &work) }
    if clusters[cluster].exchanges.isEmpty { exchangePlaces.remove(cluster) }
    return exchange.members
  }

  /// Those whose old runs have all gone go first, and of the others those that do not have to wait for the last.
  mutating func admitExchanges(_ cluster: ClusterSlot, _ work: inout StepWork) {
    for exchange in clusters[cluster].exchanges where !exchange.awaited.isEmpty {
      for member in exchange.members where deployments[member.slot].run == nil && deployments[member.slot].isQueued {
        admitAhead(member, on: cluster, until: exchange.until, &work)
      }
    }
    while let place = clusters[cluster].exchanges.firstIndex(where: { $0.awaited.isEmpty }) {
      for member in endExchange(place, on: cluster, &work)
      where deployments[member.slot].isQueued && deployments[member.slot].run == nil {
        var pass = passForOne(on: cluster, isNominated: false, work.now)
        _ = tryToAdmit(member.slot, &pass, &work)
      }
    }
  }

  /// Admits one of an exchange if it fits beside all that is kept for the others.
  private mutating func admitAhead(
    _ member: Exchange.Member, on cluster: ClusterSlot, until: Instant, _ work: inout StepWork
  ) {
    guard let place = clusters[cluster].exchanges.firstIndex(where: { $0.until == until }) else { return }
    let members = clusters[cluster].exchanges[place].members
    clusters[cluster].exchanges[place].members.removeAll { $0.slot == member.slot }
    renewExchange(place, on: cluster)
    var pass = passForOne(on: cluster, isNominated: false, work.now)
    if tryToAdmit(member.slot, &pass, &work) {
      forgetMember(member.slot, on: cluster, &work)
      if members.count == 1 { _ = endExchange(place, on: cluster, &work) }
    } else {
      clusters[cluster].exchanges[place].members = members
      renewExchange(place, on: cluster)
    }
  }

  /// Where an old run does not stop in time, each of the others takes what it can get.
  mutating func endOverdueExchanges(on cluster: ClusterSlot, _ work: inout StepWork) {
    while let place = clusters[cluster].exchanges.firstIndex(where: { $0.until <= work.now }) {
      for member in endExchange(place, on: cluster, &work) {
        log(
          .nominationEnded, "the room that was being freed for it did not come in time",
          .deployment(deployments[member.slot].record.identity), &work)
        if let old = deployments[member.slot].run.flatMap({ runs[$0]?.record }) { nominate(member.slot, beyond: old) }
        markDirty(member.slot, &work)
      }
    }
  }

  /// The cluster's capacity is another now: what is kept for replacements is found anew, as it would be after a load.
  mutating func renewReplacements(on cluster: ClusterSlot, _ work: inout StepWork) {
    let exchanges = clusters[cluster].exchanges
    let nominated = clusters[cluster].nominations.keys.filter { exchange(of: $0) == nil }.sorted()
    while !clusters[cluster].exchanges.isEmpty { _ = endExchange(0, on: cluster, &work) }
    for slot in nominated { withdrawNomination(of: slot) }
    var alone = nominated
    for exchange in exchanges {
      let slots = exchange.members.map(\.slot)
      guard let members = exchangeMembers(slots, awaiting: exchange.awaited) else {
        alone += slots
        for slot in slots { markDirty(slot, &work) }
        continue
      }
      for slot in slots { deployments[slot].record.progress.nominatedUntil = exchange.until }
      enter(Exchange(members: members, awaited: exchange.awaited, until: exchange.until), on: cluster)
    }
    for slot in alone.sorted() {
      if let old = deployments[slot].run.flatMap({ runs[$0]?.record }) { nominate(slot, beyond: old) }
    }
  }

  /// After a load: those whose nominations end at one time belong together. Returns who takes part in any.
  mutating func restoreExchanges(among nominated: some Sequence<DeploymentSlot>) -> Set<DeploymentSlot> {
    var groups: [Instant: [DeploymentSlot]] = [:]
    for slot in nominated {
      if let until = deployments[slot].record.progress.nominatedUntil { groups[until, default: []].append(slot) }
    }
    var exchanged: Set<DeploymentSlot> = []
    for (until, all) in groups.sorted(by: { $0.key < $1.key }) {
      let slots = all.sorted { deployments[$0].record.identity < deployments[$1].record.identity }
      let own = slots.compactMap { deployments[$0].run }.filter { runs[$0]?.record.stopCause == .replaced }.sorted()
      // One whose old run goes on waits for room that others give back, and for that alone.
      guard let cluster = slots.first.map({ deployments[$0].cluster }),
        own.count == slots.count(where: { deployments[$0].run != nil })
      else { continue }
      // The last of them may count on one that takes no part any more.
      let others = clusters[cluster].stopping.filter { id in
        guard let run = runs[id], run.record.stopCause == .replaced else { return false }
        return deployments[run.deployment].record.progress.nominatedUntil == nil
      }
      if slots.count == 1, own.isEmpty, others.isEmpty || isPreempting(slots[0]) { continue }
      let all = (own + others).sorted()
      let found =
        exchangeMembers(slots, awaiting: own).map { (awaited: own, members: $0) }
        ?? exchangeMembers(slots, awaiting: all).map { (awaited: all, members: $0) }
      guard let (awaited, members) = found else { continue }
      enter(Exchange(members: members, awaited: awaited, until: until), on: cluster)
      exchanged.formUnion(slots)
    }
    return exchanged
  }

  /// Whether runs stop for a deployment of higher effective priority.
  private func isPreempting(_ slot: DeploymentSlot) -> Bool {
    let id = deployments[slot].record.id
    return clusters[deployments[slot].cluster].stopping.contains { runs[$0]?.record.stopCause?.preemptor == id }
  }
}
