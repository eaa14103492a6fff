import FleetModel

/// The room of a cluster from now on: what runs hold until their predicted ends, and what is reserved. An admission
/// must fit at every moment of its run, so no admission delays a reservation.
///
/// Whole GPUs are counted until the start, like processors. Of a GPU that is shared, fractions must stay where they are, so
/// fractions that are reserved have a number too.
public struct Timeline: Sendable {
  /// The room from one time until the next step.
  private struct Step: Sendable {
    var from: Instant
    var room: FutureRoom
  }

  private let now: Instant
  /// Whether there is a step at each time at which a run ends.
  private let knowsEnds: Bool
  /// The room now, with the individual GPUs and without reservations.
  private var room: Room
  /// The expected room, in order of time if `knowsEnds`; the first step is now.
  private var steps: [Step]
  /// Promised reservations, at times when only runs with a bounded runtime have ended. An admission may go before one
  /// only if it is certain to be over by then, or if it fits beside it.
  private var promises: [Step] = []
  /// Further reservations against admissions that are expected to end later, in addition to the steps.
  private var guards: [Step] = []
  /// Whether a fraction is reserved on a GPU that is still to be chosen.
  private var hasUnnumbered = false

  /// Creates a timeline of the current room as if no run ended. That is enough when nothing is reserved, or only one
  /// thing at its earliest time.
  public init(room: Room, now: Instant) {
    self.now = now
    self.room = room
    knowsEnds = false
    steps = [Step(from: now, room: FutureRoom(room) { _ in false })]
  }

  /// Creates a timeline with all foreseeable ends, for any number of reservations.
  ///
  /// - Parameter handovers: what becomes of claimed room.
  public init(room: Room, holdings: Holdings, handovers: [Handover] = [], now: Instant) {
    self.now = now
    self.room = room
    knowsEnds = true
    steps = holdings.rooms(from: room, handovers: handovers, now: now).map { Step(from: $0.from, room: $0.room) }
    checkInvariants()
  }

  /// Resources that are free now by sums, beside what is reserved from now on.
  public var free: Resources { steps[0].room.free }

  /// Whether a request fits now, regardless of later reservations.
  public func fitsNow(_ request: Resources) -> Bool { steps[0].room.fits(request) }

  /// Whether a deployment within these bounds may be admissible, judged quickly; the answer may turn out too optimistic.
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

  /// Whether a run that begins now is still running at a step.
  private func reaches(_ step: Step, _ runtime: TimeSpan?) -> Bool { runtime.map { now + $0 > step.from } ?? true }

  // MARK: Admission

