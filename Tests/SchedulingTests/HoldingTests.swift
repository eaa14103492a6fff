import FleetModel
import Scheduling
import TestKit
import Testing

/// Ends that are expected of a run, and ends that are promised.
@Suite struct HoldingTests {
  private let began = Instant(nanoseconds: 1_000_000_000_000)

  /// A run with some of a bound, an expectation and a cautious figure.
  private func holding(_ random: inout SeededGenerator) -> Holding {
    func span() -> TimeSpan? { random.chance(70) ? .seconds(Int64(random.from(1...100))) : nil }
    let expected = span()
    var holding = Holding(
      run: RunID(1), resources: .zero, gpus: [], admittedAt: began, startedAt: random.chance(90) ? began : nil,
      runtime: RuntimeBound(promised: span(), expected: expected, cautious: expected == nil ? nil : span()),
      stopGrace: .seconds(Int64(random.pick([0, 10]))))
    if random.chance(10) { holding.grace = .seconds(5) }
    return holding
  }

  @Test func `no end is expected after the promised one, and no promise moves before the bound is reached`() {
    for seed in 1...UInt64(2000) {
      var random = SeededGenerator(seed: seed)
      let holding = holding(&random)
      var first: Instant?
      for seconds in 0...250 {
        let now = began + .seconds(Int64(seconds))
        let (end, promise) = (holding.end(now: now), holding.promisedEnd(now: now))
        if let end {
          #expect(end.at > now, "seed \(seed) at \(seconds)s")
          #expect(end.isPromised == (end.at == promise), "seed \(seed) at \(seconds)s")
        }
        guard let promise else { continue }
        #expect(end.map { $0.at <= promise } == true, "seed \(seed) at \(seconds)s")
        #expect(promise > now, "seed \(seed) at \(seconds)s")
        first = first ?? promise
        // Then it is being stopped, and gone after its grace period.
        let isOver = holding.runtime.promised.map { began + $0 <= now } ?? false
        if holding.startedAt != nil, !isOver { #expect(promise == first, "seed \(seed) at \(seconds)s") }
      }
    }
  }

  @Test func `an expectation is no longer than the bound, and the bound stands in for one that is missing`() {
    func bound(_ promised: Int64?, _ expected: Int64?, _ cautious: Int64? = nil) -> RuntimeBound {
      RuntimeBound(
        promised: promised.map { .seconds($0) }, expected: expected.map { .seconds($0) },
        cautious: cautious.map { .seconds($0) })
    }
    #expect(bound(100, 10).expected == .seconds(10) && bound(100, 10).promised == .seconds(100))
    #expect(bound(100, 200).expected == .seconds(100))
    #expect(bound(100, nil).expected == .seconds(100))
    #expect(bound(nil, 200).expected == .seconds(200) && bound(nil, 200).promised == nil)
    #expect(bound(100, 10, 50).forAdmission == bound(100, 50))
    #expect(bound(100, 10, 500).forAdmission == bound(100, 100))
  }
}
