import FleetModel

/// The room of a cluster from now on: what runs hold until their predicted ends, and what is reserved. An admission
/// must fit at every moment of its run, so no admission delays a reservation.
public struct Timeline: Sendable {
  /// The room from one time until the next step.
  private struct Step: Sendable {
    var from: Instant
    var room: Room
    /// GPUs of which more may be held than at the step before; `nil`: any of them.
    var raised: [Int]?
  }

  private let now: Instant
  /// Whether there is a step at each time at which a run ends.
  private let knowsEnds: Bool
  /// The expected room, in order of time if `knowsEnds`; the first step is now.
  private var steps: [Step]
  /// Promised reservations, at times when only runs with a bounded runtime have ended. An admission may go before one
  /// only if it is certain to be over by then, or if it fits beside it.
  private var promises: [Step] = []
  /// Further reservations against admissions that are expected to end later, in addition to the steps.
  private var guards: [Step] = []
  /// Creates a timeline of the current room as if no run ended. That is enough when nothing is reserved, or only one
  /// thing at its earliest time.
  public init(room: Room, now: Instant) {
    self.now = now
    knowsEnds = false
    steps = [Step(from: now, room: room)]
  }

  /// Creates a timeline with all foreseeable ends, for any number of reservations.
  ///
  /// - Parameter later: the room as if those for whom room is being freed already had it, with their holdings.
  public init(room: Room, holdings: Holdings, later: (room: Room, future: [Holding])? = nil, now: Instant) {
    self.now = now
    knowsEnds = true
    steps = holdings.rooms(from: room, later: later, now: now).map { Step(from: $0.from, room: $0.room, raised: []) }
    if later != nil, steps.count > 1 { steps[1].raised = nil }
    checkInvariants()
  }

  /// The current room.
  public var room: Room { steps[0].room }

  /// Whether a request fits now, regardless of reservations.
  public func fitsNow(_ request: Resources) -> Bool { steps[0].room.admits(request) }

  /// Whether a deployment within these bounds may be admissible, judged quickly by sums; the answer may turn out too
  /// optimistic.
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

  /// Returns how long a request fits from now on; `nil` if it does not fit now. On GPUs that are free at several times
  /// it may turn out to fit for less.
  public func limits(for request: Resources) -> RuntimeLimits? {
    guard steps[0].room.admits(request) else { return nil }
    var limits = RuntimeLimits()
    var cover = GPUCover(steps[0].room, [request])
    for step in steps.dropFirst() where !cover.fits(step.room, request, raised: step.raised) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
      // All further steps are later.
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

  /// Returns the GPU shares that an admission would get; `nil` if it does not fit for its whole runtime.
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

  /// Takes the resources of an admission.
  public mutating func take(_ request: Resources, _ shares: [GPUShare], runtime: RuntimeBound) {
    if knowsEnds, let span = runtime.expected { addStep(at: now + span) }
    for position in steps.indices where position == 0 || reaches(steps[position], runtime.expected) {
      steps[position].room.take(request, shares)
    }
    for position in guards.indices where reaches(guards[position], runtime.expected) {
      guards[position].room.take(request, shares)
    }
    for position in promises.indices where reaches(promises[position], runtime.promised) {
      promises[position].room.take(request, shares)
    }
    checkInvariants()
  }

  /// Adds a step at the end of the next admission.
  private mutating func addStep(at end: Instant) {
    let position = steps.firstIndex { $0.from >= end } ?? steps.endIndex
    if position == 0 || (position < steps.endIndex && steps[position].from == end) { return }
    steps.insert(Step(from: end, room: steps[position - 1].room, raised: []), at: position)
  }

  /// Whether a run that begins now is still running at a step.
  private func reaches(_ step: Step, _ runtime: TimeSpan?) -> Bool { runtime.map { now + $0 > step.from } ?? true }

  /// Reserves room for requests at a time at which they fit together and nothing else is reserved.
  ///
  /// - Parameters:
  ///   - room: the room at that time, before the reservation.
  ///   - from: the time by which admissions must be over unless they fit beside it.
  ///   - isPromise: whether they must be over for certain.
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
    checkInvariants()
  }

  /// Reserves room for requests at the earliest time from which they fit together until they end, beside all other
  /// reservations.
  ///
  /// - Parameter runtime: their expected runtime; `nil`: endless or unknown.
  /// - Returns: the start; `nil` if no foreseeable time suits.
  public mutating func reserveEarliest(_ requests: [Resources], runtime: TimeSpan?) -> Instant? {
    var first = 0
    search: while first < steps.count {
      let end = runtime.map { steps[first].from + $0 } ?? Instant(nanoseconds: .max)
      var next = first
      while next < steps.count, next == first || steps[next].from < end {
        if !Holdings.fit(requests, in: steps[next].room) {
          first = next + 1
          continue search
        }
        next += 1
      }
      // They must fit on GPUs that are free at all of these times.
      var room = steps[first].room
      var cover = GPUCover(room, requests)
      var isCovered = true
      for step in steps[first..<next].dropFirst() where isCovered {
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
      if end > steps[next - 1].from, end.nanoseconds < .max, next == steps.count || steps[next].from > end {
        var rest = steps[next - 1]
        rest.from = end
        rest.raised = []
        steps.insert(rest, at: next)
      }
      for share in shares.joined() { steps[first].raised?.append(share.slot) }
      for step in first..<next {
        for (request, assigned) in zip(requests, shares) { steps[step].room.take(request, assigned) }
      }
      checkInvariants()
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

extension Timeline {
  /// Checks, in debug builds, the order of the steps, and that a step names every GPU of which more is held than before it:
  /// no others are examined from one step to the next.
  private func checkInvariants() {
    #if DEBUG
    precondition(steps.first?.from == now, "the first step is not now")
    for step in steps + guards + promises { precondition(step.from >= now, "a step is over") }
    for (before, step) in zip(steps, steps.dropFirst()) where knowsEnds {
      precondition(before.from < step.from, "the steps are out of order")
      guard let raised = step.raised else { continue }
      for slot in 0..<max(before.room.gpus.count, step.room.gpus.count) {
        func held(_ room: Room) -> Int { slot < room.gpus.count ? room.gpus.heldMilli[slot] : 1000 }
        precondition(
          held(step.room) <= held(before.room) || raised.contains(slot),
          "a step does not name a GPU of which more is held")
      }
    }
    #endif
  }
}

/// The GPUs over several times, each as full as at its fullest: an assignment must be free at all of them. From one
/// step to the next, only GPUs of which more is held are examined.
private struct GPUCover {
  /// The combined GPUs; `nil` if no GPU is requested.
  private(set) var gpus: GPUSlots?
  /// Number of GPUs with enough left for the smallest request.
  private var count = 0
  /// The smallest request per GPU, in thousandths.
  private var least = 1000
  /// Number of GPUs that the largest request needs.
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

  /// Adds one more time. Returns whether enough GPUs for the largest request are free at all times so far.
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

  /// Adds one more time. Returns whether a request may still fit.
  mutating func fits(_ room: Room, _ request: Resources, raised: [Int]?) -> Bool {
    room.fits(request) && covers(room, raised: raised)
  }

  func assignment(_ request: Resources) -> [GPUShare]? { gpus.map { $0.assignment(gpuMilli: request.gpuMilli) } ?? [] }
}
