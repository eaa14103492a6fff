import BerthTestSupport
import FleetModel
import Testing

/// Preemptions that could go on for ever: a victim and its preemptor, and two gangs of equal priority.
@Suite struct PreemptionLoopTests {
  /// For a day, the victim is wanted gone as soon as it runs again. Its runs last their minimum, and its pauses grow to
  /// an hour.
  @Test(arguments: [Int64(0), 300])
  func `a victim that is readmitted is not preempted in a tight loop`(minimum: Int64) throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.scheduling.minimumRuntime = .seconds(minimum)
    scenario.job("low", gpuMilli: 4000) { $0.traits.priority = .low }
    try scenario.apply()
    var pauses: [Int64] = []
    var ran: [Int64] = []
    var began = scenario.now
    var stopped = scenario.now
    var count = 0
    let day = scenario.now + .seconds(86_400)
    while scenario.now < day {
      scenario.advance(10)
      if scenario.state("urgent") == "PENDING insufficientCapacity" { continue }
      if scenario.state("low") == "RUNNING" {
        if began < stopped {
          began = scenario.now
          pauses.append((began - stopped).nanoseconds / 1_000_000_000)
        }
        scenario.job("urgent", gpuMilli: 4000) {
          $0.traits.priority = .high
          $0.rerun = "\(count)"
        }
        try scenario.apply()
      }
      if scenario.state("urgent") == "RUNNING" {
        count += 1
        stopped = scenario.now
        ran.append((stopped - began).nanoseconds / 1_000_000_000)
        scenario.end("urgent")
      }
    }
    #expect(ran.allSatisfy { $0 >= minimum })
    #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(pauses.first == max(minimum, 10))
    #expect(pauses.last == 3600)
    // 10, 20, 40 … 2560 s, or 300 … 2400 s with as many minima; from then on one an hour.
    #expect(count <= (minimum == 0 ? 9 + 24 : 4 + 24))
    #expect(count >= 20)
  }

  /// Two jobs on one cluster must not preempt each other's services with the priority that they confer on their own.
  @Test func `gangs of equal priority do not preempt each other in turn`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.scheduling.minimumRuntime = .zero
    for name in ["a", "b"] {
      scenario.service("\(name)-store", cpu: 5)
      scenario.deployments["\(name)-store"]?.traits.priority = .low
      scenario.job("\(name)-load", cpu: 3, with: ["\(name)-store"]) { $0.traits.priority = .high }
    }
    var told = try scenario.apply()
    for _ in 0..<100 { told += "\n" + scenario.advance(60) }
    #expect(!told.contains("preempt"))
    #expect(scenario.state("a-load") == "RUNNING")
    // Nothing needs the store any more, so that it may be preempted for the other one.
    #expect(scenario.end("a-load") == "preempt a-store for b-load\nstart b-store (new)\nstart b-load (new)")
    told = ""
    for _ in 0..<100 { told += scenario.advance(60) }
    #expect(told == "")
  }
}
