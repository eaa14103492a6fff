import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct ForecastTests {
  /// The expected starts in the plan of a scenario: `tune in 2h`.
  private func starts(_ scenario: Scenario, _ limits: ForecastLimits = ForecastLimits()) throws -> String {
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now, forecasting: limits)
    let forecast = try #require(plan.forecast)
    return forecast.deployments.compactMap { entry in
      entry.start.map { "\(entry.deployment.name) \(text($0, from: forecast.from))" }
    }.joined(separator: "\n")
  }

  private func text(_ start: ExpectedStart, from: Instant) -> String {
    switch start {
    case .now: "now"
    case .at(let instant): "in \((instant - from).text)"
    case .unknown(.endsUnknown(let jobs)): "unknown: \(jobs.map(\.name).joined(separator: ", "))"
    case .unknown(.beyond(let until)): "beyond \((until - from).text)"
    case .unknown(.held(let reason)): "held: \(reason.code)"
    }
  }

  @Test func `starts follow one another as runs end`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("train", gpuMilli: 3000) { $0.traits.maxRuntime = .seconds(7200) }
    scenario.job("tune", gpuMilli: 2000) { $0.traits.expectedRuntime = .seconds(2400) }
    scenario.job("eval", after: ["tune"])
    #expect(try starts(scenario) == "tune in 2h\neval in 160m")
  }

  /// The waits in the plan of a scenario, each with its next reason: `train waits for fetch then insufficientCapacity`.
  private func waits(_ scenario: Scenario) throws -> String {
    let plan = try scenario.fleet.plan(scenario.comparison(), now: scenario.now, forecasting: ForecastLimits())
    return plan.forecastActions.compactMap { action -> String? in
      guard case .hold(.waitsForDependency(let other, _)) = action.kind,
        case .deployment(let identity) = action.identity
      else { return nil }
      let then = plan.forecast?.waits[identity]?.then.map { " then \($0.code)" } ?? ""
      return "\(identity.name) waits for \(other.name)\(then)"
    }.joined(separator: "\n")
  }

  @Test func `the dependency that ends last is named, and what is lacking then`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("prep") { $0.traits.expectedRuntime = .seconds(60) }
    scenario.job("fetch") { $0.traits.expectedRuntime = .seconds(300) }
    scenario.job("big", gpuMilli: 4000) { $0.traits.expectedRuntime = .seconds(7200) }
    scenario.job("train", gpuMilli: 2000, after: ["fetch", "prep"]) { $0.traits.expectedRuntime = .seconds(600) }
    scenario.job("eval", after: ["fetch", "train"])
    var (starts, waits) = (try starts(scenario), try waits(scenario))
    #expect(starts == "train in 2h\neval in 130m")
    #expect(waits == "eval waits for train\ntrain waits for fetch then insufficientCapacity")
    scenario.deployments["prep"]?.traits.expectedRuntime = .seconds(600)
    scenario.deployments["big"] = nil
    waits = try self.waits(scenario)
    #expect(waits == "eval waits for train\ntrain waits for prep")
    // The service is ready later than the other dependency ends.
    scenario.service("store")
    scenario.deployments["store"]?.traits.readyAfter = .seconds(1200)
    let (prep, store) = (scenario.identity("prep"), scenario.identity("store"))
    scenario.deployments["train"]?.dependsOn = [
      Dependency(on: prep, until: .completed), Dependency(on: store, until: .running),
    ]
    (starts, waits) = (try self.starts(scenario), try self.waits(scenario))
    #expect(starts == "train in 20m\neval in 30m")
    #expect(waits == "eval waits for train\ntrain waits for store")
  }

  @Test func `of several dependencies, one without a known end is named`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("a-fetch") { $0.traits.expectedRuntime = .seconds(60) }
    scenario.job("b-train")
    scenario.job("eval", after: ["a-fetch", "b-train"])
    #expect(try waits(scenario) == "eval waits for b-train")
  }

  @Test func `a run ends when its expected runtime is over`() throws {
    var scenario = Scenario()
    scenario.job("a", gpuMilli: 2000) { $0.traits.expectedRuntime = .seconds(600) }
    try scenario.apply()
    scenario.job("b", gpuMilli: 1000)
    scenario.advance(200)
    #expect(try starts(scenario) == "b in 400s")
  }

  @Test func `a run past its expected runtime is expected to take twice its elapsed time`() throws {
    var scenario = Scenario()
    scenario.job("a", gpuMilli: 2000) { $0.traits.expectedRuntime = .seconds(600) }
    try scenario.apply()
    scenario.job("b", gpuMilli: 1000)
    scenario.advance(1000)
    #expect(try starts(scenario) == "b in 1000s")
  }

  @Test func `an unknown start names the job whose end is unknown`() throws {
    var scenario = Scenario()
    scenario.job("a", gpuMilli: 2000)
    scenario.job("b", gpuMilli: 1000) { $0.traits.expectedRuntime = .seconds(60) }
    scenario.job("c", after: ["b"])
    #expect(try starts(scenario) == "b unknown: a\nc unknown: a")
  }

  /// Each begins once the one before is up, whether all are new or replaced.
  @Test func `services that need each other are up one after the other`() throws {
    var scenario = Scenario()
    scenario.service("db")
    scenario.deployments["db"]?.traits.readyAfter = .seconds(120)
    scenario.service("api", with: ["db"])
    scenario.deployments["api"]?.traits.readyAfter = .seconds(300)
    scenario.job("job", with: ["api"])
    #expect(try starts(scenario) == "api in 2m\njob in 7m")
    try scenario.apply()
    for seconds in [120, 300, 1000] as [Int64] { scenario.advance(seconds) }
    #expect(scenario.state("job") == "RUNNING")
    for name in ["db", "api", "job"] { scenario.deployments[name]?.image = "\(name):2" }
    #expect(try starts(scenario) == "api in 2m\njob in 7m")
  }

  @Test func `services never end`() throws {
    var scenario = Scenario()
    scenario.service("db", ram: 10)
    scenario.deployments["db"]?.traits.preemptible = false
    try scenario.apply()
    scenario.job("big", ram: 10) { $0.traits.priority = .high }
    scenario.job("then", after: ["big"])
    #expect(try starts(scenario) == "big held: heldByServices\nthen held: heldByServices")
  }

  @Test func `a forecast goes no further than its horizon and its steps`() throws {
    var scenario = Scenario()
    for name in ["a", "b", "c", "d"] {
      scenario.job(name, gpuMilli: 2000) { $0.traits.maxRuntime = .seconds(100) }
    }
    #expect(try starts(scenario, ForecastLimits(horizon: .seconds(150))) == "b in 100s\nc beyond 150s\nd beyond 150s")
    #expect(try starts(scenario, ForecastLimits(steps: 1)) == "b in 100s\nc beyond 100s\nd beyond 100s")
  }

  @Test func `a dependant waits for a retry but not for a failure`() throws {
    var scenario = Scenario()
    scenario.job("a") {
      $0.traits.retry = RetryPolicy(limit: 1, backoff: .seconds(30))
      $0.traits.maxRuntime = .seconds(100)
    }
    scenario.job("b", after: ["a"])
    try scenario.apply()
    scenario.end("a", .exited(status: 1))
    #expect(try starts(scenario) == "a in 30s\nb in 130s")
    scenario.advance(30)
    scenario.end("a", .exited(status: 1))
    #expect(try starts(scenario) == "b held: dependencyFailed")
  }

  @Test func `spans cover runs from start to end`() throws {
    var scenario = Scenario()
    scenario.job("a", gpuMilli: 2000) { $0.traits.maxRuntime = .seconds(600) }
    scenario.job("b", gpuMilli: 1000)
    scenario.service("s")
    try scenario.apply()
    let from = scenario.now
    scenario.advance(200)
    let forecast = scenario.fleet.forecast(now: scenario.now)
    let spans = forecast.deployments.map { entry in
      "\(entry.deployment.name) "
        + entry.spans.map { "\(($0.from - from).text)–\($0.to.map { ($0 - from).text } ?? "") \($0.end)" }.joined()
    }
    #expect(
      spans == ["a 0s–10m expected(isPromised: true)", "s 0s– never", "b 10m– unknown"])
    #expect(forecast.clusters.map { $0.reservations.map(\.deployment.name) } == [["b"]])
  }
}
