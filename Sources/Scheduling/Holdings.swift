import FleetModel
import HeapModule

/// The resources that one run holds and how long it is expected to hold them.
public struct Holding: Sendable, Hashable {
  /// The run that holds the resources.
  public var run: RunID
  /// The resources held.
  public var resources: Resources
  /// The GPU shares held.
  public var gpus: [GPUShare]
  /// The time of the run's admission.
  public var admittedAt: Instant
  /// The time at which its execution was confirmed; `nil` if it may begin at any time.
  public var startedAt: Instant?
  /// Bounds and estimates of its runtime.
  public var runtime: RuntimeBound
  /// The grace period of a run that was asked to stop; `nil` if it was not.
  public var grace: TimeSpan?
  /// The time at which it was asked to stop, if known.
  public var stoppingSince: Instant?
  /// The grace period that its engine allows when the maximum runtime is reached.
  public var stopGrace: TimeSpan

  /// Creates a holding of a run that was not asked to stop.
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

  /// Interval after the maximum runtime and its grace period within which the report of an end is expected, and after
  /// which it is expected again.
  private static let reportTimeout = TimeSpan.seconds(5)

  /// Returns the time of the next check for its end: the predicted end. A run that was asked to stop and does not is
  /// checked at growing intervals, because its end is reported anyway.
  public func nextLook(now: Instant) -> Instant? {
    guard let end = end(now: now)?.at else { return nil }
    guard grace != nil, let stoppingSince else { return end }
    return max(end, now + (now - stoppingSince))
  }

  /// Returns the predicted end; `nil` if it never ends or nothing is known. A run that exceeded both its expected and
  /// its cautious runtime is predicted to run as long again as it has. A run at its maximum runtime is being stopped by
  /// its engine and is gone after the grace period.
  public func end(now: Instant) -> PredictedTime? {
    if let grace { return PredictedTime(at: now + max(grace, .seconds(1)), isPromised: false) }
    guard let expected = runtime.expected else { return nil }
    let began = startedAt ?? now
    let end = began + expected
    // A run that waits inside its engine starts later than now, so its end moves and is no promise; except at the very
    // time of its admission, where the plan says so.
    let isFixed = startedAt != nil || admittedAt == now
    if end > now { return PredictedTime(at: end, isPromised: runtime.promised != nil && isFixed) }
    if let promised = runtime.promised {
      let gone = began + promised + stopGrace
      return gone > now
        ? PredictedTime(at: gone, isPromised: true) : PredictedTime(at: now + Self.reportTimeout, isPromised: false)
    }
    if let cautious = runtime.cautious, began + cautious > now {
      return PredictedTime(at: began + cautious, isPromised: false)
    }
    let elapsed = max(now - began, .milliseconds(1))
    return PredictedTime(at: now + elapsed, isPromised: false)
  }
}

/// The holdings of a cluster's live runs, contiguous in memory because every pass reads all of them.
public struct Holdings: Sendable {
  private var list: [Holding] = []
  private var positions: [RunID: Int] = [:]

  /// Creates an empty collection.
  public init() {}

  /// The holding of a run; `nil` if it holds nothing.
  public subscript(run: RunID) -> Holding? {
    get { positions[run].map { list[$0] } }
    set {
      precondition(newValue.map { $0.run == run } ?? true, "a holding is entered for another run")
      switch (positions[run], newValue) {
      case (let position?, let value?): list[position] = value
      case (nil, let value?):
        positions[run] = list.count
        list.append(value)
      case (let position?, nil):
        positions[run] = nil
        let last = list.removeLast()
        if last.run != run {
          list[position] = last
          positions[last.run] = position
        }
      case (nil, nil): break
      }
    }
  }

  /// Returns the earliest time at which requests fit together if nothing else is admitted, with the room at that time;
  /// `nil` if no foreseeable end makes them fit.
  ///
  /// - Parameters:
  ///   - room: the current room, without anything that must not count.
  ///   - beside: a run whose resources have already been taken out of the room.
  ///   - future: holdings in the room that belong to none of these runs.
  ///   - notBefore: the time before which they can't start; `nil` if only room is missing.
  ///   - isPromise: whether only ends bounded by `maxRuntime` count, so that the time is an upper bound.
  public func earliest(
    _ requests: [Resources], in room: Room, beside: RunID? = nil, and future: [Holding] = [],
    notBefore: Instant? = nil, isPromise: Bool, now: Instant
  ) -> (start: Instant, room: Room)? {
    struct End: Comparable {
      var at: Instant
      /// The position of the holding; -1 for the time before which they can't start.
      var position: Int
      static func < (left: End, right: End) -> Bool { left.at < right.at }
    }
    var found: [End] = []
    found.reserveCapacity(list.count)
    for (position, holding) in list.enumerated() where holding.run != beside {
      guard let end = holding.end(now: now), end.isPromised || !isPromise else { continue }
      found.append(End(at: end.at, position: position))
    }
    for (position, holding) in future.enumerated() {
      guard let end = holding.end(now: now), end.isPromised || !isPromise else { continue }
      found.append(End(at: end.at, position: list.count + position))
    }
    if let notBefore { found.append(End(at: notBefore, position: -1)) }
    var ends = Heap(found)
    var room = room
    while let end = ends.popMin() {
      if end.position >= 0 {
        let over = end.position < list.count ? list[end.position] : future[end.position - list.count]
        room.give(over.resources, over.gpus)
      }
      // Runs that end at the same time end together.
      if ends.min?.at == end.at { continue }
      if let notBefore, end.at < notBefore { continue }
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

  /// Returns the room at each time from now on at which it changes.
  ///
  /// - Parameter later: the room to continue from after now, with holdings in it that belong to none of these runs.
  func rooms(
    from room: Room, later: (room: Room, future: [Holding])?, now: Instant
  ) -> [(from: Instant, room: FutureRoom)] {
    let all = later.map { list + $0.future } ?? list
    var ends: [(at: Instant, position: Int)] = []
    ends.reserveCapacity(all.count)
    var isShared = [Bool](repeating: false, count: room.gpus.count)
    for position in all.indices {
      if let end = all[position].end(now: now) { ends.append((end.at, position)) }
      for share in all[position].gpus where share.milli < 1000 && share.slot < room.gpus.count {
        isShared[share.slot] = true
      }
    }
    ends.sort { $0.at < $1.at }
    for slot in isShared.indices {
      for held in [room.gpus.heldMilli[slot], later?.room.gpus.heldMilli[slot] ?? 0]
      where held % 1000 != 0 || held > 1000 {
        isShared[slot] = true
      }
    }
    var rooms = [(from: now, room: FutureRoom(room) { isShared[$0] })]
    rooms.reserveCapacity(ends.count + 1)
    var left = later.map { FutureRoom($0.room) { isShared[$0] } } ?? rooms[0].room
    for (at, position) in ends {
      left.give(all[position].resources, all[position].gpus, count: room.gpus.count)
      var entered = left
      if later != nil { entered.clampToCapacity() }
      if rooms[rooms.count - 1].from == at {
        rooms[rooms.count - 1].room = entered
      } else {
        rooms.append((at, entered))
      }
    }
    return rooms
  }
}

#if DEBUG
extension Holdings {
  /// Checks that the index by run agrees with the list.
  public func checkInvariants() {
    precondition(positions.count == list.count, "a holding is in the list twice or not at all")
    for (position, holding) in list.enumerated() {
      precondition(positions[holding.run] == position, "the index by run names another position")
    }
  }

  /// The runs that hold something, in no order that may reach a result.
  public var runs: [RunID] { list.map(\.run) }
}
#endif
