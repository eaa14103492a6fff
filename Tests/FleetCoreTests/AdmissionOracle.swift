/// Admissions, preemptions, nominations and reservations by the rules of section 6 of the design alone: without groups,
/// indices or memory between passes beyond what the rules name. Victims are found by trying every set. Calls to engines
/// stay under way for as long as the moment lasts.
struct AdmissionOracle {
  enum Place: Hashable {
    /// Not declared yet.
    case absent
    case waiting
    /// Running since before the moment.
    case running
    /// Admitted in this moment.
    case admitted
    case stopping(for: Int)
    case coolingDown
  }
  struct Nomination: Equatable {
    var head: Int
    var members: [Int] = []
    /// Claimed part of the free room, beyond the room that stopping runs give back.
    var kept = SmallAmount(cpu: 0, gpu: 0)
    var awaited: [Int] = []
  }
  struct Reservation {
    var head: Int
    var lacking: Set<Int>
    var guarded: Set<Int>
    /// Seconds from now; `nil` if unknown.
    var start: Int?
    var promise: Int?
  }

  let instance: AdmissionInstance
  var places: [Place]
  var bypasses: [Int]
  /// Nominations, higher effective priority first, then older ones.
  var nominations: [Nomination] = []
  var reservations: [Reservation] = []
  var drained: Set<Int> = []
  var decision = AdmissionDecision()
  static let grace = 10
  /// Seconds for which a victim cools down, from the end of its run.
  static let pause = 10

  init(_ instance: AdmissionInstance) {
    self.instance = instance
    places = instance.items.map { $0.isRunning ? .running : $0.isLate ? .absent : .waiting }
    bypasses = instance.items.map { _ in 0 }
  }

  mutating func decide() -> AdmissionDecision {
    decision = AdmissionDecision()
    // Until another pass changes nothing. If that never came, the last of many would differ from the scheduler's
    // decision.
    for _ in 0..<50 {
      let (before, nominated) = (places, nominations)
      lookAtNominees()
      lookAtQueue()
      if places == before, nominations == nominated { break }
    }
    decision.nominees = Set(nominations.map(\.head))
    for reservation in reservations where mayReserve(reservation.head) {
      decision.reserved[reservation.head] = reservation.start ?? -1
    }
    return decision
  }

  /// Declares the late items.
  mutating func decideLate() -> AdmissionDecision {
    for place in places.indices where places[place] == .absent { places[place] = .waiting }
    return decide()
  }

  /// Ends the runs that stop.
  mutating func confirmStops() -> AdmissionDecision {
    for place in places.indices { if case .stopping = places[place] { places[place] = .coolingDown } }
    return decide()
  }

  // MARK: Facts

  func item(_ place: Int) -> AdmissionInstance.Item { instance.items[place] }
  func isPlaced(_ place: Int) -> Bool { places[place] == .running || places[place] == .admitted }
  func isLive(_ place: Int) -> Bool {
    if case .stopping = places[place] { return true }
    return isPlaced(place)
  }
  func dependants(of place: Int, running: Bool) -> [Int] {
    instance.items.indices.filter { item($0).needs.contains { $0.on == place && $0.isRunning == running } }
  }
  func neverFits(_ place: Int) -> Bool { !item(place).request.fits(in: instance.capacity) }

  /// True if it will never start by itself.
  func isHopeless(_ place: Int) -> Bool {
    if isPlaced(place) { return false }
    return neverFits(place)
      || item(place).needs.contains { !($0.isRunning && places[$0.on] == .running) && isHopeless($0.on) }
  }

  func isReady(_ place: Int) -> Bool { places[place] == .waiting && lacksOnlyRoom(place) }

  /// True if it cools down, and is ready after that.
  func isReturning(_ place: Int) -> Bool { places[place] == .coolingDown && lacksOnlyRoom(place) }

  func mayReserve(_ place: Int) -> Bool { isReady(place) || isReturning(place) }

  private func lacksOnlyRoom(_ place: Int) -> Bool {
    !neverFits(place) && item(place).needs.allSatisfy { $0.isRunning && (isPlaced($0.on) || isReady($0.on)) }
  }

  func effectivePriority(_ place: Int) -> Int {
    var priority = item(place).priority
    for dependant in dependants(of: place, running: true) where !isHopeless(dependant) {
      priority = max(priority, effectivePriority(dependant))
    }
    for dependant in dependants(of: place, running: false) where !isHopeless(dependant) && !isPlaced(dependant) {
      priority = max(priority, effectivePriority(dependant))
    }
    return priority
  }

  /// Priority below which it may preempt. Priority conferred by members of its own gang does not count: they use it
  /// together.
  func preemptingPriority(_ place: Int) -> Int {
    var priority = item(place).priority
    for dependant in dependants(of: place, running: true) where !isHopeless(dependant) && !isReady(dependant) {
      priority = max(priority, effectivePriority(dependant))
    }
    for dependant in dependants(of: place, running: false) where !isHopeless(dependant) && !isPlaced(dependant) {
      priority = max(priority, effectivePriority(dependant))
    }
    return priority
  }

