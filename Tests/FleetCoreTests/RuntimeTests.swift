import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Runtimes learned from earlier runs of an image: expected of the next run, and never promised.
@Suite struct RuntimeTests {
  private func image(_ name: String = "train:1", _ more: @escaping (inout DeploymentSpec) -> Void = { _ in })
    -> (inout DeploymentSpec) -> Void
  {
    {
      $0.image = name
      more(&$0)
    }
  }

  /// A cluster of 8 cores on which runs of `train:1` took the given times.
  private func taught(_ seconds: [Int64] = [100, 100, 100, 100, 100]) throws -> Scenario {
    var scenario = Scenario(["lab": (64, 8, 0)])
    for (index, span) in seconds.enumerated() {
      scenario.job("past-\(index)", image())
      try scenario.apply()
      scenario.advance(span)
      scenario.end("past-\(index)")
    }
    return scenario
  }

  private func start(of name: String, _ scenario: Scenario) -> ExpectedStart? {
    let forecast = scenario.fleet.forecast(now: scenario.now)
    return forecast.deployments.first { $0.deployment == scenario.identity(name) }?.start
  }

  @Test func `a job behind a run of a known image has an expected start`() throws {
    var scenario = try taught()
    scenario.job("sixth", cpu: 8, image())
    try scenario.apply()
    scenario.job("next", cpu: 8)
    try scenario.apply()
    #expect(start(of: "next", scenario) == .at(scenario.now + .seconds(100)))
    // The reservation is an expectation: no promise rests on a learned runtime.
    let reserved = scenario.fleet.reserved(on: scenario.identity("next").cluster)
    #expect(reserved.first?.start?.isPromised == false)
    #expect(reserved.first?.promise == nil)
  }

  @Test func `four runs are too few for an estimate`() throws {
    var scenario = try taught([100, 100, 100, 100])
    scenario.job("fifth", cpu: 8, image())
    scenario.job("other", cpu: 8)
    try scenario.apply()
    #expect(start(of: "other", scenario) == .unknown(.endsUnknown([scenario.identity("fifth")])))
  }

  @Test func `only runs that succeeded by themselves count`() throws {
    let others: [RunOutcome] = [
      .exited(status: 1), .signaled(signal: 9), .lost, .ramExceeded, .failedToStart("no"), .abandoned,
    ]
    for outcome in others {
      var scenario = try taught([100, 100, 100, 100])
      scenario.job("failing", cpu: 8, image())
      try scenario.apply()
      scenario.advance(100)
      scenario.end("failing", outcome)
      #expect(scenario.fleet.expectedRuntime(of: scenario.identity("failing")) == nil, "\(outcome)")
    }
    // A run that succeeded after it was asked to stop shows only when it was asked.
    var scenario = try taught([100, 100, 100, 100])
    scenario.stopsSlowly = true
    scenario.job("suspended", image())
    try scenario.apply()
    scenario.deployments["suspended"]?.traits.suspend = true
    try scenario.apply()
    scenario.advance(100)
    scenario.end("suspended")
    #expect(scenario.fleet.expectedRuntime(of: scenario.identity("suspended")) == nil)
  }

  @Test func `runs of services are not learned from`() throws {
    var scenario = Scenario()
    for index in 0..<6 {
      scenario.job("web-\(index)", image { $0.traits.mode = .service })
      try scenario.apply()
      scenario.advance(100)
      scenario.end("web-\(index)")
      scenario.deployments["web-\(index)"]?.traits.suspend = true
      try scenario.apply()
    }
    scenario.job("job", image())
    try scenario.apply()
    #expect(scenario.fleet.expectedRuntime(of: scenario.identity("job")) == nil)
  }

  @Test func `a bound does not silence what was learned`() throws {
    for (bound, start) in [(7200, 100), (100, 100), (60, 60)] {
      var scenario = try taught()
      scenario.job("sixth", cpu: 8, image { $0.traits.maxRuntime = .seconds(Int64(bound)) })
      try scenario.apply()
      scenario.job("next", cpu: 8)
      try scenario.apply()
      #expect(self.start(of: "next", scenario) == .at(scenario.now + .seconds(Int64(start))))
      let reserved = scenario.fleet.reserved(on: scenario.identity("next").cluster).first
      #expect(reserved?.promise == scenario.now + .seconds(Int64(bound)))
      #expect(scenario.fleet.expectedRuntime(of: scenario.identity("sixth"))?.runs == 5)
    }
  }

