import FleetModel
import Scheduling
import TestKit
import Testing

/// The free processors and whole GPUs of every second: what a `Timeline` stands for, in its plainest form.
private struct SecondBySecond {
  /// Times beyond the last second are as the last.
  static let seconds = 1000
  private var free: [(cpu: Int64, gpus: Int64)]

  init(_ capacity: Resources) {
    free = Array(repeating: (capacity.cpuMilli, capacity.gpuMilli / 1000), count: Self.seconds)
  }

  private func range(from start: Int, for runtime: Int?) -> Range<Int> {
    start..<min(Self.seconds, runtime.map { start + $0 } ?? Self.seconds)
  }

  func fits(_ request: Resources, at second: Int) -> Bool {
    request.cpuMilli <= free[second].cpu && request.gpuMilli / 1000 <= free[second].gpus
  }

  func fits(_ request: Resources, from start: Int, for runtime: Int?) -> Bool {
    range(from: start, for: runtime).allSatisfy { fits(request, at: $0) }
  }

  /// The first second from which a request fits for its whole runtime; `nil`: there is none.
  func earliest(_ request: Resources, for runtime: Int?, notBefore: Int) -> Int? {
    (notBefore..<Self.seconds).first { fits(request, from: $0, for: runtime) }
  }

  mutating func take(_ request: Resources, from start: Int, for runtime: Int?) {
    for second in range(from: start, for: runtime) {
      free[second].cpu -= request.cpuMilli
      free[second].gpus -= request.gpuMilli / 1000
    }
  }
}

@Suite struct TimelineModelTests {
  private let now = Instant(nanoseconds: 0)

  private func request(_ random: inout SeededGenerator, gpus: Int) -> Resources {
    Resources(
      ramBytes: 0, cpuMilli: Int64(random.from(1...4)) * 1000, gpuMilli: Int64(random.from(0...min(gpus, 2))) * 1000)
  }

  private func span(_ seconds: Int?) -> TimeSpan? { seconds.map { .seconds(Int64($0)) } }

  /// Makes a cluster with runs, as a timeline and second by second.
  private func make(_ random: inout SeededGenerator, gpus: Int) -> (timeline: Timeline, model: SecondBySecond) {
    let capacity = Resources(
      ramBytes: 0, cpuMilli: Int64(random.from(4...10)) * 1000, gpuMilli: Int64(gpus) * 1000)
    var model = SecondBySecond(capacity)
    var room = Room(capacity: capacity)
    var holdings = Holdings()
    for number in 1...6 {
      let wanted = request(&random, gpus: gpus)
      guard let shares = room.assignment(for: wanted) else { continue }
      let runtime = random.chance(80) ? random.from(1...30) : nil
      room.take(wanted, shares)
      model.take(wanted, from: 0, for: runtime)
      holdings[RunID(Int64(number))] = Holding(
        run: RunID(Int64(number)), resources: wanted, gpus: shares, admittedAt: now, startedAt: now,
        runtime: RuntimeBound(promised: nil, expected: span(runtime)))
    }
    return (Timeline(room: room, holdings: holdings, now: now), model)
  }

  @Test(arguments: 1...UInt64(400))
  func `reservations and admissions are those of the room second by second`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let gpus = random.from(0...4)
    var (timeline, model) = make(&random, gpus: gpus)
    for step in 0..<20 {
      let runtime = random.chance(85) ? random.from(1...20) : nil
      if random.chance(50) {
        let requests = (0..<random.from(1...2)).map { _ in request(&random, gpus: gpus) }
        let sum = requests.reduce(.zero, +)
        let notBefore = random.chance(30) ? random.from(1...25) : nil
        let expected = model.earliest(sum, for: runtime, notBefore: notBefore ?? 0)
        let start = timeline.reserveEarliest(
          requests, runtime: span(runtime), notBefore: notBefore.map { now + .seconds(Int64($0)) })
        #expect(start == expected.map { now + .seconds(Int64($0)) }, "seed \(seed), step \(step)")
        if let expected { model.take(sum, from: expected, for: runtime) }
        continue
      }
      let wanted = request(&random, gpus: gpus)
      let bound = RuntimeBound(promised: nil, expected: span(runtime))
      let end = (0..<SecondBySecond.seconds).first { !model.fits(wanted, at: $0) }
      let limits = timeline.limits(for: wanted)
      #expect((limits == nil) == (end == 0), "seed \(seed), step \(step)")
      if let limits {
        let most = end.map { TimeSpan.seconds(Int64($0)).nanoseconds } ?? .max
        #expect(limits.expected == most && limits.promised == .max, "seed \(seed), step \(step)")
      }
      let shares = timeline.assignment(for: wanted, runtime: bound)
      #expect((shares != nil) == model.fits(wanted, from: 0, for: runtime), "seed \(seed), step \(step)")
      guard let shares else { continue }
      timeline.take(wanted, shares, runtime: bound)
      model.take(wanted, from: 0, for: runtime)
    }
  }
}