  /// True if it precedes the other: by effective priority, then by age, then by identity. Only those that ran before the
  /// moment are older than others.
  func precedes(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (effectivePriority(left), effectivePriority(right))
    if a != b { return a > b }
    if item(left).isRunning != item(right).isRunning { return item(left).isRunning }
    return instance.name(left) < instance.name(right)
  }

  /// The deployment after all the deployments that it needs running and that are not placed.
  func gang(_ place: Int) -> [Int] {
    var members: [Int] = []
    func add(_ place: Int) {
      if members.contains(place) { return }
      let needed = item(place).needs.map(\.on).filter { !isPlaced($0) }
      for other in needed.sorted(by: { instance.name($0) < instance.name($1) }) { add(other) }
      members.append(place)
    }
    add(place)
    return members
  }

  func request(_ members: [Int]) -> SmallAmount {
    members.reduce(SmallAmount(cpu: 0, gpu: 0)) { $0 + item($1).request }
  }

  /// Room that is neither held nor nominated.
  var free: SmallAmount {
    let held = request(instance.items.indices.filter(isLive))
    return nominations.reduce(instance.capacity - held) { $0 - $1.kept }
  }

  /// The deployment with all services that must run beside it.
  func together(_ place: Int) -> [Int] {
    var members: Set<Int> = [place]
    func add(_ place: Int) {
      for need in item(place).needs where need.isRunning {
        if item(need.on).isService { members.insert(need.on) }
        add(need.on)
      }
    }
    add(place)
    return members.sorted()
  }

  /// True if the members may start: a service that others need starts only if one of these dependants, with the
  /// services that it needs, fits beside everything that never ends.
  func servicesCanStay(_ members: [Int], for head: Int) -> Bool {
    let priority = effectivePriority(head)
    for service in members where item(service).isService {
      let waiters = dependants(of: service, running: true).filter { !isLive($0) && !isHopeless($0) }
      if waiters.isEmpty || waiters.contains(where: members.contains) { continue }
      if !waiters.contains(where: { fitBesideServices(members + together($0), priority) }) { return false }
    }
    return true
  }

  func fitBesideServices(_ members: [Int], _ priority: Int) -> Bool {
    // One that stops is as good as gone.
    let services = instance.items.indices.filter { item($0).isService && isPlaced($0) && !members.contains($0) }
    let staying = services.filter { place in
      guard let unit = unit(of: place, for: members, below: priority, evenYoung: true) else { return true }
      return !unit.contains(place)
    }
    let all = request(Array(Set(members)))
    return all.fits(in: instance.capacity - request(services)) || all.fits(in: instance.capacity - request(staying))
  }

  /// The deployment with the waiting ones that need it running, each after its dependency.
  func headsFrom(_ place: Int) -> [Int] {
    var heads = [place]
    while let last = heads.last, let waiter = dependants(of: last, running: true).filter(isReady).min(by: precedes) {
      heads.append(waiter)
    }
    return heads
  }

  func isHeldByServices(_ place: Int) -> Bool {
    headsFrom(place).allSatisfy { head in
      !fitBesideServices(gang(head), preemptingPriority(head)) || !servicesCanStay(gang(head), for: head)
    }
  }

  // MARK: Time

  /// Seconds until a run ends; `nil` if never or unknown.
  func end(_ place: Int, began: Int, isPromise: Bool) -> Int? {
    guard !item(place).isService, let runtime = item(place).runtime, item(place).isBounded || !isPromise else {
      return nil
    }
    return began + runtime
  }

  /// Room that is free at a time if nothing else is admitted.
  func free(at time: Int, isPromise: Bool) -> SmallAmount {
    var free = instance.capacity
    for place in instance.items.indices where isLive(place) {
      let began = places[place] == .running ? -AdmissionInstance.age : 0
      var over = end(place, began: began, isPromise: isPromise)
      if !isPlaced(place) { over = isPromise ? nil : Self.grace }
      if let over, over <= time { continue }
      free = free - item(place).request
    }
    for nomination in nominations {
      let starts = nomination.awaited.isEmpty ? 0 : Self.grace
      for member in nomination.members {
        if let over = end(member, began: starts, isPromise: isPromise), over <= time { continue }
        if time >= starts { free = free - item(member).request }
      }
      if time < starts { free = free - nomination.kept }
    }
    return free
  }

  /// The earliest time from one on at which a gang fits.
  func earliest(_ members: [Int], from first: Int, isPromise: Bool) -> Int? {
    var times: Set<Int> = [Self.grace, Self.pause]
    for place in instance.items.indices {
      for began in [-AdmissionInstance.age, 0, Self.grace] {
        if let over = end(place, began: began, isPromise: isPromise) { times.insert(over) }
      }
    }
    return times.sorted().first { $0 >= first && request(members).fits(in: free(at: $0, isPromise: isPromise)) }
  }
}
