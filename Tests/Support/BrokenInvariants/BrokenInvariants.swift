import FleetModel
import Scheduling

/// Breaks the invariant that its argument names, which must end the process. Without an argument it does the same work
/// rightly and ends with 0, so that a test can tell a broken invariant from a broken program.
///
/// This is a program of its own and not an exit test: Swift Testing waits for the children of exit tests by looking at
/// any child that has ended, and never gets past one that somebody else is about to reap.
@main enum BrokenInvariants {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case nil: exercise(given: 1, releasedSlot: 0, removed: .low, key: 2)
    case "room": exercise(given: 2, releasedSlot: 0, removed: .low, key: 2)
    case "gpu-slots": exercise(given: 1, releasedSlot: 1, removed: .low, key: 2)
    case "waiter-counts": exercise(given: 1, releasedSlot: 0, removed: .high, key: 2)
    case "holdings": exercise(given: 1, releasedSlot: 0, removed: .low, key: 1)
    case let name?: print("no such invariant: \(name)")
    }
    print("still alive")
  }

  private static func exercise(given: Int64, releasedSlot: Int, removed: Priority, key: Int64) {
    var room = Room(capacity: Resources(ramBytes: 10, cpuMilli: 10, gpuMilli: 0))
    room.take(Resources(ramBytes: 1, cpuMilli: 1, gpuMilli: 0), [])
    room.give(Resources(ramBytes: given, cpuMilli: 1, gpuMilli: 0), [])
    var slots = GPUSlots(count: 2)
    slots.take([GPUShare(slot: 0, milli: 500)])
    slots.give([GPUShare(slot: releasedSlot, milli: 500)])
    var counts = WaiterCounts()
    counts.add(.low)
    counts.remove(removed)
    var holdings = Holdings()
    holdings[RunID(key)] = Holding(
      run: RunID(2), resources: .zero, gpus: [], admittedAt: Instant(nanoseconds: 0), startedAt: nil,
      runtime: .unknown)
  }
}
