import FleetModel
import Scheduling
import TestKit
import Testing

/// Indexes and sums against plain models, and what happens when a caller breaks an invariant.
@Suite struct InvariantTests {
  private static func holding(_ run: RunID, _ resources: Resources) -> Holding {
    Holding(
      run: run, resources: resources, gpus: [], admittedAt: Instant(nanoseconds: 0), startedAt: nil, runtime: .unknown)
  }

  private static func resources(_ random: inout SeededGenerator) -> Resources {
    Resources(ramBytes: Int64(random.below(5)), cpuMilli: Int64(random.below(5)), gpuMilli: 0)
  }

  @Test(arguments: 1...20)
  func `holdings agree with a dictionary`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var holdings = Holdings()
    var model: [RunID: Holding] = [:]
    for _ in 0..<200 {
      let run = RunID(Int64(random.below(20)))
      let value = random.chance(40) ? nil : Self.holding(run, Self.resources(&random))
      holdings[run] = value
      model[run] = value
      for run in (0..<20).map({ RunID($0) }) { #expect(holdings[run] == model[run]) }
      #if DEBUG
      holdings.checkInvariants()
      #endif
    }
  }

  @Test(arguments: 1...20)
  func `holders agree with a sum over all runs`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var holders = HoldersByPriority()
    var model: [RunID: (priority: Priority, resources: Resources)] = [:]
    for _ in 0..<200 {
      let run = RunID(Int64(random.below(20)))
      let version = holders.version
      if let present = model.removeValue(forKey: run) {
        holders.remove(run, present.priority, present.resources)
      } else {
        let (priority, resources) = (random.pick(Priority.allCases), Self.resources(&random))
        model[run] = (priority, resources)
        holders.add(run, priority, resources)
      }
      #expect(holders.version != version)
      for priority in Priority.allCases {
        #expect(holders.below(priority).sorted() == model.filter { $0.value.priority < priority }.keys.sorted())
        #expect(holders.areBelow(priority) == model.values.contains { $0.priority < priority })
        let sum = model.values.filter { $0.priority >= priority }.reduce(Resources.zero) { $0 + $1.resources }
        #expect(holders.held(notBelow: priority) == sum)
      }
      #if DEBUG
      holders.checkInvariants { model[$0]?.resources ?? .zero }
      #endif
    }
  }

  @Test func `releasing more than is held ends the process`() async {
    await #expect(processExitsWith: .failure) {
      var room = Room(capacity: Resources(ramBytes: 10, cpuMilli: 10, gpuMilli: 0))
      room.take(Resources(ramBytes: 1, cpuMilli: 1, gpuMilli: 0), [])
      room.give(Resources(ramBytes: 2, cpuMilli: 1, gpuMilli: 0), [])
    }
    await #expect(processExitsWith: .failure) {
      var slots = GPUSlots(count: 2)
      slots.take([GPUShare(slot: 0, milli: 500)])
      slots.give([GPUShare(slot: 1, milli: 500)])
    }
  }

  @Test func `miscounting a waiter or misplacing a holding ends the process`() async {
    await #expect(processExitsWith: .failure) {
      var counts = WaiterCounts()
      counts.add(.low)
      counts.remove(.high)
    }
    await #expect(processExitsWith: .failure) {
      var holdings = Holdings()
      holdings[RunID(1)] = Holding(
        run: RunID(2), resources: .zero, gpus: [], admittedAt: Instant(nanoseconds: 0), startedAt: nil,
        runtime: .unknown)
    }
  }
}