  /// Returns how long a request fits from now on; `nil` if it does not fit now. A fraction, which needs a GPU that has it
  /// left at all times, may turn out to fit for less.
  public func limits(for request: Resources) -> RuntimeLimits? {
    guard fitsNow(request) else { return nil }
    var limits = RuntimeLimits()
    var cover = cover(for: request)
    for step in steps.dropFirst() where !fits(request, &cover, step) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
      // All further steps are later.
      if knowsEnds { break }
    }
    for step in guards where !fits(request, &cover, step) {
      limits.expected = min(limits.expected, max(0, (step.from - now).nanoseconds))
    }
    for step in promises where !fits(request, &cover, step) {
      limits.promised = min(limits.promised, max(0, (step.from - now).nanoseconds))
    }
    return limits
  }

  /// Returns the GPU shares that an admission would get; `nil` if it does not fit for its whole runtime.
  public func assignment(for request: Resources, runtime: RuntimeBound) -> [GPUShare]? {
    guard fitsNow(request) else { return nil }
    if steps.count == 1, promises.isEmpty, guards.isEmpty { return room.assignment(for: request) }
    var cover = cover(for: request)
    guard fits(request, &cover, for: runtime) else { return nil }
    guard let slot = cover?.fullest, slot < FutureRoom.firstUnnumbered else {
      // On whichever GPUs are empty now.
      return cover == nil ? room.assignment(for: request) : room.gpus.firstEmpty(for: request.gpuMilli)
    }
    return [GPUShare(slot: slot, milli: Int(request.gpuMilli))]
  }

  /// Takes the resources of an admission.
  public mutating func take(_ request: Resources, _ shares: [GPUShare], runtime: RuntimeBound) {
    let fraction = shares.first?.fractionSlot
    if let fraction, hasUnnumbered, steps[0].room.heldMilli(ofShared: fraction) == nil {
      joinUnnumbered(on: fraction, request, runtime)
    }
    room.take(request, shares)
    if knowsEnds, let span = runtime.expected { addStep(at: now + span) }
    for position in steps.indices where position == 0 || reaches(steps[position], runtime.expected) {
      steps[position].room.take(request, on: fraction)
    }
    for position in guards.indices where reaches(guards[position], runtime.expected) {
      guards[position].room.take(request, on: fraction)
    }
    for position in promises.indices where reaches(promises[position], runtime.promised) {
      promises[position].room.take(request, on: fraction)
    }
    checkInvariants()
  }

  /// Has a fraction that is reserved follow on the GPU of an admission, which is empty now, where the admission was judged by
  /// that.
  private mutating func joinUnnumbered(on slot: Int, _ request: Resources, _ runtime: RuntimeBound) {
    var cover = cover(for: request)
    guard fits(request, &cover, for: runtime), let former = cover?.fullest, former >= FutureRoom.firstUnnumbered else {
      return
    }
    for position in steps.indices { steps[position].room.renumber(former, to: slot) }
    for position in guards.indices { guards[position].room.renumber(former, to: slot) }
    for position in promises.indices { promises[position].room.renumber(former, to: slot) }
  }

  /// Returns the GPUs that suit a request now, if it asks for a fraction of one.
  private func cover(for request: Resources) -> FractionCover? {
    request.gpuMilli % 1000 == 0 ? nil : FractionCover(request.gpuMilli, at: steps[0].room)
  }

  /// Whether an admission fits at all steps that it reaches.
  private func fits(_ request: Resources, _ cover: inout FractionCover?, for runtime: RuntimeBound) -> Bool {
    for step in steps.dropFirst() {
      if !reaches(step, runtime.expected) { if knowsEnds { break } else { continue } }
      if !fits(request, &cover, step) { return false }
    }
    for step in guards where reaches(step, runtime.expected) && !fits(request, &cover, step) { return false }
    for step in promises where reaches(step, runtime.promised) && !fits(request, &cover, step) { return false }
    return true
  }

  private func fits(_ request: Resources, _ cover: inout FractionCover?, _ step: Step) -> Bool {
    step.room.fits(request) && cover?.add(step.room) != false
  }

  /// Adds a step at a time at which an admission ends, or a reservation may begin.
  private mutating func addStep(at end: Instant) {
    let position = steps.firstIndex { $0.from >= end } ?? steps.endIndex
    if position == 0 || (position < steps.endIndex && steps[position].from == end) { return }
    steps.insert(Step(from: end, room: steps[position - 1].room), at: position)
  }

  // MARK: Reservation

  /// Reserves room for requests at a time at which they fit together and nothing else is reserved.
  ///
  /// - Parameters:
  ///   - room: the room at that time, before the reservation.
  ///   - from: the time by which admissions must be over unless they fit beside it.
  ///   - isPromise: whether they must be over for certain.
  public mutating func reserve(_ requests: [Resources], in room: Room, from: Instant, isPromise: Bool) {
    let present = self.room.gpus.heldMilli
    var filled = [
      FutureRoom(room) { $0 < present.count && present[$0] > 0 && present[$0] < 1000 }
    ]
    guard place(requests, in: &filled) else { return }
    let step = Step(from: max(from, now), room: filled[0])
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
  /// - Parameters:
  ///   - runtime: their expected runtime; `nil`: endless or unknown.
  ///   - notBefore: the time before which they can't start; `nil` if only room is missing.
  /// - Returns: the start; `nil` if no foreseeable time suits.
  public mutating func reserveEarliest(
    _ requests: [Resources], runtime: TimeSpan?, notBefore: Instant? = nil
  ) -> Instant? {
    // Fractions of several requests may go to one GPU: then only trying tells whether they fit.
    let areCounted = requests.count == 1 || requests.allSatisfy { $0.gpuMilli % 1000 == 0 }
    var sum = requests.reduce(Resources.zero, +)
    if !areCounted { sum.gpuMilli = requests.reduce(0) { $0 + $1.gpuMilli / 1000 * 1000 } }
    if let notBefore { addStep(at: notBefore) }
    var first = steps.firstIndex { $0.from >= notBefore ?? now } ?? steps.endIndex
    search: while first < steps.count {
      let end = runtime.map { steps[first].from + $0 } ?? Instant(nanoseconds: .max)
      var next = first
      while next < steps.count, next == first || steps[next].from < end {
        if !steps[next].room.fits(sum) {
          first = next + 1
          continue search
        }
        next += 1
      }
      let found = steps[first].from
      guard take(requests, at: first..<next, areWhole: areCounted && sum.gpuMilli % 1000 == 0, until: end) else {
        first += 1
        continue
      }
      checkInvariants()
      return found
    }
    return nil
  }

  /// Takes room for requests at some steps. Returns false if fractions do not fit on GPUs that have them left at all of these.
  private mutating func take(
    _ requests: [Resources], at range: Range<Int>, areWhole: Bool, until end: Instant
  ) -> Bool {
    let former = steps[range.upperBound - 1].room
    if areWhole {
      for position in range { for request in requests { steps[position].room.take(request, on: nil) } }
    } else {
      var rooms = steps[range].map(\.room)
      guard place(requests, in: &rooms) else { return false }
      for (position, room) in zip(range, rooms) { steps[position].room = room }
    }
    let next = range.upperBound
    if end > steps[next - 1].from, end.nanoseconds < .max, next == steps.count || steps[next].from > end {
      steps.insert(Step(from: end, room: former), at: next)
    }
    return true
  }

  /// Takes requests one after the other at several times, each of them at all of the times. Returns false if they do not fit.
  private mutating func place(_ requests: [Resources], in rooms: inout [FutureRoom]) -> Bool {
    for request in requests {
      guard rooms.allSatisfy({ $0.fits(request) }) else { return false }
      var slot: Int?
      if request.gpuMilli % 1000 != 0 {
        var cover = FractionCover(request.gpuMilli, at: rooms[0])
        for room in rooms.dropFirst() where !cover.add(room) { return false }
        slot = cover.fullest(now: room.gpus) ?? unnumbered(in: rooms)
        if let slot, slot >= FutureRoom.firstUnnumbered { hasUnnumbered = true }
      }
      for position in rooms.indices { rooms[position].take(request, on: slot) }
    }
    return true
  }

  /// Returns the first number for a GPU that is still to be chosen which is not in use.
  private func unnumbered(in rooms: [FutureRoom]) -> Int {
    var slot = FutureRoom.firstUnnumbered
    while rooms.contains(where: { $0.heldMilli(ofShared: slot) != nil }) { slot += 1 }
    return slot
  }
}

extension Timeline {
  /// Checks, in debug builds, the order of the steps.
  private func checkInvariants() {
    #if DEBUG
    precondition(steps.first?.from == now, "the first step is not now")
    for step in steps + guards + promises {
      precondition(step.from >= now, "a step is over")
      step.room.checkInvariants()
    }
    for (before, step) in zip(steps, steps.dropFirst()) where knowsEnds {
      precondition(before.from < step.from, "the steps are out of order")
    }
    #endif
  }
}
