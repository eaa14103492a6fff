import BerthTestSupport
import FleetModel
import Testing

/// What could go on for ever, and what age gives and does not give.
@Suite struct LoopTests {
  /// Whoever runs again is wanted gone at once, for a day. The victim's runs have their minimum, and its pauses grow to an hour.
  @Test("preempt-and-readmit loops", arguments: [Int64(0), 300])
  func preemptAndReadmitLoops(minimum: Int64) throws {
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

  /// Two that wait at one cluster must not throw each other out by what each confers on what it needs.
  @Test("preempt-and-readmit loops between equals") func preemptAndReadmitLoopsBetweenEquals() throws {
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
    // Nobody relies on the store any more, so that it may go for the other's.
    #expect(scenario.end("a-load") == "preempt a-store for b-load\nstart b-store (new)\nstart b-load (new)")
    told = ""
    for _ in 0..<100 { told += scenario.advance(60) }
    #expect(told == "")
  }

  /// A day of waiting is worth a priority in the order.
  @Test("aging promotes in the order", arguments: [Int64(86_399), 86_401])
  func agingPromotesInTheOrder(waited: Int64) throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("running", cpu: 8) { $0.traits.priority = .high }
    try scenario.apply()
    scenario.job("old", cpu: 8) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(waited)
    scenario.job("fresh", cpu: 8) { $0.traits.priority = .medium }
    try scenario.apply()
    #expect(scenario.end("running") == (waited > 86_400 ? "start old (new)" : "start fresh (new)"))
  }

  /// However old, it stops nobody of its own priority or above; and one that is truly higher stops whom it may, past it.
  @Test("aging never gives the right to preempt") func agingNeverGivesTheRightToPreempt() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("low", cpu: 6) { $0.traits.priority = .low }
    scenario.job("medium", cpu: 2)
    try scenario.apply()
    scenario.job("old", cpu: 8) { $0.traits.priority = .low }
    scenario.job("old2", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    for _ in 0..<10 { #expect(scenario.advance(86_400) == "") }
    scenario.job("fresh", cpu: 2) { $0.traits.priority = .high }
    // It is behind both in the order, and has room made for it all the same; one of those passes the other with the rest.
    let told = try scenario.apply()
    #expect(
      told == """
        register fresh
        preempt low for fresh
        start fresh (new)
        start old2 (new)
        hold low: coolingDown
        hold old: insufficientCapacity
        """)
  }
}
