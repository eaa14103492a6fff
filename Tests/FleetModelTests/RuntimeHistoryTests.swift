import FleetModel
import Testing

@Suite struct RuntimeHistoryTests {
  private let key = RuntimeKey(user: UserID(1), image: "train:1")

  private func history(_ seconds: [Int64]) -> RuntimeHistory {
    var history = RuntimeHistory(key)
    for (place, span) in seconds.enumerated() {
      history.add(.seconds(span), declared: nil, endedAt: Instant(nanoseconds: Int64(place)))
    }
    return history
  }

  @Test func `five runs make an estimate`() {
    #expect(history([30, 10, 50, 20]).estimate == nil)
    #expect(
      history([30, 10, 50, 20, 40]).estimate == RuntimeEstimate(p50: .seconds(30), p90: .seconds(50), runs: 5))
  }

  /// All waiting jobs are sorted anew when the 90th percentile changes, which must therefore not follow every run.
  @Test func `an estimate is computed again at every fifth run`() {
    let five = [100, 100, 100, 100, 100] as [Int64]
    #expect(history(five + [500, 500, 500, 500]).estimate?.p90 == .seconds(100))
    #expect(history(five + [500, 500, 500, 500, 500]).estimate?.p90 == .seconds(500))
    #expect(history(five + [109, 109, 109, 109, 109, 109]).estimate?.runs == 5)
  }

  @Test func `the median changes by steps of a tenth, the 90th percentile by a quarter`() {
    let spread = [100, 100, 100, 100, 200] as [Int64]
    #expect(history(spread + [130, 130, 130, 130, 240, 130, 130, 130, 130, 130]).estimate?.p50 == .seconds(130))
    #expect(history(spread + [130, 130, 130, 130, 240]).estimate?.p90 == .seconds(200))
    #expect(history(spread + [130, 130, 130, 260, 260]).estimate?.p90 == .seconds(260))
    // Never below the median.
    let risen = history([Int64](repeating: 100, count: 5) + [Int64](repeating: 120, count: 15)).estimate
    #expect(risen?.p50 == .seconds(120))
    #expect(risen?.p90 == .seconds(120))
  }

  @Test func `the last twenty runs count`() {
    let old = history([Int64](repeating: 100, count: 20) + [Int64](repeating: 300, count: 20))
    #expect(old.estimate == RuntimeEstimate(p50: .seconds(300), p90: .seconds(300), runs: 20))
    #expect(old.durations.latest.count == QuantileHistory.latestLimit)
    #expect(old.durations.count == 40)
    #expect(old.lastEnd == Instant(nanoseconds: 39))
  }

  @Test func `a run too short to measure does not count as zero`() {
    #expect(history([0, 0, 0, 0, 0]).estimate?.p50 == .milliseconds(1))
  }

  @Test func `a row without an estimate gets the one of its runs`() {
    func made(_ latest: [Int64]) -> RuntimeHistory {
      RuntimeHistory(
        key, durations: QuantileHistory(count: latest.count, latest: latest, quantiles: nil), ratios: QuantileHistory(),
        lastEnd: Instant(nanoseconds: 0))
    }
    #expect(
      made([1000, 2000, 3000, 4000, 5000, 6000, 7000]).estimate
        == RuntimeEstimate(p50: .seconds(4), p90: .seconds(7), runs: 7))
    #expect(made([1, 2, 3, 4]).estimate == nil)
  }

  private func corrected(_ runs: [(took: TimeSpan, declared: TimeSpan?)]) -> RuntimeHistory {
    var history = RuntimeHistory(key)
    for run in runs { history.add(run.took, declared: run.declared, endedAt: Instant(nanoseconds: 0)) }
    return history
  }

  @Test func `what is declared is corrected by what earlier runs took of it`() {
    let slow = corrected(
      [(.seconds(15), .seconds(10)), (.seconds(150), .seconds(100))]
        + Array(repeating: (.seconds(3), .seconds(2)), count: 3))
    #expect(slow.correction == RuntimeCorrection(p50: 1500, p90: 1500, runs: 5))
    #expect(slow.correction?.estimate(declared: .seconds(60)).p50 == .seconds(90))
    // A run that declares nothing, or no time at all, has no ratio.
    #expect(corrected(Array(repeating: (.seconds(1), nil), count: 9)).correction == nil)
    #expect(corrected(Array(repeating: (.seconds(1), .zero), count: 9)).correction == nil)
  }

  @Test(arguments: [1, 999, 1000, 1001, 123_456_789, Int64.max / 2, .max])
  func `a declared time that proved right stays as it is, to the nanosecond`(nanoseconds: Int64) {
    let span = TimeSpan(nanoseconds: nanoseconds)
    let exact = corrected(Array(repeating: (span, span), count: 5)).correction
    #expect(exact == RuntimeCorrection(p50: 1000, p90: 1000, runs: 5))
    #expect(exact?.estimate(declared: span).p50 == span)
  }

  @Test func `corrections of any size keep to what can be counted`() {
    let absurd = corrected(Array(repeating: (.seconds(86_400), TimeSpan(nanoseconds: 1)), count: 5)).correction
    #expect(absurd?.p50 == 1_000_000_000)
    #expect(absurd?.estimate(declared: TimeSpan(nanoseconds: .max)).p50 == TimeSpan(nanoseconds: .max))
    let tiny = corrected(Array(repeating: (TimeSpan(nanoseconds: 1), .seconds(86_400)), count: 5)).correction
    #expect(tiny?.p50 == 1)
  }
}
