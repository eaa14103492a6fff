import FleetModel

/// What of a cluster is held from now on: by runs until their predicted ends, and by reservations. An admission must fit at
/// each moment of its run; so whatever it is, it delays no reservation.
public struct Timeline: Sendable {
  /// From a time on until the next step.
  private struct Step: Sendable {
    var from: Instant
    var room: Room
    /// What is reserved then is promised: only what is certain to be over by then may begin before it.
    var isPromised: Bool
  }

  private let now: Instant
  private var steps: [Step]
  /// As full as the fullest of the steps up to each: what fits there fits from now until then.
  private var covers: [Room]

  /// Without reservations, only what is held now matters: it can only become less.
  public init(room: Room, now: Instant) {
    self.now = now
    steps = [Step(from: now, room: room, isPromised: false)]
    covers = [room]
  }

  /// The room now.
  public var room: Room { steps[0].room }

  /// For how long a request fits from now on; nil: it does not fit now.
  public func limits(for request: Resources) -> RuntimeLimits? {
    guard covers[0].assignment(for: request) != nil else { return nil }
    var limits = RuntimeLimits()
    var place = 1
    while place < steps.count {
      if covers[place].assignment(for: request) == nil {
        let span = max(0, (steps[place].from - now).nanoseconds)
        if steps[place].isPromised {
          limits.promised = min(limits.promised, span)
          return limits
        }
        limits.expected = min(limits.expected, span)
      }
      place += 1
    }
    return limits
  }

  /// The GPU shares that an admission would get; nil: it does not fit as long as it may run.
  public func assignment(for request: Resources, runtime: RuntimeBound) -> [GPUShare]? {
    covers[lastStep(of: runtime)].assignment(for: request)
  }

  /// Enters an admission.
  public mutating func take(_ request: Resources, _ shares: [GPUShare], runtime: RuntimeBound) {
    for place in steps.indices where isReached(place, by: runtime) { steps[place].room.take(request, shares) }
    coverAnew(from: 0)
  }

  private func isReached(_ place: Int, by runtime: RuntimeBound) -> Bool {
    if place == 0 { return true }
    let span = steps[place].isPromised ? runtime.promised : runtime.expected
    return span.map { now + $0 > steps[place].from } ?? true
  }

  private func lastStep(of runtime: RuntimeBound) -> Int { steps.indices.last { isReached($0, by: runtime) } ?? 0 }

  private mutating func coverAnew(from first: Int) {
    covers.removeLast(covers.count - first)
    for place in first..<steps.count {
      var room = steps[place].room
      if place > 0 { room.cover(covers[place - 1]) }
      covers.append(room)
    }
  }

  /// Reserves for requests that fit together at a time, where nothing is reserved yet and nothing more will be.
  ///
  /// - Parameter room: the room at that time, before they have theirs.
  /// - Parameter from: when what is admitted now must be over, where it can't stay beside them.
  public mutating func reserve(_ requests: [Resources], in room: Room, from: Instant, isPromised: Bool) {
    var room = room
    for request in requests {
      guard let shares = room.gpus.laterAssignment(gpuMilli: request.gpuMilli, now: steps[0].room.gpus) else { return }
      room.take(request, shares)
    }
    steps.append(Step(from: max(from, now), room: room, isPromised: isPromised))
    coverAnew(from: steps.count - 1)
  }
}
