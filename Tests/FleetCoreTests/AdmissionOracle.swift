/// Who is admitted, who stops for whom, to whom room is nominated and for whom it is reserved, by the rules of section 6 and
/// nothing else: no groups, no indices, no memory between looks but what the rules name. Victims are found by trying every
/// set. Everything asked of an engine is under way for as long as the moment lasts.
struct AdmissionOracle {
  enum Place: Hashable {
    /// It is not declared yet.
    case absent
    case waiting
    /// It ran before the moment.
    case running
    /// It was admitted in this moment.
    case admitted
    case stopping(for: Int)
    case coolingDown
  }
  struct Nomination: Equatable {
    var head: Int
    var members: [Int] = []
    /// What is kept of the free room, beyond what those that stop give back.
    var kept = SmallAmount(cpu: 0, gpu: 0)
    var awaited: [Int] = []
  }
  struct Reservation {
    var head: Int
    var lacking: Set<Int>
    var guarded: Set<Int>
    /// Seconds from now; nil: nobody knows.
    var start: Int?
    var promise: Int?
  }

  let instance: AdmissionInstance
  var places: [Place]
  var bypasses: [Int]
  /// Higher effective priority first, then the first nominated.
  var nominations: [Nomination] = []
  var reservations: [Reservation] = []
  var drained: Set<Int> = []
  var decision = AdmissionDecision()
  static let grace = 10

  init(_ instance: AdmissionInstance) {
    self.instance = instance
    places = instance.items.map { $0.isRunning ? .running : $0.isLate ? .absent : .waiting }
    bypasses = instance.items.map { _ in 0 }
  }

  mutating func decide() -> AdmissionDecision {
    decision = AdmissionDecision()
    // Until another look changes nothing; were that never so, the last of many would differ from what is found.
    for _ in 0..<50 {
      let (before, nominated) = (places, nominations)
      lookAtNominees()
      lookAtQueue()
      if places == before, nominations == nominated { break }
    }
    decision.nominees = Set(nominations.map(\.head))
    for reservation in reservations where isReady(reservation.head) {
      decision.reserved[reservation.head] = reservation.start ?? -1
    }
    return decision
  }

  /// The late ones are declared.
  mutating func decideLate() -> AdmissionDecision {
    for place in places.indices where places[place] == .absent { places[place] = .waiting }
    return decide()
  }

  /// What stops is gone.
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

  /// It will not come by itself.
  func isHopeless(_ place: Int) -> Bool {
    if isPlaced(place) { return false }
    return neverFits(place)
      || item(place).needs.contains { !($0.isRunning && places[$0.on] == .running) && isHopeless($0.on) }
  }

  func isReady(_ place: Int) -> Bool {
    places[place] == .waiting && !neverFits(place)
      && item(place).needs.allSatisfy { $0.isRunning && (isPlaced($0.on) || isReady($0.on)) }
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

  /// What it may have stopped for itself: what those confer of whose gang it is they use together with it.
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

  /// Effective priority, then (all have one age) identity.
  func precedes(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (effectivePriority(left), effectivePriority(right))
    return a == b ? instance.name(left) < instance.name(right) : a > b
  }

  /// With it, after all that it needs running and is not placed.
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

  /// What nobody holds, and is nominated to nobody.
  var free: SmallAmount {
    let held = request(instance.items.indices.filter(isLive))
    return nominations.reduce(instance.capacity - held) { $0 - $1.kept }
  }

  /// With it, all services that must run beside it.
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

  /// A service that others need starts only if one of them fits beside all that never ends, with the services that it needs.
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
    let services = instance.items.indices.filter { item($0).isService && isLive($0) && !members.contains($0) }
    let staying = services.filter { place in
      guard isPlaced(place), let unit = unit(of: place, for: members, below: priority, evenYoung: true) else {
        return true
      }
      return !unit.contains(place)
    }
    let all = request(Array(Set(members)))
    return all.fits(in: instance.capacity - request(services)) || all.fits(in: instance.capacity - request(staying))
  }

  /// With those that need it running and wait too, each after the one before.
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

  /// When a run is over, in seconds from now; nil: never, or nobody knows.
  func end(_ place: Int, began: Int, isPromise: Bool) -> Int? {
    guard !item(place).isService, let runtime = item(place).runtime, item(place).isBounded || !isPromise else {
      return nil
    }
    return began + runtime
  }

  /// What is free at a time, if nobody else is admitted.
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

  /// The first time at which a gang fits.
  func earliest(_ members: [Int], isPromise: Bool) -> Int? {
    var times: Set<Int> = [Self.grace]
    for place in instance.items.indices {
      for began in [-AdmissionInstance.age, 0, Self.grace] {
        if let over = end(place, began: began, isPromise: isPromise) { times.insert(over) }
      }
    }
    return times.sorted().first { $0 > 0 && request(members).fits(in: free(at: $0, isPromise: isPromise)) }
  }
}
