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
  /// its cautious runtime is predicted to run as long again as it has, but no longer than its bound. A run at its maximum
  /// runtime is being stopped by its engine and is gone after the grace period.
  public func end(now: Instant) -> PredictedTime? {
    if let grace { return PredictedTime(at: now + max(grace, .seconds(1)), isPromised: false) }
    guard let expected = runtime.expected else { return nil }
    let began = startedAt ?? now
    let promise = promisedEnd(now: now)
    if let promised = runtime.promised, began + promised <= now {
      return PredictedTime(at: promise ?? now + Self.reportTimeout, isPromised: promise != nil)
    }
    var end = began + expected
    if end <= now, let cautious = runtime.cautious { end = began + cautious }
    if end <= now {
      end = now + max(now - began, .milliseconds(1))
      if let promised = runtime.promised { end = min(end, began + promised) }
    }
    return PredictedTime(at: end, isPromised: end == promise)
  }

  /// Returns the time by which it is certain to have ended; `nil` if nothing bounds it, or if its start is still to come.
  public func promisedEnd(now: Instant) -> Instant? { isOnItsWay(now: now) ? nil : boundedEnd(now: now) }

  /// Whether its engine has not begun it. It starts later than now, so that its end moves and is no promise; except at the very
  /// time of its admission, where the plan says so.
  func isOnItsWay(now: Instant) -> Bool { startedAt == nil && admittedAt != now }

  /// Returns the time by which it has ended if it begins now at the latest; `nil` if nothing bounds it.
  func boundedEnd(now: Instant) -> Instant? {
    guard grace == nil, let promised = runtime.promised else { return nil }
    let bound = (startedAt ?? now) + promised
    if bound > now { return bound }
    let gone = bound + stopGrace
    return gone > now ? gone : nil
  }

  /// Returns the end that counts for a bound, or for an expectation.
  fileprivate func end(isBound: Bool, now: Instant) -> Instant? { isBound ? boundedEnd(now: now) : end(now: now)?.at }
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

  /// Whether any run has not begun on its engine.
  public func areOnTheirWay(now: Instant) -> Bool { list.contains { $0.isOnItsWay(now: now) } }

  /// A change of the room at a known time.
  private struct Change: Comparable {
    var at: Instant
    var kind: Kind

    enum Kind {
      /// The end of a holding, by its position among those of the runs and, behind them, those that begin by handovers.
      case end(Int)
      case handover(Int)
      /// A time from which on requests may start.
      case notBefore
    }

    static func < (left: Change, right: Change) -> Bool { left.at < right.at }
    static func == (left: Change, right: Change) -> Bool { left.at == right.at }
  }

  /// Returns the holdings of runs and, behind them, those that begin by handovers, with all changes of the room to come, in no
  /// order.
  private func changes(
    _ handovers: [Handover], beside: RunID?, isBound: Bool, now: Instant
  ) -> (holdings: [Holding], changes: [Change]) {
    let gone = Set(handovers.flatMap(\.ended))
    var changes: [Change] = []
    changes.reserveCapacity(list.count + 2)
    for (position, holding) in list.enumerated() where holding.run != beside && !gone.contains(holding.run) {
      guard let end = holding.end(isBound: isBound, now: now) else { continue }
      changes.append(Change(at: end, kind: .end(position)))
    }
    if handovers.isEmpty { return (list, changes) }
    var holdings = list
    for (number, handover) in handovers.enumerated() {
      changes.append(Change(at: handover.at, kind: .handover(number)))
      for holding in handover.begun {
        if let end = holding.end(isBound: isBound, now: now) {
          // No member ends before it begins, however short it is.
          let at = max(end, handover.at + TimeSpan(nanoseconds: 1))
          changes.append(Change(at: at, kind: .end(holdings.count)))
        }
        holdings.append(holding)
      }
    }
    return (holdings, changes)
  }

  /// Returns the earliest time at which requests fit together if nothing else is admitted, with the room at that time;
  /// `nil` if no foreseeable end makes them fit.
  ///
  /// - Parameters:
  ///   - room: the current room, without anything that must not count.
  ///   - beside: a run whose resources have already been taken out of the room.
  ///   - handovers: what becomes of claimed room.
  ///   - notBefore: the time before which they can't start; `nil` if only room is missing.
  ///   - isBound: whether only ends bounded by `maxRuntime` count, so that the time is an upper bound once every run has begun.
  public func earliest(
    _ requests: [Resources], in room: Room, beside: RunID? = nil, and handovers: [Handover] = [],
    notBefore: Instant? = nil, isBound: Bool, now: Instant
  ) -> (start: Instant, room: Room)? {
    var (holdings, found) = changes(handovers, beside: beside, isBound: isBound, now: now)
    if let notBefore { found.append(Change(at: notBefore, kind: .notBefore)) }
    var changes = Heap(found)
    var room = room
    while let change = changes.popMin() {
      switch change.kind {
      case .end(let position): room.give(holdings[position].resources, holdings[position].gpus)
      case .handover(let number):
        let handover = handovers[number]
        room.give(handover.kept, handover.keptGPUs)
        for run in handover.ended where run != beside {
          if let old = self[run] { room.give(old.resources, old.gpus) }
        }
        for member in handover.begun { room.take(member.resources, member.gpus) }
      case .notBefore: break
      }
      // Changes at the same time come together.
      if changes.min?.at == change.at { continue }
      if let notBefore, change.at < notBefore { continue }
      if Self.fit(requests, in: room) { return (change.at, room) }
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
  /// - Parameter handovers: what becomes of claimed room.
  func rooms(from room: Room, handovers: [Handover], now: Instant) -> [(from: Instant, room: FutureRoom)] {
    var (holdings, changes) = changes(handovers, beside: nil, isBound: false, now: now)
    changes.sort()
    let isShared = sharedGPUs(of: room, holdings, handovers)
    let count = room.gpus.count
    var rooms = [(from: now, room: FutureRoom(room) { isShared[$0] })]
    rooms.reserveCapacity(changes.count + 1)
    var left = rooms[0].room
    for change in changes {
      switch change.kind {
      case .end(let position): left.give(holdings[position].resources, holdings[position].gpus, count: count)
      case .handover(let number):
        let handover = handovers[number]
        left.give(handover.kept, handover.keptGPUs, count: count)
        for run in handover.ended { if let old = self[run] { left.give(old.resources, old.gpus, count: count) } }
        for member in handover.begun { left.take(member.resources, on: member.gpus.first?.fractionSlot) }
      case .notBefore: break
      }
      var entered = left
      if !handovers.isEmpty { entered.clampToCapacity() }
      if rooms[rooms.count - 1].from == change.at {
        rooms[rooms.count - 1].room = entered
      } else {
        rooms.append((change.at, entered))
      }
    }
    return rooms
  }

  /// For each GPU, whether fractions of it are held at any time.
  private func sharedGPUs(of room: Room, _ holdings: [Holding], _ handovers: [Handover]) -> [Bool] {
    var isShared = (0..<room.gpus.count).map { slot in
      let held = room.gpus.heldMilli[slot]
      return held % 1000 != 0 || held > 1000
    }
    func note(_ shares: [GPUShare]) {
      for share in shares { if let slot = share.fractionSlot, slot < isShared.count { isShared[slot] = true } }
    }
    for position in holdings.indices { note(holdings[position].gpus) }
    for handover in handovers { note(handover.keptGPUs) }
    return isShared
  }
}

extension GPUShare {
  /// The GPU, if only a fraction of it is held.
  var fractionSlot: Int? { milli > 0 && milli < 1000 ? slot : nil }
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
