import FleetModel
import Scheduling
import Testing

@Suite struct TimelineTests {
  private let now = Instant(nanoseconds: 0)

  private func request(cpu: Int64 = 0, gpuMilli: Int64) -> Resources {
    Resources(ramBytes: 0, cpuMilli: cpu * 1000, gpuMilli: gpuMilli)
  }

  private func room(cpu: Int64 = 0, gpus: Int64, holding held: [(Int64, [GPUShare])] = []) -> Room {
    var room = Room(capacity: request(cpu: cpu, gpuMilli: gpus * 1000))
    for (cpu, shares) in held {
      room.take(request(cpu: cpu, gpuMilli: shares.reduce(0) { $0 + Int64($1.milli) }), shares)
    }
    return room
  }

  private func lasting(_ seconds: Int64?) -> RuntimeBound {
    RuntimeBound(promised: nil, expected: seconds.map { .seconds($0) })
  }

  /// Which GPUs come back, and which are free, does not matter.
  @Test func `any empty GPUs serve a reservation of whole ones`() {
    let busy = room(gpus: 4, holding: [(0, [GPUShare(slot: 0, milli: 1000), GPUShare(slot: 1, milli: 1000)])])
    var timeline = Timeline(room: busy, now: now)
    timeline.reserve([request(gpuMilli: 3000)], in: room(gpus: 4), from: now + .seconds(10), isPromise: false)
    #expect(timeline.assignment(for: request(gpuMilli: 2000), runtime: lasting(11)) == nil)
    let shares = timeline.assignment(for: request(gpuMilli: 1000), runtime: lasting(11))
    #expect(shares == [GPUShare(slot: 2, milli: 1000)])
    #expect(timeline.assignment(for: request(gpuMilli: 2000), runtime: lasting(10))?.count == 2)
    timeline.take(request(gpuMilli: 1000), shares ?? [], runtime: lasting(11))
    #expect(timeline.assignment(for: request(gpuMilli: 1000), runtime: lasting(11)) == nil)
  }

  /// The reservation needs processors, and a half of the only GPU.
  @Test func `a fraction starts on the GPU on which another is reserved`() {
    let busy = room(cpu: 1, gpus: 1, holding: [(1, [])])
    var timeline = Timeline(room: busy, now: now)
    let later = room(cpu: 1, gpus: 1)
    timeline.reserve([request(cpu: 1, gpuMilli: 500)], in: later, from: now + .seconds(10), isPromise: false)
    #expect(timeline.assignment(for: request(gpuMilli: 600), runtime: lasting(nil)) == nil)
    #expect(timeline.assignment(for: request(gpuMilli: 600), runtime: lasting(10)) != nil)
    let shares = timeline.assignment(for: request(gpuMilli: 500), runtime: lasting(nil))
    #expect(shares == [GPUShare(slot: 0, milli: 500)])
    timeline.take(request(gpuMilli: 500), shares ?? [], runtime: lasting(nil))
    #expect(timeline.assignment(for: request(gpuMilli: 100), runtime: lasting(nil)) == nil)
    #expect(timeline.assignment(for: request(gpuMilli: 500), runtime: lasting(10)) == [GPUShare(slot: 0, milli: 500)])
  }

  /// Two GPUs are shared, each by a fraction that ends and one that stays.
  @Test func `three fractions of 0.6 do not reserve two GPUs`() {
    var holdings = Holdings()
    var room = room(gpus: 2)
    for (run, slot, milli, runtime) in [(1, 0, 900, 10), (2, 1, 900, 20)] as [(Int64, Int, Int, Int64)] {
      let shares = [GPUShare(slot: slot, milli: milli)]
      room.take(request(gpuMilli: Int64(milli)), shares)
      holdings[RunID(run)] = Holding(
        run: RunID(run), resources: request(gpuMilli: Int64(milli)), gpus: shares, admittedAt: now, startedAt: now,
        runtime: lasting(runtime))
    }
    var timeline = Timeline(room: room, holdings: holdings, now: now)
    let fraction = request(gpuMilli: 600)
    #expect(timeline.reserveEarliest([fraction], runtime: .seconds(100)) == now + .seconds(10))
    #expect(timeline.reserveEarliest([fraction], runtime: .seconds(100)) == now + .seconds(20))
    #expect(timeline.reserveEarliest([fraction], runtime: .seconds(100)) == now + .seconds(110))
    #expect(timeline.reserveEarliest([request(gpuMilli: 400)], runtime: .seconds(5)) == now + .seconds(10))
    #expect(timeline.reserveEarliest([request(gpuMilli: 2000)], runtime: nil) == now + .seconds(210))
  }
}
