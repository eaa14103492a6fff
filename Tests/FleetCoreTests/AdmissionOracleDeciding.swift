// The order in which the rules are applied.

extension AdmissionOracle {

  // MARK: Nominees

  mutating func lookAtNominees() {
    nominations = nominations.filter { isReady($0.head) }
    renewNominations()
    for head in nominations.map(\.head) where isReady(head) {
      guard let index = nominations.firstIndex(where: { $0.head == head }) else { continue }
      let nomination = nominations.remove(at: index)
      if admit(head, isNominee: true) { continue }
      nominations.insert(nomination, at: index)
      renewNominations()
    }
  }

  /// Computes anew the room of each nomination from the runs that still stop, and drops those that would not fit any
  /// more.
  mutating func renewNominations() {
    let heads = nominations.map(\.head)
    let order = heads.indices.sorted { left, right in
      let (a, b) = (effectivePriority(heads[left]), effectivePriority(heads[right]))
      return a == b ? left < right : a > b
    }
    nominations = []
    var taken: Set<Int> = []
    for index in order {
      let head = heads[index]
      guard let nomination = nomination(of: head, after: taken, among: heads) else { continue }
      nominations.append(nomination)
      taken.formUnion(nomination.awaited)
    }
  }

  func stopping(for head: Int) -> [Int] { places.indices.filter { places[$0] == .stopping(for: head) } }

  /// Stopping runs whose room the deployment may count on: not those that stop for equal or higher effective priority.
  func runsToCountOn(for head: Int, among heads: [Int]) -> [Int] {
    places.indices.filter { place in
      guard case .stopping(let other) = places[place] else { return false }
      if nominations.contains(where: {
        $0.head != head && $0.awaited.contains(place) && effectivePriority($0.head) >= effectivePriority(head)
      }) {
        return false
      }
      return other == head || !heads.contains(other) || effectivePriority(other) < effectivePriority(head)
    }
  }

  private func nomination(of head: Int, after taken: Set<Int>, among heads: [Int]) -> Nomination? {
    guard isReady(head) else { return nil }
    let members = gang(head)
    let wanted = request(members)
    var awaited = stopping(for: head).filter { !taken.contains($0) }
    if !wanted.fits(in: free + request(awaited)) {
      awaited += runsToCountOn(for: head, among: heads).filter { !taken.contains($0) && !awaited.contains($0) }
    }
    guard wanted.fits(in: free + request(awaited)) else { return nil }
    return Nomination(head: head, members: members, kept: wanted.beyond(request(awaited)), awaited: awaited)
  }

  // MARK: The queue

  mutating func lookAtQueue() {
    reservations = []
    drained = []
    var isReserved = false
    var seen: Set<Int> = []
    while let head = places.indices.filter({ mayReserve($0) && !seen.contains($0) }).min(by: precedes) {
      seen.insert(head)
      if isReturning(head) {
        if !isReserved { isReserved = reserve(head) }
        continue
      }
      if nominations.contains(where: { $0.head == head }) { continue }
      if !isDrained(head), admit(head, isNominee: false) { continue }
      if preempt(head) {
        let heads = reservations.map(\.head)
        (reservations, drained) = ([], [])
        for head in heads where mayReserve(head) { _ = reserve(head) }
        continue
      }
      if !isReserved { isReserved = reserve(head) }
    }
  }

  private func asks(_ place: Int, for dimensions: Set<Int>) -> Bool {
    dimensions.contains { item(place).request[$0] > 0 }
  }

  private func isDrained(_ place: Int) -> Bool { asks(place, for: drained) }

  /// Admits a gang as a whole or not at all.
  private mutating func admit(_ head: Int, isNominee: Bool) -> Bool {
    let members = gang(head)
    guard request(members).fits(in: free), servicesCanStay(members, for: head) else { return false }
    if !isNominee, !reservations.allSatisfy({ isKept($0, beside: members) }) { return false }
    for member in members {
      if !isNominee { countBypass(by: member) }
      places[member] = .admitted
      decision.started.insert(member)
      nominations.removeAll { $0.head == member }
    }
    if !isNominee { lookAgainAtLacks() }
    return true
  }

  /// True if a reservation keeps its known start beside the members.
  private func isKept(_ reservation: Reservation, beside members: [Int]) -> Bool {
    guard reservation.start != nil || reservation.promise != nil else { return true }
    var after = self
    for member in members { after.places[member] = .admitted }
    let wanted = request(gang(reservation.head))
    if let start = reservation.start, !wanted.fits(in: after.free(at: start, isPromise: false)) { return false }
    if let promise = reservation.promise, !wanted.fits(in: after.free(at: promise, isPromise: true)) { return false }
    return true
  }

  private func bypassesLeft(_ place: Int) -> Int { max(0, instance.maxBypass - bypasses[place]) }

  private mutating func countBypass(by member: Int) {
    for reservation in reservations where reservation.start == nil && reservation.head != member {
      guard asks(member, for: reservation.lacking) else { continue }
      bypasses[reservation.head] += 1
      if bypassesLeft(reservation.head) == 0 { drained.formUnion(reservation.lacking) }
    }
  }