  /// What is expected of a run: what it declares, else what earlier runs took, else its bound. Only the bound is promised.
  @Test(
    arguments: [
      (nil, nil, false, nil, nil), (7, nil, false, 7, nil), (nil, 900, false, 900, 900), (7, 900, false, 7, 900),
      (nil, nil, true, 100, nil), (7, nil, true, 7, nil), (nil, 900, true, 100, 900), (7, 900, true, 7, 900),
      // An estimate beyond the bound.
      (nil, 50, true, 50, 50),
    ] as [(expected: Int64?, bound: Int64?, isTaught: Bool, start: Int64?, promise: Int64?)])
  func `the expected end and the promised one are two times`(
    _ row: (expected: Int64?, bound: Int64?, isTaught: Bool, start: Int64?, promise: Int64?)
  ) throws {
    var scenario = try row.isTaught ? taught() : Scenario(["lab": (64, 8, 0)])
    scenario.job(
      "running", cpu: 8,
      image {
        $0.traits.expectedRuntime = row.expected.map { .seconds($0) }
        $0.traits.maxRuntime = row.bound.map { .seconds($0) }
      })
    try scenario.apply()
    scenario.job("next", cpu: 8)
    try scenario.apply()
    let began = scenario.now
    let reserved = scenario.fleet.reserved(on: scenario.identity("next").cluster).first
    if let seconds = row.start {
      #expect(start(of: "next", scenario) == .at(began + .seconds(seconds)))
      #expect(reserved?.start?.at == began + .seconds(seconds))
    } else {
      #expect(start(of: "next", scenario) == .unknown(.endsUnknown([scenario.identity("running")])))
    }
    #expect(reserved?.promise == row.promise.map { began + .seconds($0) })
    #expect(reserved?.start?.isPromised ?? false == (row.start == row.promise && row.promise != nil))
    let explanation = try scenario.fleet.explanation(of: scenario.identity("next"), now: scenario.now)
    #expect(explanation?.promise == reserved?.promise)
  }

  /// People who always declare half of what their runs take are not believed.
  @Test func `declared runtimes are corrected by what earlier runs took of theirs`() throws {
    var scenario = Scenario(["lab": (64, 8, 0)])
    for (index, factor) in [2, 2, 2, 2, 6].enumerated() {
      scenario.job("past-\(index)", image { $0.traits.expectedRuntime = .seconds(10 * Int64(index + 1)) })
      try scenario.apply()
      scenario.advance(Int64(10 * (index + 1) * factor))
      scenario.end("past-\(index)")
    }
    scenario.job(
      "running", cpu: 7,
      image {
        $0.traits.expectedRuntime = .seconds(100)
        $0.traits.maxRuntime = .seconds(500)
      })
    try scenario.apply()
    let began = scenario.now
    scenario.job("next", cpu: 8)
    try scenario.apply()
    #expect(start(of: "next", scenario) == .at(began + .seconds(200)))
    #expect(scenario.fleet.reserved(on: scenario.identity("next").cluster).first?.promise == began + .seconds(500))
    // Another's word is not corrected, and this one's is by nine of ten runs: 30 × 6 s would be too late, 30 s in time.
    scenario.advance(1)
    scenario.job(
      "same", cpu: 1,
      image {
        $0.traits.expectedRuntime = .seconds(40)
        $0.traits.maxRuntime = .seconds(300)
      })
    scenario.job(
      "other", cpu: 1,
      image("other:1") {
        $0.traits.expectedRuntime = .seconds(40)
        $0.traits.maxRuntime = .seconds(300)
      })
    try scenario.apply()
    #expect(scenario.state("same") == "PENDING behindReservation")
    #expect(scenario.state("other").hasPrefix("RUNNING"))
    scenario.advance(250)
    // Past its median, it is expected to take as long as nine of ten, but not beyond its bound.
    #expect(start(of: "next", scenario) == .at(began + .seconds(500)))
  }

