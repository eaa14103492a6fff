import FleetModel

/// What of a cluster is held from now on: by runs until their predicted ends, and by reservations. An admission must fit at
/// each moment of its run; so whatever it is, it delays no reservation.
public struct Timeline: Sendable {
  /// From a time on until the next step.
  private struct Step: Sendable {
    var from: Instant
    var room: Room
    /// The GPUs of which more may be held than at the step before; nil: any.
    var raised: [Int]?
  }

  private let now: Instant
  /// It has a step at each time at which something ends.
  private let knowsEnds: Bool
  /// As far as one expects.
  private var steps: [Step]
  /// What is promised at times at which only that has ended which must have: only what is certain to be over by then may begin
  /// before it, or what fits beside it.
  private var promises: [Step] = []
  /// What must not be passed any more by what is expected to end later, beside the steps.
  private var guards: [Step] = []
  /// The room now, as if nothing ended: enough for admissions where nothing is reserved, or one thing at its earliest time.
  public init(room: Room, now: Instant) {
    self.now = now
    knowsEnds = false
    steps = [Step(from: now, room: room)]
  }

  /// The room from now on, with all ends that can be foreseen: for any number of reservations.
  ///
  /// - Parameter later: the room as if those had theirs for whom it is being freed, and what they hold of it.
  public init(room: Room, holdings: Holdings, later: (room: Room, future: [Holding])? = nil, now: Instant) {
    self.now = now
    knowsEnds = true
    steps = holdings.rooms(from: room, later: later, now: now).map { Step(from: $0.from, room: $0.room, raised: []) }
    if later != nil, steps.count > 1 { steps[1].raised = nil }
  }

  /// The room now.
  public var room: Room { steps[0].room }

  /// Whether a request fits now, if nothing that is to come is looked at.
  public func fitsNow(_ request: Resources) -> Bool { steps[0].room.admits(request) }

  /// Whether something may be admitted of which these bounds hold. As far as sums can say, which is soon said: it may turn out
  /// that nothing may.
  public func mayAllow(_ bounds: GroupBounds) -> Bool {
    guard fitsNow(bounds.request) else { return false }
    for step in steps.dropFirst() {
      if !reaches(step, bounds.expected) { if knowsEnds { break } else { continue } }
      if !step.room.fits(bounds.request) { return false }
    }
    for step in guards where reaches(step, bounds.expected) { if !step.room.fits(bounds.request) { return false } }
    for step in promises where reaches(step, bounds.promised) { if !step.room.fits(bounds.request) { return false } }
    return true
  }

  private func reaches(_ step: Step, _ nanoseconds: Int64) -> Bool { nanoseconds > (step.from - now).nanoseconds }

