import BerthTestSupport
import FleetModel
import Testing

/// Effects of waiting time on the order and on preemption.
@Suite struct AgingTests {
  /// One second less or more than a day.
  @Test(arguments: [Int64(86_399), 86_401])
  func `a day of waiting is worth one priority in the order`(waited: Int64) throws {
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

  /// An old job stops nothing of its own priority or above, and a higher one preempts past it.
  @Test func `age never gives the right to preempt`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("low", cpu: 6) { $0.traits.priority = .low }
    scenario.job("medium", cpu: 2)
    try scenario.apply()
    scenario.job("old", cpu: 8) { $0.traits.priority = .low }
    scenario.job("old2", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    for _ in 0..<10 { #expect(scenario.advance(86_400) == "") }
    scenario.job("fresh", cpu: 2) { $0.traits.priority = .high }
    // `fresh` is behind both old jobs in the order, and preempts all the same. `old2` passes `old` with the room that
    // is left.
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
