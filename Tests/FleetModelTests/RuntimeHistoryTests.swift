import FleetModel
import Testing

@Suite struct RuntimeHistoryTests {
  private let key = RuntimeKey(user: UserID(1), image: "train:1")

  private func history(_ seconds: [Int64]) -> RuntimeHistory {
    var history = RuntimeHistory(key)
    for (place, span) in seconds.enumerated() {
      history.add(.seconds(span), endedAt: Instant(nanoseconds: Int64(place)))
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
    #expect(old.latest.count == RuntimeHistory.latestLimit)
    #expect(old.count == 40)
    #expect(old.lastEnd == Instant(nanoseconds: 39))
  }

  @Test func `a run too short to measure does not count as zero`() {
    #expect(history([0, 0, 0, 0, 0]).estimate?.p50 == .milliseconds(1))
  }

  @Test func `a row without an estimate gets the one of its runs`() {
    func made(_ latest: [Int64]) -> RuntimeHistory {
      RuntimeHistory(key, count: latest.count, latest: latest, lastEnd: Instant(nanoseconds: 0), estimate: nil)
    }
    #expect(
      made([1000, 2000, 3000, 4000, 5000, 6000, 7000]).estimate
        == RuntimeEstimate(p50: .seconds(4), p90: .seconds(7), runs: 7))
    #expect(made([1, 2, 3, 4]).estimate == nil)
  }
}
