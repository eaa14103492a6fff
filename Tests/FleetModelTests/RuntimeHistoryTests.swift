import FleetModel
import Testing

@Suite struct RuntimeHistoryTests {
  private let key = RuntimeKey(user: UserID(1), image: "train:1")

  @Test func fiveRunsMakeAnEstimate() {
    var history = RuntimeHistory(key)
    for seconds in [30, 10, 50, 20] as [Int64] {
      let changed = history.add(.seconds(seconds))
      #expect(!changed)
      #expect(history.estimate == nil)
    }
    let changed = history.add(.seconds(40))
    #expect(changed)
    #expect(history.estimate == RuntimeEstimate(p50: .seconds(30), p90: .seconds(50), runs: 5))
  }

  /// Everything that waits by an estimate is put anew when it changes: so it does not follow every run.
  @Test func everyFifthRunMayChangeItByMoreThanATenth() {
    var history = RuntimeHistory(key)
    for _ in 0..<5 { _ = history.add(.seconds(100)) }
    var changed: [Int] = []
    for run in 6...10 where history.add(.seconds(109)) { changed.append(run) }
    #expect(changed.isEmpty)
    for run in 11...40 where history.add(.seconds(200)) { changed.append(run) }
    #expect(changed == [15, 25])
    #expect(history.estimate == RuntimeEstimate(p50: .seconds(200), p90: .seconds(200), runs: 20))
    #expect(history.latest.count == RuntimeHistory.kept)
    #expect(history.count == 40)
  }

  @Test func whatIsTooShortToMeasureIsNotNothing() {
    var history = RuntimeHistory(key)
    for _ in 0..<5 { _ = history.add(.zero) }
    #expect(history.estimate?.p50 == .milliseconds(1))
  }

  @Test func aRowWithoutAnEstimateHasTheOneOfItsRuns() {
    let made = RuntimeHistory(key, count: 7, latest: [1000, 2000, 3000, 4000, 5000, 6000, 7000], estimate: nil)
    #expect(made.estimate == RuntimeEstimate(p50: .seconds(4), p90: .seconds(7), runs: 7))
    #expect(RuntimeHistory(key, count: 4, latest: [1, 2, 3, 4], estimate: nil).estimate == nil)
  }
}