  /// For how long a request fits from now on; nil: it does not fit now. It may turn out that it fits for less long on GPUs that
  /// are free at several times.
  public func limits(for request: Resources) -> RuntimeLimits? {
    guard steps[0].room.admits(request) else { return nil }
    var limits = RuntimeLimits()
    var cover = GPUCover(steps[0].room, [request])
    for step in steps.dropFirst() where !cover.fits(step.room, request, raised: step.raised) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
      // Those to come are later still.
      if knowsEnds { break }
    }
    for step in guards where !cover.fits(step.room, request, raised: step.raised) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
    }
    for step in promises where !cover.fits(step.room, request, raised: step.raised) {
      limits.promised = min(limits.promised, max(0, (step.from - now).nanoseconds))
    }
    return limits
  }

  /// The GPU shares that an admission would get; nil: it does not fit as long as it may run.
  public func assignment(for request: Resources, runtime: RuntimeBound) -> [GPUShare]? {
    if steps.count == 1, promises.isEmpty, guards.isEmpty { return steps[0].room.assignment(for: request) }
    guard steps[0].room.fits(request) else { return nil }
    var cover = GPUCover(steps[0].room, [request])
    for step in steps.dropFirst() {
      if !reaches(step, runtime.expected) { if knowsEnds { break } else { continue } }
      if !cover.fits(step.room, request, raised: step.raised) { return nil }
    }
    for step in guards where reaches(step, runtime.expected) {
      if !cover.fits(step.room, request, raised: step.raised) { return nil }
    }
    for step in promises where reaches(step, runtime.promised) {
      if !cover.fits(step.room, request, raised: step.raised) { return nil }
    }
    return cover.assignment(request)
  }

  /// Enters an admission.
  public mutating func take(_ request: Resources, _ shares: [GPUShare], runtime: RuntimeBound) {
    if knowsEnds, let span = runtime.expected { addStep(at: now + span) }
    for place in steps.indices where place == 0 || reaches(steps[place], runtime.expected) {
      steps[place].room.take(request, shares)
    }
    for place in guards.indices where reaches(guards[place], runtime.expected) {
      guards[place].room.take(request, shares)
    }
    for place in promises.indices where reaches(promises[place], runtime.promised) {
      promises[place].room.take(request, shares)
    }
  }

  /// From when on what is entered next is over.
  private mutating func addStep(at end: Instant) {
    let place = steps.firstIndex { $0.from >= end } ?? steps.endIndex
    if place == 0 || (place < steps.endIndex && steps[place].from == end) { return }
    steps.insert(Step(from: end, room: steps[place - 1].room, raised: []), at: place)
  }

  /// Whether what begins now still runs then.
  private func reaches(_ step: Step, _ runtime: TimeSpan?) -> Bool { runtime.map { now + $0 > step.from } ?? true }

  /// Reserves for requests at a time at which they fit together and nothing else is reserved.
  ///
  /// - Parameters:
  ///   - room: the room at that time, before they have theirs.
  ///   - from: when what is admitted now must be over, where it can't stay beside them.
  ///   - isPromise: it must be over for certain.
  public mutating func reserve(_ requests: [Resources], in room: Room, from: Instant, isPromise: Bool) {
    guard let filled = filled(room, with: requests)?.room else { return }
    let step = Step(from: max(from, now), room: filled)
    if isPromise {
      promises.append(step)
    } else if knowsEnds {
      guards.append(step)
    } else {
      steps.append(step)
    }
  }

  /// Reserves for requests at the first time from which they fit together until they end, beside all that is reserved.
  ///
  /// - Parameters:
  ///   - runtime: how long they are expected to run; nil: for ever, as far as one can know.
  /// - Returns: when; nil: at no time that can be foreseen.
  public mutating func reserveEarliest(_ requests: [Resources], runtime: TimeSpan?) -> Instant? {
    var first = 0
    search: while first < steps.count {
      let end = runtime.map { steps[first].from + $0 } ?? Instant(nanoseconds: .max)
      var place = first
      while place < steps.count, place == first || steps[place].from < end {
        if !Holdings.fit(requests, in: steps[place].room) {
          first = place + 1
          continue search
        }
        place += 1
      }
      // They must fit on what is free at all of these times.
      var room = steps[first].room
      var cover = GPUCover(room, requests)
      var isCovered = true
      for step in steps[first..<place].dropFirst() where isCovered {
        room.coverSums(step.room)
        isCovered = cover.covers(step.room, raised: step.raised)
      }
      if !isCovered {
        first += 1
        continue
      }
      if let gpus = cover.gpus { room.setGPUs(gpus) }
      guard let shares = filled(room, with: requests)?.shares else {
        first += 1
        continue
      }
      let found = steps[first].from
      if end > steps[place - 1].from, end.nanoseconds < .max, place == steps.count || steps[place].from > end {
        var rest = steps[place - 1]
        rest.from = end
        rest.raised = []
        steps.insert(rest, at: place)
      }
      for share in shares.joined() { steps[first].raised?.append(share.slot) }
      for step in first..<place {
        for (request, assigned) in zip(requests, shares) { steps[step].room.take(request, assigned) }
      }
      return found
    }
    return nil
  }

  private func filled(_ room: Room, with requests: [Resources]) -> (room: Room, shares: [[GPUShare]])? {
    var room = room
    var shares: [[GPUShare]] = []
    for request in requests {
      guard room.fits(request),
        let assigned = room.gpus.laterAssignment(gpuMilli: request.gpuMilli, now: steps[0].room.gpus)
      else { return nil }
      room.take(request, assigned)
      shares.append(assigned)
    }
    return (room, shares)
  }
}

/// The GPUs of several times at once, each as full as it is at the fullest: what is assigned must be free at all of them. From
/// one time to the next only those are looked at of which more is held.
private struct GPUCover {
  /// Nil: none is asked for.
  private(set) var gpus: GPUSlots?
  /// How many have enough left for the smallest of the requests.
  private var count = 0
  /// What it asks of a GPU.
  private var least = 1000
  /// How many GPUs the largest of them needs.
  private var wanted = 0

  init(_ room: Room, _ requests: [Resources]) {
    for request in requests where request.gpuMilli > 0 {
      least = min(least, Int(request.gpuMilli))
      wanted = max(wanted, Int(max(1, request.gpuMilli / 1000)))
    }
    if wanted == 0 { return }
    gpus = room.gpus
    count = room.gpus.count(with: least)
  }

  /// Whether as many GPUs are free at one more time as the largest request needs, of those that are free at all of them.
  mutating func covers(_ room: Room, raised: [Int]?) -> Bool {
    if gpus == nil { return true }
    if let raised {
      for slot in raised { gpus?.raise(slot, to: room.gpus) }
      if raised.isEmpty { return count >= wanted }
    } else {
      for slot in 0..<max(room.gpus.count, gpus?.count ?? 0) { gpus?.raise(slot, to: room.gpus) }
    }
    count = gpus?.count(with: least) ?? 0
    return count >= wanted
  }

  /// Whether a request fits at one more time.
  mutating func fits(_ room: Room, _ request: Resources, raised: [Int]?) -> Bool {
    room.fits(request) && covers(room, raised: raised)
  }

  func assignment(_ request: Resources) -> [GPUShare]? { gpus.map { $0.assignment(gpuMilli: request.gpuMilli) } ?? [] }
}
