import FleetModel
import Scheduling
import TestKit
import Testing

@Suite struct RoomTests {
  /// True if a request fits, by trying every slot.
  private func fits(_ request: Int64, _ held: [Int]) -> Bool {
    if request < 1000 { return request == 0 || held.contains { $0 + Int(request) <= 1000 } }
    return held.count { $0 == 0 } >= Int(request / 1000)
  }

  @Test(arguments: 1...50)
  func `GPU slots agree with brute force`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var slots = GPUSlots(count: random.from(0...5))
    var model = [Int](repeating: 0, count: slots.count)
    var placed: [[GPUShare]] = []
    for _ in 0..<200 {
      if random.chance(40), !placed.isEmpty {
        let shares = placed.remove(at: random.below(placed.count))
        for share in shares { model[share.slot] -= share.milli }
        slots.give(shares)
      } else {
        let request = random.pick([Int64(0), 250, 300, 500, 600, 999, 1000, 2000, 3000])
        let shares = slots.assignment(gpuMilli: request)
        #expect((shares != nil) == fits(request, model))
        guard let shares else { continue }
        #expect(shares.reduce(0) { $0 + Int64($1.milli) } == request)
        if request > 0, request < 1000 {
          // The fullest slot that still takes the request, and the first of several.
          let best = model.indices.filter { model[$0] + Int(request) <= 1000 }.max { left, right in
            (model[left], -left) < (model[right], -right)
          }
          #expect(shares.map(\.slot) == [best])
        } else {
          #expect(shares.map(\.slot) == Array(model.indices.filter { model[$0] == 0 }.prefix(shares.count)))
        }
        for share in shares { model[share.slot] += share.milli }
        slots.take(shares)
        placed.append(shares)
      }
      #expect(slots.heldMilli == model)
      #if DEBUG
      slots.checkInvariants()
      #endif
    }
  }

  @Test func `shares of a lost device stay held until they are given back`() {
    var room = Room(capacity: Resources(ramBytes: 10, cpuMilli: 10, gpuMilli: 2000))
    let request = Resources(ramBytes: 6, cpuMilli: 1, gpuMilli: 2000)
    let shares = room.assignment(for: request)
    room.take(request, shares ?? [])
    room.resize(to: Resources(ramBytes: 4, cpuMilli: 10, gpuMilli: 1000))
    #expect(room.overcommitted == [.ram, .gpu])
    room.give(request, shares ?? [])
    #expect(room.overcommitted == [])
    #expect(room.gpus == GPUSlots(count: 1))
    #expect(room.lacking(request) == [.ram, .gpu])
  }
}

@Suite struct QueueTests {
  @Test(arguments: 1...30)
  func `the queue agrees with sorting`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = ReadyQueue()
    var model: [Int: (key: QueueKey, shape: ReadyQueue.Shape)] = [:]
    for _ in 0..<300 {
      let slot = random.below(20)
      if random.chance(35) {
        queue.remove(slot: slot)
        model[slot] = nil
      } else {
        let key = QueueKey(
          priority: random.pick(Priority.allCases), queuedAt: Instant(nanoseconds: Int64(random.below(4))),
          agingAfter: TimeSpan(nanoseconds: Int64(random.below(4))), name: "d\(slot)")
        let request = Resources(ramBytes: Int64(random.below(3)), cpuMilli: 1, gpuMilli: 0)
        let shape = ReadyQueue.Shape(
          request: request, loner: random.chance(20) ? slot : -1, priority: key.priority)
        queue.put(slot: slot, key: key, shape: shape)
        model[slot] = (key, shape)
      }
      let sorted = model.sorted { $0.value.key < $1.value.key }
      #expect(queue.inOrder().map(\.slot) == sorted.map(\.key))
      #expect(queue.count == model.count)
      #if DEBUG
      queue.checkInvariants()
      #endif
      var seen: Set<ReadyQueue.Shape> = []
      let heads = sorted.filter { seen.insert($0.value.shape).inserted }.map(\.key)
      #expect(walk(queue, goesOn: false) == heads)
      #expect(walk(queue, goesOn: true) == sorted.map(\.key))
    }
  }

  /// Slots in the order of a pass: the first of each group, or all of each group in turn.
  private func walk(_ queue: ReadyQueue, goesOn: Bool) -> [Int] {
    var queue = queue
    var candidates = queue.candidates()
    var slots: [Int] = []
    while let entry = queue.takeFirst(of: &candidates, allows: { _ in true }, limits: { _ in RuntimeLimits() }) {
      slots.append(entry.slot)
      if goesOn { queue.addNext(behind: entry, within: RuntimeLimits(), to: &candidates) }
    }
    return slots
  }

  @Test func `waiting entries are counted`() {
    var counts = WaiterCounts()
    #expect(counts.highest == nil)
    counts.add(.low)
    counts.add(.high)
    counts.add(.high)
    counts.remove(.high)
    #expect(counts.highest == .high)
    counts.remove(.high)
    #expect(counts.highest == .low)
  }
}
