import BerthTestSupport
import FleetCore
import FleetModel
import Testing

/// Cost of decisions, counted in visited groups and in wake-ups, never measured in time.
@Suite struct DecisionCostTests {
  /// A full cluster and many waiting deployments: different requests, gangs, services.
  private func crowded(_ count: Int) throws -> Scenario {
    var scenario = Scenario(["lab": (4000, 4000, 0)])
    for number in 0..<40 {
      scenario.job("runs-\(number)", ram: 100, cpu: 100) {
        $0.traits.priority = .high
        $0.traits.maxRuntime = .seconds(1000 + Int64(number))
      }
    }
    try scenario.apply()
    for number in 0..<count {
      let (ram, cpu) = (Int64(20 + number * 7919 % count), Int64(20 + number * 104_729 % count))
      if number % 20 == 0 {
        scenario.service("serves-\(number)", ram: 50, cpu: 50)
      }
      scenario.job("waits-\(number)", ram: ram, cpu: cpu, with: number % 20 == 1 ? ["serves-\(number - 1)"] : []) {
        $0.traits.expectedRuntime = .seconds(500)
      }
    }
    try scenario.apply()
    return scenario
  }

  /// With ten times as many waiting jobs and requests, an ended run must not cost ten times as much.
  @Test func `an ended run visits few of many groups of requests`() throws {
    var costs: [Int] = []
    for count in [100, 1000] {
      var scenario = try crowded(count)
      let before = scenario.fleet.visitedGroups
      for number in 0..<5 {
        #expect(scenario.end("runs-\(number)").contains("start "))
      }
      costs.append(scenario.fleet.visitedGroups - before)
    }
    #expect(costs[0] > 0)
    #expect(costs[1] < 1000)
    #expect(costs[1] < costs[0] * 6)
  }

  /// All may reserve, and 64 do. Jobs behind those delay none.
  @Test func `no more than 64 deployments reserve at a time`() throws {
    var scenario = Scenario(["lab": (100, 100, 0)])
    scenario.scheduling.reservations = nil
    for name in ["a", "b"] { scenario.job(name, ram: 50, cpu: 50) { $0.traits.maxRuntime = .seconds(1000) } }
    try scenario.apply()
    for number in 100..<200 {
      scenario.job("waits-\(number)", ram: 60, cpu: 60) { $0.traits.expectedRuntime = .seconds(500) }
    }
    try scenario.apply()
    scenario.advance(1)
    scenario.job("long", ram: 50, cpu: 50) { $0.traits.maxRuntime = .seconds(5000) }
    scenario.job("short", ram: 50, cpu: 50) { $0.traits.maxRuntime = .seconds(500) }
    try scenario.apply()
    #expect(scenario.end("a") == "start short (new)")
    #expect(scenario.fleet.reserved(on: scenario.identity("a").cluster).count == 64)
    let named = (100..<200).filter { scenario.progress("waits-\($0)")?.expectedStart != nil }
    #expect(named == Array(100..<164))
  }

  /// Jobs that back off, of which no end makes one fit, or which may reserve nothing.
  @Test(arguments: [0, 1, nil]) func `a pass does not try all that are not back yet`(reservations: Int?) throws {
    var costs: [Int] = []
    for count in [10, 100] {
      var scenario = Scenario(["lab": (4000, 4000, 0)])
      scenario.scheduling.preemption = .never
      scenario.scheduling.reservations = reservations
      for number in 0..<count {
        scenario.job("back-\(number)", ram: 20, cpu: 20) {
          $0.traits.retry = RetryPolicy(limit: 1, backoff: .seconds(5000))
        }
      }
      try scenario.apply()
      for number in 0..<count { scenario.end("back-\(number)", .exited(status: 1)) }
      for number in 0..<10 { scenario.job("ends-\(number)", ram: 1, cpu: 1) }
      // Nobody knows when it ends.
      scenario.job("fills", ram: 3990, cpu: 3990) { $0.traits.priority = .high }
      try scenario.apply()
      for number in 0..<10 { scenario.job("next-\(number)", ram: 1, cpu: 1) }
      try scenario.apply()
      let before = scenario.fleet.visitedGroups
      for number in 0..<10 { #expect(scenario.end("ends-\(number)").contains("start next")) }
      costs.append(scenario.fleet.visitedGroups - before)
    }
    #expect(costs[0] > 0 && costs[1] <= costs[0] + 10, "\(costs)")
  }

  /// A stop with no grace period that is never confirmed: its end is expected later and later.
  @Test func `an unanswered stop wakes the fleet less and less often`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("stuck", cpu: 6) {
      $0.traits.stopGrace = .zero
      $0.traits.maxRuntime = .seconds(50)
    }
    try scenario.apply()
    scenario.job("big", cpu: 8)
    try scenario.apply()
    scenario.stopsSlowly = true
    scenario.deployments["stuck"]?.traits.suspend = true
    try scenario.apply()
    let (began, steps) = (scenario.now, scenario.fleet.stepCount)
    var wakes = 0
    while scenario.now < began + .seconds(600), let next = scenario.wakes.filter({ $0 > scenario.now }).min() {
      wakes += 1
      scenario.now = next
      _ = scenario.response(to: [.timer])
    }
    #expect(wakes > 0)
    #expect(wakes < 30)
    #expect(scenario.fleet.stepCount - steps < 100)
  }
}

extension Scenario {
  fileprivate func progress(_ name: String) -> DeploymentProgress? { fleet.deployment(identity(name))?.progress }
}
