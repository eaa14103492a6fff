import FleetModel

/// What of a cluster is held from now on: by runs until their predicted ends, and by reservations. An admission must fit at
/// each moment of its run; so whatever it is, it delays no reservation.
public struct Timeline: Sendable {
  /// From a time on until the next step.
  private struct Step: Sendable {
    var from: Instant
    var room: Room
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
  /// The most of the GPUs that one request could get now.
  private var mostGPUNow: Int64

  /// The room now, as if nothing ended: enough for admissions where nothing is reserved, or one thing at its earliest time.
  public init(room: Room, now: Instant) {
    self.now = now
    knowsEnds = false
    steps = [Step(from: now, room: room)]
    mostGPUNow = room.gpus.largestFreeMilli
  }

  /// The room from now on, with all ends that can be foreseen: for any number of reservations.
  ///
  /// - Parameter later: the room as if those had theirs for whom it is being freed, and what they hold of it.
  public init(room: Room, holdings: Holdings, later: (room: Room, future: [Holding])? = nil, now: Instant) {
    self.now = now
    knowsEnds = true
    steps = holdings.rooms(from: room, later: later, now: now).map { Step(from: $0.from, room: $0.room) }
    mostGPUNow = room.gpus.largestFreeMilli
  }

  /// The room now.
  public var room: Room { steps[0].room }

  /// Whether a request fits now, if nothing that is to come is looked at.
  public func fitsNow(_ request: Resources) -> Bool {
    steps[0].room.fits(request) && request.gpuMilli <= mostGPUNow
  }

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

  /// For how long a request fits from now on; nil: it does not fit now.
  public func limits(for request: Resources) -> RuntimeLimits? {
    guard steps[0].room.assignment(for: request) != nil else { return nil }
    var limits = RuntimeLimits()
    var cover = GPUCover(steps[0].room, request)
    for step in steps.dropFirst() where !cover.fits(step.room, request) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
    }
    for step in guards where !cover.fits(step.room, request) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
    }
    for step in promises where !cover.fits(step.room, request) {
      limits.promised = min(limits.promised, max(0, (step.from - now).nanoseconds))
    }
    return limits
  }

  /// The GPU shares that an admission would get; nil: it does not fit as long as it may run.
  public func assignment(for request: Resources, runtime: RuntimeBound) -> [GPUShare]? {
    if steps.count == 1, promises.isEmpty, guards.isEmpty { return steps[0].room.assignment(for: request) }
    guard steps[0].room.fits(request) else { return nil }
    var cover = GPUCover(steps[0].room, request)
    for step in steps.dropFirst() + guards where reaches(step, runtime.expected) {
      if !cover.fits(step.room, request) { return nil }
    }
    for step in promises where reaches(step, runtime.promised) {
      if !cover.fits(step.room, request) { return nil }
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
    mostGPUNow = steps[0].room.gpus.largestFreeMilli
  }

  /// From when on what is entered next is over.
  private mutating func addStep(at end: Instant) {
    let place = steps.firstIndex { $0.from >= end } ?? steps.endIndex
    if place == 0 || (place < steps.endIndex && steps[place].from == end) { return }
    steps.insert(Step(from: end, room: steps[place - 1].room), at: place)
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
      var room = steps[first].room
      var place = first
      while place < steps.count, place == first || steps[place].from < end {
        if !Holdings.fit(requests, in: steps[place].room) {
          first = place + 1
          continue search
        }
        room.cover(steps[place].room)
        place += 1
      }
      guard let shares = filled(room, with: requests)?.shares else {
        first += 1
        continue
      }
      let found = steps[first].from
      if end > steps[place - 1].from, end.nanoseconds < .max, place == steps.count || steps[place].from > end {
        var rest = steps[place - 1]
        rest.from = end
        steps.insert(rest, at: place)
      }
      for step in first..<place {
        for (request, assigned) in zip(requests, shares) { steps[step].room.take(request, assigned) }
      }
      if first == 0 { mostGPUNow = steps[0].room.gpus.largestFreeMilli }
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

/// The GPUs of several times at once, each as full as it is at the fullest: what is assigned must be free at all of them.
private struct GPUCover {
  private var gpus: GPUSlots?

  init(_ room: Room, _ request: Resources) { gpus = request.gpuMilli > 0 ? room.gpus : nil }

  /// Whether a request fits at one more time, on the GPUs that are free at all of them.
  mutating func fits(_ room: Room, _ request: Resources) -> Bool {
    if !room.fits(request) { return false }
    guard gpus != nil else { return true }
    gpus?.cover(room.gpus)
    return gpus?.assignment(gpuMilli: request.gpuMilli) != nil
  }

  func assignment(_ request: Resources) -> [GPUShare]? { gpus.map { $0.assignment(gpuMilli: request.gpuMilli) } ?? [] }
}
