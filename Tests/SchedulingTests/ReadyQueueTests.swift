import FleetModel
import TestKit
import Testing

@testable import Scheduling

/// The search of the queue, compared with a search of every entry, and the number of entries that it visits.
@Suite struct ReadyQueueTests {
  private struct Waiter {
    var slot: Int
    var key: QueueKey
    var shape: ReadyQueue.Shape
    var runtime: RuntimeBound
  }

  /// Visited entries leave meanwhile, as admitted ones do, and others with them.
  @Test(arguments: 1...40)
  func `entries that fit are visited in the order of the queue`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = ReadyQueue()
    var waiters = (0..<random.from(1...120)).map { Self.waiter($0, &random) }
    for waiter in waiters { Self.put(waiter, into: &queue) }
    for _ in 0..<random.below(40) {
      let place = random.below(waiters.count)
      if random.chance(50) { waiters[place] = Self.waiter(waiters[place].slot, &random) }
      Self.put(waiters[place], into: &queue)
    }
    for _ in 0..<4 {
      let room = Resources(
        ramBytes: Int64(random.below(12)), cpuMilli: Int64(random.below(12)), gpuMilli: Int64(random.below(3)) * 500)
      var limits = RuntimeLimits()
      if random.chance(60) { limits.expected = Int64(random.below(10)) }
      if random.chance(40) { limits.promised = Int64(random.below(10)) }
      var expected = waiters.filter { waiter in
        Self.isWithin(room, waiter.shape.request) && limits.allows(waiter.runtime)
      }.sorted { $0.key == $1.key ? $0.slot < $1.slot : $0.key < $1.key }
      var candidates = queue.candidates()
      var met: [Int] = []
      while let entry = queue.takeFirst(
        of: &candidates, allows: { Self.isWithin(room, $0.request) },
        limits: { Self.isWithin(room, $0.request) ? limits : nil })
      {
        queue.addNext(behind: entry, within: limits, to: &candidates)
        if !waiters.contains(where: { $0.slot == entry.slot }) { continue }
        met.append(entry.slot)
        for slot in random.chance(30) ? [entry.slot, random.below(120)] : [] {
          queue.remove(slot: slot)
          waiters.removeAll { $0.slot == slot }
          if !met.contains(slot) { expected.removeAll { $0.slot == slot } }
        }
      }
      #expect(met == expected.map(\.slot))
      #expect(queue.inOrder().map(\.slot).sorted() == waiters.map(\.slot).sorted())
      #if DEBUG
      queue.checkInvariants()
      #endif
    }
  }

  /// Few of many requests fit, and not each of them is visited.
  @Test func `groups that do not fit are skipped together`() {
    var visits: [Int] = []
    for count in [2000, 20_000] {
      var random = SeededGenerator(seed: 5)
      var queue = ReadyQueue()
      for slot in 0..<count {
        let request = Resources(
          ramBytes: Int64(1 + random.below(1 << 20)), cpuMilli: Int64(1 + random.below(1 << 20)),
          gpuMilli: Int64(random.below(9)) * 1000)
        queue.put(slot: slot, key: Self.key(slot, at: Int64(slot)), shape: ReadyQueue.Shape(request: request))
      }
      // A quarter of the largest memory, a fiftieth of the cores, two GPUs: few requests fit.
      let room = Resources(ramBytes: 1 << 18, cpuMilli: 20_000, gpuMilli: 2000)
      var candidates = queue.candidates()
      var found = 0
      while queue.takeFirst(
        of: &candidates, allows: { Self.isWithin(room, $0.request) }, limits: { _ in RuntimeLimits() }) != nil
      { found += 1 }
      #expect(found > 0 && found < count / 200)
      visits.append(candidates.visits)
      #expect(!queue.hasGroup { Self.isWithin(Resources(ramBytes: 0, cpuMilli: 9, gpuMilli: 9000), $0.request) })
    }
    #expect(visits[1] < 20_000 / 10)
    #expect(visits[1] < visits[0] * 6)
  }

  /// The first entry among many requests.
  @Test func `the first entry is found without visiting the others`() {
    var queue = ReadyQueue()
    for slot in 0..<20_000 {
      let request = Resources(ramBytes: Int64(1 + slot * 7919 % 20_000), cpuMilli: 1, gpuMilli: 0)
      queue.put(slot: slot, key: Self.key(slot, at: Int64(slot)), shape: ReadyQueue.Shape(request: request))
    }
    var candidates = queue.candidates()
    let first = queue.takeFirst(of: &candidates, allows: { _ in true }, limits: { _ in RuntimeLimits() })
    #expect(first?.slot == 0)
    #expect(candidates.visits < 200)
  }

  @Test func `neighbors on the curve ask for similar amounts`() {
    #expect(MortonCurve.coordinate(0) == 0)
    let amounts: [Int64] = [1, 2, 3, 1000, 1001, 4000, 1 << 30, (1 << 30) + (1 << 20), 1 << 40, .max]
    for (less, more) in zip(amounts, amounts.dropFirst()) {
      #expect(MortonCurve.coordinate(less) < MortonCurve.coordinate(more))
    }
    let keys = [(1, 0, 0), (0, 1, 0), (0, 0, 1)].map { ram, cpu, gpu in
      MortonCurve.key(of: Resources(ramBytes: ram, cpuMilli: cpu, gpuMilli: gpu))
    }
    #expect(keys == [1 << 30, 1 << 31, 1 << 32])
  }

  private static func isWithin(_ room: Resources, _ request: Resources) -> Bool {
    Dimension.allCases.allSatisfy { request[$0] <= room[$0] }
  }

  private static func key(_ slot: Int, at: Int64) -> QueueKey {
    QueueKey(priority: .medium, queuedAt: Instant(nanoseconds: at), agingAfter: .seconds(1), name: "d\(slot)")
  }

  private static func waiter(_ slot: Int, _ random: inout SeededGenerator) -> Waiter {
    let request = Resources(
      ramBytes: Int64(random.below(16)), cpuMilli: Int64(random.below(16)), gpuMilli: Int64(random.below(4)) * 500)
    let runtime: RuntimeBound =
      switch random.below(3) {
      case 0: RuntimeBound(promised: TimeSpan(nanoseconds: Int64(1 + random.below(12))), expected: nil)
      case 1: RuntimeBound(promised: nil, expected: TimeSpan(nanoseconds: Int64(1 + random.below(12))))
      default: .unknown
      }
    return Waiter(
      slot: slot, key: key(slot, at: Int64(random.below(30))),
      shape: ReadyQueue.Shape(request: request, loner: random.chance(15) ? slot : -1), runtime: runtime)
  }

  private static func put(_ waiter: Waiter, into queue: inout ReadyQueue) {
    queue.put(slot: waiter.slot, key: waiter.key, shape: waiter.shape, runtime: waiter.runtime)
  }
}