  /// A run that has outlasted what was expected of it is expected to take as long again, but not beyond its bound.
  @Test func `no run is expected to outlast its bound`() throws {
    var scenario = Scenario(["lab": (64, 8, 0)])
    scenario.job("running", cpu: 8) {
      $0.traits.expectedRuntime = .seconds(10)
      $0.traits.maxRuntime = .seconds(100)
    }
    try scenario.apply()
    let began = scenario.now
    scenario.job("next", cpu: 8)
    try scenario.apply()
    for (elapsed, end) in [(9, 10), (20, 40), (49, 98), (51, 100), (99, 100)] as [(Int64, Int64)] {
      scenario.advance(elapsed - (scenario.now - began).nanoseconds / 1_000_000_000)
      #expect(start(of: "next", scenario) == .at(began + .seconds(end)), "after \(elapsed) s")
      #expect(
        scenario.fleet.reserved(on: scenario.identity("next").cluster).first?.promise == began + .seconds(100))
    }
  }

  @Test func `another image has an estimate of its own`() throws {
    var scenario = try taught()
    scenario.job("other", image("train:2"))
    scenario.job("same", image())
    try scenario.apply()
    #expect(scenario.fleet.expectedRuntime(of: scenario.identity("other")) == nil)
    #expect(
      scenario.fleet.expectedRuntime(of: scenario.identity("same"))
        == RuntimeEstimate(p50: .seconds(100), p90: .seconds(100), runs: 5))
  }

  /// Nine of ten backfilled runs end before the head starts, not one of two.
  @Test func `backfill uses the 90th percentile`() throws {
    var scenario = try taught([50, 50, 50, 50, 300])
    scenario.job("running", cpu: 6) { $0.traits.expectedRuntime = .seconds(200) }
    try scenario.apply()
    scenario.job("head", cpu: 8)
    try scenario.apply()
    scenario.advance(1)
    scenario.job("filler", cpu: 1, image())
    try scenario.apply()
    #expect(scenario.state("filler") == "PENDING behindReservation")
  }

  @Test func `a run past the median is expected to take the 90th percentile`() throws {
    var scenario = try taught([50, 50, 50, 50, 300])
    scenario.job("long", cpu: 8, image())
    try scenario.apply()
    let began = scenario.now
    scenario.job("next", cpu: 8)
    try scenario.apply()
    #expect(start(of: "next", scenario) == .at(began + .seconds(50)))
    scenario.advance(60)
    #expect(start(of: "next", scenario) == .at(began + .seconds(300)))
    scenario.advance(300)
    #expect(start(of: "next", scenario) == .at(began + .seconds(720)))
  }

  /// The queue order changes as soon as the expected runtime does.
  @Test func `waiting jobs are considered again when the fifth run ends`() throws {
    var scenario = try taught([50, 50, 50, 50])
    scenario.job("fifth", cpu: 2, image())
    scenario.job("running", cpu: 5) { $0.traits.expectedRuntime = .seconds(500) }
    try scenario.apply()
    scenario.job("head", cpu: 8)
    try scenario.apply()
    scenario.scheduling.maxBypass = 0
    try scenario.apply()
    scenario.advance(1)
    scenario.job("filler", cpu: 1, image())
    try scenario.apply()
    #expect(scenario.state("filler") == "PENDING behindReservation")
    scenario.advance(49)
    let done = scenario.end("fifth")
    #expect(done == "start filler (new)")
  }

  /// An image tag for each commit must not fill the state.
  @Test func `the least recently used images are forgotten`() throws {
    var scenario = try taught()
    var left = RuntimeHistory.pairLimit - 1
    for round in 0...RuntimeHistory.pairLimit / 8 {
      for index in 0..<8 { scenario.job("x-\(index)", image("train:\(round)-\(index)") { $0.rerun = "\(round)" }) }
      try scenario.apply()
      scenario.advance(1)
      for index in 0..<8 {
        scenario.end("x-\(index)")
        left -= 1
        let known = scenario.fleet.expectedRuntime(of: scenario.identity("past-0"))
        #expect((known != nil) == (left >= 0), "\(left)")
      }
    }
  }

  /// Runs that a plan simulates are not learned from.
  @Test func `forecasts do not learn from their own runs`() throws {
    var scenario = try taught([100, 100, 100, 100])
    scenario.job("a", cpu: 8, image { $0.traits.expectedRuntime = .seconds(10) })
    try scenario.apply()
    scenario.job("b", cpu: 8, image())
    try scenario.apply()
    scenario.advance(1)
    scenario.job("c", cpu: 8)
    try scenario.apply()
    #expect(start(of: "b", scenario) == .at(scenario.now + .seconds(9)))
    #expect(start(of: "c", scenario) == .unknown(.endsUnknown([scenario.identity("b")])))
  }
}
