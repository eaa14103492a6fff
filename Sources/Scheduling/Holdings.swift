import FleetModel
import HeapModule

/// What one run holds, and for how long as far as one can know.
public struct Holding: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// What it holds.
  public var resources: Resources
  /// Its GPUs.
  public var gpus: [GPUShare]
  /// When it was admitted.
  public var admittedAt: Instant
  /// When its execution was confirmed; nil: it may begin at any time.
  public var startedAt: Instant?
  /// How long it may take.
  public var runtime: RuntimeBound
  /// It was asked to stop, and has this long to do so; nil: it was not.
  public var grace: TimeSpan?
  /// Since when it has been asked to stop, if that is known.
  public var stoppingSince: Instant?
  /// How long its engine gives it when it stops it at its bound.
  public var stopGrace: TimeSpan

  /// Makes one.
  public init(
    run: RunID, resources: Resources, gpus: [GPUShare], admittedAt: Instant, startedAt: Instant?,
    runtime: RuntimeBound, stopGrace: TimeSpan = .zero
  ) {
    self.run = run
    self.resources = resources
    self.gpus = gpus
    self.admittedAt = admittedAt
    self.startedAt = startedAt
    self.runtime = runtime
    self.stopGrace = stopGrace
  }

  /// How long after its bound, and the grace that follows it, word of an end is awaited at most; and then again.
  private static let patience = TimeSpan.seconds(5)

  /// When to look again whether it has ended: as `end` says; but one that was asked to stop and does not go is looked for ever
  /// less often. Word of its end is awaited anyway.
  public func nextLook(now: Instant) -> Instant? {
    guard let end = end(now: now)?.at else { return nil }
    guard grace != nil, let stoppingSince else { return end }
    return max(end, now + (now - stoppingSince))
  }

  /// When it ends; nil: never, or nobody knows. One that has outrun what was expected of it, and what it takes in nine of ten
  /// cases where that is known, is taken to last as long again as it has lasted; one at its bound is being stopped by its
  /// engine, and gone when its grace is over.
  public func end(now: Instant) -> PredictedTime? {
    if let grace { return PredictedTime(at: now + max(grace, .seconds(1)), isPromised: false) }
    guard let expected = runtime.expected else { return nil }
    let began = startedAt ?? now
    let end = began + expected
    // What waits inside its engine begins later than now, and its end moves along: that is no promise. In the moment of the
    // admission itself it is what the plan says.
    let isFixed = startedAt != nil || admittedAt == now
    if end > now { return PredictedTime(at: end, isPromised: runtime.promised != nil && isFixed) }
    if let promised = runtime.promised {
      let gone = began + promised + stopGrace
      return gone > now
        ? PredictedTime(at: gone, isPromised: true) : PredictedTime(at: now + Self.patience, isPromised: false)
    }
    if let cautious = runtime.cautious, began + cautious > now {
      return PredictedTime(at: began + cautious, isPromised: false)
    }
    let elapsed = max(now - began, .milliseconds(1))
    return PredictedTime(at: now + elapsed, isPromised: false)
  }
}

/// What the live runs of a cluster hold. Close together, because every pass reads all of them.
public struct Holdings: Sendable {
  private var list: [Holding] = []
  private var places: [RunID: Int] = [:]

  /// None.
  public init() {}

  /// Of a run.
  public subscript(run: RunID) -> Holding? {
    get { places[run].map { list[$0] } }
    set {
      switch (places[run], newValue) {
      case (let place?, let value?): list[place] = value
      case (nil, let value?):
        places[run] = list.count
        list.append(value)
      case (let place?, nil):
        places[run] = nil
        let last = list.removeLast()
        if last.run != run {
          list[place] = last
          places[last.run] = place
        }
      case (nil, nil): break
      }
    }
  }

  /// The first time at which requests fit together, if nothing else is admitted, with the room as it is then; nil: no end
  /// that can be foreseen makes them fit.
  ///
  /// - Parameter room: as it is now, without what is not to count.
  /// - Parameter beside: a run whose part has been taken out of the room already.
  /// - Parameter future: what is held in the room and is none of these runs'.
  /// - Parameter isPromise: only ends count that `maxRuntime` bounds, so that it comes no later.
  public func earliest(
    _ requests: [Resources], in room: Room, beside: RunID? = nil, and future: [Holding] = [], isPromise: Bool,
    now: Instant
  ) -> (start: Instant, room: Room)? {
    struct End: Comparable {
      var at: Instant
      var place: Int
      static func < (left: End, right: End) -> Bool { left.at < right.at }
    }
    var found: [End] = []
    found.reserveCapacity(list.count)
    for (place, holding) in list.enumerated() where holding.run != beside {
      guard let end = holding.end(now: now), end.isPromised || !isPromise else { continue }
      found.append(End(at: end.at, place: place))
    }
    for (place, holding) in future.enumerated() {
      guard let end = holding.end(now: now), end.isPromised || !isPromise else { continue }
      found.append(End(at: end.at, place: list.count + place))
    }
    var ends = Heap(found)
    var room = room
    while let end = ends.popMin() {
      let over = end.place < list.count ? list[end.place] : future[end.place - list.count]
      room.give(over.resources, over.gpus)
      // What ends at one moment ends together.
      if ends.min?.at == end.at { continue }
      if Self.fit(requests, in: room) { return (end.at, room) }
    }
    return nil
  }

  static func fit(_ requests: [Resources], in room: Room) -> Bool {
    if requests.count == 1 { return room.admits(requests[0]) }
    var room = room
    for request in requests {
      guard let shares = room.assignment(for: request) else { return false }
      room.take(request, shares)
    }
    return true
  }

  /// The room at each time at which it changes, from now on.
  /// - Parameter later: the room from which on to count, with what is held in it and is none of these runs'.
  func rooms(
    from room: Room, later: (room: Room, future: [Holding])?, now: Instant
  ) -> [(from: Instant, room: Room)] {
    var ends = (list + (later?.future ?? [])).compactMap { holding in
      holding.end(now: now).map { (at: $0.at, holding: holding) }
    }
    ends.sort { ($0.at, $0.holding.run) < ($1.at, $1.holding.run) }
    var rooms = [(from: now, room: room)]
    var room = later?.room ?? room
    for (at, holding) in ends {
      room.give(holding.resources, holding.gpus)
      let entered = later == nil ? room : room.clampedToCapacity
      if rooms[rooms.count - 1].from == at {
        rooms[rooms.count - 1].room = entered
      } else {
        rooms.append((at, entered))
      }
    }
    return rooms
  }
}
