import BerthTestSupport
import FleetModel
import TestKit
import Testing

/// A plan is fed the events that applying is fed, and depends on the time only where time itself is the reason.
@Suite struct SameEventsTests {
  /// Clusters of one commit have one engine, which answers for all at once: who is first in the queue of one cluster must not
  /// depend on another's having been heard of later.
  @Test func `clusters that a commit creates are heard of together`() throws {
    var scenario = Scenario(["one": (8, 2, 0), "two": (8, 2, 0)])
    scenario.service("two/store")
    scenario.job("one/a", with: ["two/store"])
    scenario.job("one/b", cpu: 2)
    let planned = try scenario.plan()
    #expect(planned.contains("start one/a (new)") && planned.contains("hold one/b: insufficientCapacity"), "\(planned)")
    #expect(try scenario.apply() == planned)
  }

  @Test(arguments: 1...UInt64(60)) func `plan and deed of new clusters agree`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var scenario = Scenario(["one": (8, 3, 0), "two": (8, 3, 0), "three": (8, 3, 0)])
    let clusters = ["one", "two", "three"]
    var names: [String] = []
    for number in 0..<random.from(3...8) {
      let name = "\(random.pick(clusters))/d\(number)"
      let needs = names.filter { _ in random.chance(25) }
      let isService = random.chance(40)
      scenario.job(
        name, cpu: Int64(random.from(1...3)), after: needs.filter { scenario.deployments[$0]?.traits.mode == .job },
        with: needs.filter { scenario.deployments[$0]?.traits.mode == .service }
      ) { $0.traits.mode = isService ? .service : .job }
      names.append(name)
    }
    let planned = try scenario.plan()
    #expect(try scenario.apply() == planned)
  }

  /// The younger of two loses less at any time, also where less than a second lies between their starts.
  @Test(arguments: 1...UInt64(100)) func `plans at two times choose the same victims`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var scenario = Scenario(["lab": (64, 24, 0)])
    scenario.scheduling.minimumRuntime = .zero
    var held: Int64 = 0
    for number in 0..<random.from(2...8) {
      let cpu = Int64(random.from(1...3))
      held += cpu
      scenario.job("low\(number)", cpu: cpu) { $0.traits.priority = .low }
      try scenario.apply()
      scenario.now = scenario.now + .milliseconds(Int64(random.from(0...900)))
    }
    scenario.now = scenario.now + .milliseconds(Int64(random.from(1...3000)))
    scenario.job("urgent", cpu: 24 - held + Int64(random.from(1...Int(held)))) { $0.traits.priority = .high }
    let first = try scenario.plan()
    #expect(first.contains("preempt "), "\(first)")
    for later in [1, 137, 500, 862, 1000, 60_000] as [Int64] {
      var other = scenario
      other.now = scenario.now + .milliseconds(later)
      #expect(try other.plan() == first, "\(later) ms later")
    }
  }
}
