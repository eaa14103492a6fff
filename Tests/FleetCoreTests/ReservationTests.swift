import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Scheduling
import Testing

@Suite struct ReservationTests {
  private func runtime(_ seconds: Int64) -> (inout DeploymentSpec) -> Void {
    { $0.traits.maxRuntime = .seconds(seconds) }
  }
  private func expected(_ seconds: Int64) -> (inout DeploymentSpec) -> Void {
    { $0.traits.expectedRuntime = .seconds(seconds) }
  }

  @Test func `jobs that end in time or fit beside the head are backfilled`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("a", cpu: 6, runtime(100))
    try scenario.apply()
    scenario.advance(10)
    scenario.job("big", cpu: 7, runtime(100))
    try scenario.apply()
    scenario.advance(1)
    scenario.job("long", cpu: 2, runtime(90))
    scenario.job("short", cpu: 1, runtime(89))
    scenario.job("thin", cpu: 1, runtime(5000))
    scenario.job("thinner", cpu: 1, runtime(5000))
    #expect(
      try scenario.apply() == """
        register long
        register short
        register thin
        register thinner
        start short (new)
        start thin (new)
        hold big: insufficientCapacity
        hold long: behindReservation
        hold thinner: behindReservation
        """)
    let reserved = scenario.fleet.reserved(on: scenario.identity("a").cluster)
    #expect(reserved.map(\.deployment.name) == ["big"])
    #expect(reserved.first?.start?.isPromised == true)
    #expect(reserved.first?.start?.at == scenario.now + .seconds(89))
    scenario.advance(89)
    scenario.end("short")
    #expect(scenario.end("a") == "start big (new)")
  }

  /// An expectation may be wrong.
  @Test func `a job that is only expected to end in time does not go before a promise`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("a", cpu: 6, runtime(100))
    try scenario.apply()
    scenario.advance(1)
    scenario.job("big", cpu: 8, runtime(100))
    try scenario.apply()
    scenario.advance(1)
    scenario.job("hopeful", cpu: 1, expected(5))
    try scenario.apply()
    #expect(scenario.state("hopeful") == "PENDING behindReservation")
  }

  private func runtime(_ seconds: Int64?, atMost bound: Int64?) -> (inout DeploymentSpec) -> Void {
    {
      $0.traits.expectedRuntime = seconds.map { .seconds($0) }
      $0.traits.maxRuntime = bound.map { .seconds($0) }
    }
  }

  /// The expectation says when it is likely to start, the bound when at the latest.
  @Test func `a bound does not silence an expectation`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.scheduling.preemption = .never
    scenario.job("a", cpu: 6, runtime(600, atMost: 7200))
    try scenario.apply()
    let began = scenario.now
    scenario.job("big", cpu: 8, runtime(100))
    try scenario.apply()
    let cluster = scenario.identity("a").cluster
    // As long as it is expected to run; then as long again as it has run, but no longer than it may.
    for (after, start, isPromised) in [(0, 600, false), (599, 600, false), (600, 1200, false), (4000, 7200, true)] {
      scenario.now = began + .seconds(Int64(after))
      scenario.response(to: [.timer])
      let reserved = try #require(scenario.fleet.reserved(on: cluster).first)
      #expect(reserved.start == PredictedTime(at: began + .seconds(Int64(start)), isPromised: isPromised), "\(after)")
      #expect(reserved.promise == began + .seconds(7200), "\(after)")
      let forecast = scenario.fleet.forecast(now: scenario.now).deployments.first { $0.deployment.name == "big" }
      #expect(forecast?.start == .at(began + .seconds(Int64(start))), "\(after)")
    }
  }

  /// A job behind a head that is expected to start in 100 s, and is certain to in 1000.
  struct Filler: Sendable {
    var expected: Int64?
    var bound: Int64?
    var isAdmitted: Bool
  }

  @Test(
    arguments: [
      Filler(expected: 50, bound: 500, isAdmitted: true), Filler(expected: 50, bound: 1000, isAdmitted: true),
      Filler(expected: 100, bound: 100, isAdmitted: true), Filler(expected: nil, bound: 100, isAdmitted: true),
      // It might break the promise.
      Filler(expected: 50, bound: 1001, isAdmitted: false), Filler(expected: 50, bound: nil, isAdmitted: false),
      // It would delay what is expected.
      Filler(expected: 101, bound: 500, isAdmitted: false), Filler(expected: nil, bound: 500, isAdmitted: false),
      Filler(expected: nil, bound: nil, isAdmitted: false),
    ], [1, 2, nil])
  func `what goes before a head delays neither its promise nor what is expected`(filler: Filler, reservations: Int?)
    throws
  {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.scheduling.preemption = .never
    scenario.scheduling.reservations = reservations
    scenario.job("a", cpu: 6, runtime(100, atMost: 1000))
    try scenario.apply()
    scenario.job("big", cpu: 8, runtime(100))
    try scenario.apply()
    scenario.job("filler", cpu: 1, runtime(filler.expected, atMost: filler.bound))
    try scenario.apply()
    #expect((scenario.state("filler") == "RUNNING") == filler.isAdmitted)
  }

  @Test func `small jobs of unknown length do not starve a large one`() throws {
    var scenario = Scenario(["lab": (64, 8, 0)])
    for index in 0..<8 { scenario.job("running-\(index)") }
    try scenario.apply()
    scenario.advance(1)
    scenario.job("large", cpu: 8)
    try scenario.apply()
    scenario.advance(1)
    for index in 10..<60 { scenario.job("small-\(index)") }
    try scenario.apply()
    var admitted = 0
    var ended: Set<String> = []
    for _ in 0..<200 where scenario.state("large") != "RUNNING" {
      let running = scenario.deployments.keys.filter { scenario.state($0) == "RUNNING" && !ended.contains($0) }
      guard let next = running.min() else { break }
      ended.insert(next)
      let done = scenario.end(next)
      admitted += done.split(separator: "\n").count { $0.hasPrefix("start small") }
      scenario.advance(1)
    }
    #expect(scenario.state("large") == "RUNNING")
    #expect(admitted == 16)
  }

  /// The small jobs declare ten seconds and never end. Each one admitted before the large one's first expected start was expected
  /// to end by then; later at most `maxBypass` pass.
  @Test func `small jobs that outrun their expectation do not starve a large one`() throws {
    var scenario = Scenario(["lab": (64, 8, 0)])
    scenario.scheduling.maxBypass = 4
    for index in 0..<8 { scenario.job("running-\(index)", expected(10)) }
    try scenario.apply()
    scenario.advance(1)
    scenario.job("large", cpu: 8)
    try scenario.apply()
    scenario.advance(1)
    for index in 10..<90 { scenario.job("small-\(index)", expected(10)) }
    try scenario.apply()
    var ended: Set<String> = []
    for _ in 0..<80 where scenario.state("large") != "RUNNING" {
      scenario.advance(50)
      let running = scenario.deployments.keys.filter { scenario.state($0) == "RUNNING" && !ended.contains($0) }
      guard let next = running.min() else { break }
      ended.insert(next)
      scenario.end(next)
    }
    #expect(scenario.state("large") == "RUNNING")
    #expect(ended.count <= 8 + 4)
  }

  @Test(arguments: [false, true])
  func `a head short of GPUs does not block jobs that need only CPU`(isBounded: Bool) throws {
    var scenario = Scenario(["lab": (64, 40, 2)])
    let bound: (inout DeploymentSpec) -> Void = isBounded ? runtime(1000) : { _ in }
    scenario.job("holder", gpuMilli: 2000, bound)
    try scenario.apply()
    scenario.advance(1)
    scenario.job("head", gpuMilli: 1000, bound)
    try scenario.apply()
    scenario.advance(1)
    for index in 10..<40 { scenario.job("cpu-\(index)") }
    scenario.job("gpu-only", gpuMilli: 500)
    try scenario.apply()
    for index in 10..<40 { #expect(scenario.state("cpu-\(index)") == "RUNNING") }
    #expect(scenario.state("head") == "PENDING insufficientCapacity")
    #expect(scenario.end("holder").hasPrefix("start head (new)"))
  }

  @Test func `a run past its expected runtime moves the reservation`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("a", cpu: 6, expected(100))
    try scenario.apply()
    scenario.job("big", cpu: 8)
    try scenario.apply()
    let cluster = scenario.identity("a").cluster
    let began = scenario.now
    #expect(scenario.fleet.reserved(on: cluster).first?.start?.at == began + .seconds(100))
    scenario.advance(100)
    #expect(scenario.fleet.reserved(on: cluster).first?.start?.at == began + .seconds(200))
    scenario.advance(100)
    #expect(scenario.fleet.reserved(on: cluster).first?.start?.at == began + .seconds(400))
    #expect(scenario.fleet.reserved(on: cluster).first?.start?.isPromised == false)
  }

  @Test func `with unlimited reservations nothing delays any of them`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.scheduling.reservations = nil
    scenario.job("a", cpu: 5, runtime(100))
    try scenario.apply()
    for (index, (cpu, span)) in [(8, 50), (3, 50), (4, 20), (3, 100), (3, 101)].enumerated() {
      scenario.advance(1)
      scenario.job("j\(index)", cpu: Int64(cpu), runtime(Int64(span)))
      try scenario.apply()
    }
    // j0 reserves 100 to 150, j1 fits before it, j2 and j3 come after. j3 may not start now, because it would delay j0.
    #expect(scenario.state("j1") == "RUNNING")
    for name in ["j0", "j2", "j3", "j4"] { #expect(scenario.state(name).hasPrefix("PENDING")) }
  }

  /// At its maximum runtime the engine stops a run within its grace period. No longer job goes before the head.
  @Test func `a run at its maximum runtime is expected to end within its grace period`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("a", cpu: 6) {
      $0.traits.maxRuntime = .seconds(8)
      $0.traits.stopGrace = .seconds(5)
    }
    try scenario.apply()
    scenario.job("h", cpu: 8, runtime(100))
    scenario.job("s", cpu: 2, runtime(9))
    try scenario.apply()
    #expect(scenario.advance(8) == "")
    #expect(scenario.advance(5) == "")
    #expect(scenario.end("a") == "start h (new)")
  }

  /// Also with more than one reservation.
  @Test(arguments: [1, 2, nil])
  func `with wrong estimates the head is passed a bounded number of times`(reservations: Int?) throws {
    var scenario = Scenario(["lab": (16, 2, 0)])
    scenario.scheduling = SchedulingSpec(reservations: reservations, maxBypass: 2)
    scenario.job("a", expected(1))
    scenario.job("b", expected(1))
    try scenario.apply()
    scenario.job("large", cpu: 2, expected(1))
    try scenario.apply()
    for number in 0..<12 { scenario.job("s\(number)", expected(1)) }
    try scenario.apply()
    var running = ["a", "b"]
    var passed = 0
    // Each takes 4 s, and one ends every 2 s.
    for _ in 0..<40 where scenario.state("large") != "RUNNING" {
      var told = scenario.advance(2)
      if !running.isEmpty { told += scenario.end(running.removeFirst()) }
      for number in 0..<12 where told.contains("start s\(number) ") {
        running.append("s\(number)")
        passed += 1
      }
    }
    // A job whose end is still expected in time is not counted.
    #expect(passed <= (reservations == 1 ? 2 : 3))
    #expect(scenario.state("large") == "RUNNING")
  }
}