  private mutating func lookAgainAtLacks() {
    for index in reservations.indices where reservations[index].start == nil && isReady(reservations[index].head) {
      reservations[index].lacking = lacking(reservations[index].head)
      reservations[index].guarded = reservations[index].lacking
      if bypassesLeft(reservations[index].head) == 0 { drained.formUnion(reservations[index].lacking) }
    }
  }

  /// Dimensions in which a gang does not fit now.
  private func lacking(_ head: Int) -> Set<Int> {
    let wanted = request(gang(head))
    return Set((0..<2).filter { wanted[$0] > free[$0] && wanted[$0] > 0 })
  }

  private mutating func reserve(_ head: Int) -> Bool {
    let short = lacking(head)
    if isHeldByServices(head) || short.isEmpty && !isReturning(head) { return false }
    let members = gang(head)
    var reservation = Reservation(head: head, lacking: short, guarded: short)
    let first = isReturning(head) ? Self.pause : 1
    if nominations.isEmpty { reservation.promise = earliest(members, from: first, isPromise: true) }
    reservation.start = earliest(members, from: first, isPromise: false)
    // What it will lack when it is back is not known.
    if reservation.start == nil, isReturning(head) { return false }
    if reservation.start != nil {
      reservation.guarded = Set((0..<2).filter { dimension in members.contains { item($0).request[dimension] > 0 } })
    } else if bypassesLeft(head) == 0 {
      drained.formUnion(short)
    }
    reservations.append(reservation)
    return true
  }

  // MARK: Preemption

  /// Runs that stop with a victim; `nil` if one of them may not be preempted.
  func unit(of place: Int, for members: [Int], below priority: Int, evenYoung: Bool) -> Set<Int>? {
    var unit: Set<Int> = [place]
    var next = [place]
    while let one = next.popLast() {
      if !item(one).isPreemptible || effectivePriority(one) >= priority || members.contains(one) { return nil }
      if !evenYoung, places[one] != .running { return nil }
      for dependant in dependants(of: one, running: true) where isPlaced(dependant) {
        if unit.insert(dependant).inserted { next.append(dependant) }
      }
    }
    return unit
  }

  /// Preempts for a deployment and the waiting ones that need it running, the last of these first: the victims are for
  /// all of them.
  private mutating func preempt(_ place: Int) -> Bool {
    guard isAnythingLower(than: effectivePriority(place)) else { return false }
    var kept: Set<Int> = []
    for reservation in reservations where mayReserve(reservation.head) && asks(place, for: reservation.guarded) {
      if effectivePriority(reservation.head) >= effectivePriority(place) { return false }
      kept.formUnion(reservation.guarded.filter { item(place).request[$0] > 0 })
    }
    for head in headsFrom(place).reversed() {
      if nominations.contains(where: { $0.members.contains(head) }) { return true }
      if freeRoom(for: head, keeping: kept) { return true }
    }
    return false
  }

  private func isAnythingLower(than priority: Int) -> Bool {
    places.indices.contains { isPlaced($0) && effectivePriority($0) < priority }
      || nominations.contains { effectivePriority($0.head) < priority }
  }

  private mutating func freeRoom(for head: Int, keeping: Set<Int>) -> Bool {
    let priority = preemptingPriority(head)
    let members = gang(head)
    if members.contains(where: { member in member != head && nominations.contains { $0.members.contains(member) } }) {
      return false
    }
    guard isAnythingLower(than: priority), servicesCanStay(members, for: head) else { return false }
    // Nominations of lower priority are no obstacle.
    var others = self
    others.nominations.removeAll { effectivePriority($0.head) < priority }
    var room = others.free
    if keeping.contains(0) { room.cpu = min(room.cpu, 0) }
    if keeping.contains(1) { room.gpu = min(room.gpu, 0) }
    room = room + request(runsToCountOn(for: head, among: nominations.map(\.head)))
    guard let victims = cheapestVictims(for: members, below: priority, beside: room) else { return false }
    for victim in victims {
      places[victim] = .stopping(for: head)
      decision.preempted[victim] = head
    }
    nominations.append(Nomination(head: head))
    renewNominations()
    return nominations.contains { $0.head == head }
  }

  /// The cheapest set of victims: fewest of the highest priority, then of the next, then by the first name that
  /// differs. All have run equally long.
  private func cheapestVictims(for members: [Int], below priority: Int, beside room: SmallAmount) -> [Int]? {
    let units = places.indices.filter { places[$0] == .running }.compactMap {
      unit(of: $0, for: members, below: priority, evenYoung: false)
    }
    var best: (cost: [Int], victims: [Int])?
    for mask in 0..<(1 << units.count) {
      let victims = units.indices.filter { mask >> $0 & 1 == 1 }.reduce(into: Set<Int>()) { $0.formUnion(units[$1]) }
      guard request(members).fits(in: room + request(Array(victims))) else { continue }
      var cost = [3, 2, 1].map { level in victims.count { effectivePriority($0) == level } }
      cost += places.indices.sorted { instance.name($0) < instance.name($1) }.map { victims.contains($0) ? 0 : 1 }
      if let best, !cost.lexicographicallyPrecedes(best.cost) { continue }
      best = (cost, victims.sorted())
    }
    return best?.victims
  }
}
