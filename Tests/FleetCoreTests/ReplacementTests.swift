import BerthTestSupport
import FleetModel
import Testing

/// New generations that replace their old runs.
@Suite struct ReplacementTests {
  /// Two GPUs are free, five more at a known time, and the head needs seven.
  private func reserved(for name: String) throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 8)])
    scenario.scheduling.preemption = .never
    scenario.job("long", gpuMilli: 5000) { $0.traits.maxRuntime = .seconds(600) }
    scenario.job("small", gpuMilli: 1000)
    try scenario.apply()
    scenario.job(name, gpuMilli: 7000) { $0.traits.priority = .high }
    try scenario.apply()
    #expect(scenario.state(name) == "PENDING insufficientCapacity")
    return scenario
  }

  /// The room of the old run is the replacement's own; room beyond that is kept for earlier reservations.
  @Test func `a replacement that grows does not pass a reservation`() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.traits.resources.gpuMilli = 2000
    scenario.deployments["small"]?.traits.maxRuntime = .seconds(3600)
    #expect(try scenario.apply() == "update small\nhold head: insufficientCapacity\nhold small: behindReservation")
    scenario.advance(600)
    #expect(scenario.end("long").hasPrefix("start head (new)"))
  }

  @Test func `a replacement that grows passes a reservation if it ends in time`() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.traits.resources.gpuMilli = 2000
    scenario.deployments["small"]?.traits.maxRuntime = .seconds(300)
    #expect(try scenario.apply().contains("stop small (replaced)\nstart small (replacement)"))
  }

  @Test func `a replacement that does not grow passes a reservation`() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.image = "small:2"
    #expect(try scenario.apply().contains("stop small (replaced)\nstart small (replacement)"))
  }

  /// Found by generated fleets: a service starts only if its dependants fit beside it, and must not be stopped for a
  /// start that does not come.
  @Test func `a service is not stopped for a replacement that could not start`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.service("store", cpu: 2)
    scenario.job("busy", cpu: 4)
    try scenario.apply()
    scenario.job("load", cpu: 6, with: ["store"])
    try scenario.apply()
    scenario.deployments["store"]?.traits.resources.cpuMilli = 3000
    let told = try scenario.apply()
    #expect(!told.contains("stop store"), "\(told)")
    #expect(scenario.state("store") == "RUNNING heldByServices", "\(told)")
    scenario.deployments["load"]?.traits.resources.cpuMilli = 5000
    #expect(try scenario.apply().contains("stop store (replaced)\nstart store (replacement)"))
  }

  /// The GPU that comes back is as good as the one that is free: as with processors, nothing is kept beside it.
  @Test(arguments: [Dimension.cpu, .gpu])
  func `a replacement as large as its old run keeps nothing else meanwhile`(dimension: Dimension) throws {
    var scenario = Scenario(["lab": (16, 3, 3)])
    scenario.stopsSlowly = true
    func asking(for amount: Int64) -> (inout DeploymentSpec) -> Void {
      {
        $0.traits.resources = .zero
        $0.traits.resources[dimension] = amount * 1000
      }
    }
    scenario.job("first", asking(for: 1))
    try scenario.apply()
    scenario.job("second", asking(for: 1))
    try scenario.apply()
    scenario.end("first")
    scenario.deployments["second"]?.image = "second:2"
    try scenario.apply()
    scenario.job("third", asking(for: 2))
    #expect(try scenario.apply().contains("start third (new)"))
    #expect(scenario.confirmStops() == "start second (replacement)")
  }

  // MARK: Swaps

  /// Two jobs that hold all GPUs and cores, and exchange their requests.
  private func crossed(slowly: Bool = false) throws -> Scenario {
    var scenario = Scenario(["lab": (16, 16, 10)])
    scenario.job("a", cpu: 12, gpuMilli: 4000)
    scenario.job("b", cpu: 4, gpuMilli: 6000)
    try scenario.apply()
    scenario.stopsSlowly = slowly
    for (name, cpu, gpu) in [("a", 4, 6), ("b", 12, 4)] as [(String, Int64, Int64)] {
      scenario.deployments[name]?.traits.resources = Scenario.resources(ram: 1, cpu: cpu, gpuMilli: gpu * 1000)
    }
    return scenario
  }

  @Test func `replacements that fit only in each other's room swap`() throws {
    var scenario = try crossed()
    let planned = """
      update a
      update b
      stop a (replaced)
      stop b (replaced)
      start a (replacement)
      start b (replacement)
      """
    #expect(try scenario.plan() == planned)
    #expect(try scenario.apply() == planned)
    #expect(try scenario.apply() == "")
  }

  @Test func `nothing stops if the swap would not fit`() throws {
    var scenario = try crossed()
    scenario.deployments["b"]?.traits.resources.gpuMilli = 5000
    let told = try scenario.apply()
    #expect(!told.contains("stop"), "\(told)")
    #expect(scenario.state("a").hasPrefix("RUNNING") && scenario.state("b").hasPrefix("RUNNING"))
  }

  @Test func `nobody takes the room of a swap`() throws {
    var scenario = try crossed(slowly: true)
    try scenario.apply()
    let first = try #require(scenario.fleet.liveRun(of: scenario.identity("a")))
    scenario.stopping[first.name] = nil
    // A job of higher priority. The room that `a` gave back is not for it.
    scenario.job("thief", cpu: 2, gpuMilli: 1000) { $0.traits.priority = .high }
    #expect(
      scenario.response(to: [
        .runsObserved(first.cluster, [first.name: .ended(.signaled(signal: 15), at: scenario.now)])
      ]) == ""
    )
    #expect(try scenario.apply().contains("hold thief"))
    #expect(scenario.state("a") == "PENDING runsStopping")
    #expect(scenario.confirmStops() == "start a (replacement)\nstart b (replacement)")
  }

  @Test func `a member suspended during a swap leaves the others their room`() throws {
    var scenario = try crossed(slowly: true)
    try scenario.apply()
    scenario.deployments["b"]?.traits.suspend = true
    try scenario.apply()
    #expect(scenario.confirmStops() == "start a (replacement)")
    #expect(scenario.fleet.swaps(on: scenario.identity("a").cluster) == [])
    scenario.deployments["b"]?.traits.suspend = false
    #expect(try scenario.apply().contains("start b (replacement)"))
  }

  /// The room of its old run was promised to the other member.
  @Test func `a member that changes its request during a swap takes nothing back`() throws {
    var scenario = try crossed(slowly: true)
    try scenario.apply()
    scenario.deployments["b"]?.traits.resources = Scenario.resources(ram: 1, cpu: 4, gpuMilli: 6000)
    try scenario.apply()
    let old = try #require(scenario.fleet.liveRun(of: scenario.identity("b")))
    scenario.stopping[old.name] = nil
    let ended = scenario.response(to: [
      .runsObserved(old.cluster, [old.name: .ended(.signaled(signal: 15), at: scenario.now)])
    ])
    #expect(ended == "")
    #expect(scenario.confirmStops() == "start a (replacement)")
    #expect(scenario.state("b").hasPrefix("PENDING"))
    #expect(scenario.end("a") == "start b (replacement)")
  }

  @Test func `a swap ends at its deadline if a stop hangs`() throws {
    var scenario = try crossed(slowly: true)
    try scenario.apply()
    let first = try #require(scenario.fleet.liveRun(of: scenario.identity("a")))
    scenario.stopping[first.name] = nil
    scenario.response(to: [.runsObserved(first.cluster, [first.name: .ended(.signaled(signal: 15), at: scenario.now)])])
    let until = try #require(scenario.fleet.deployment(scenario.identity("a"))?.progress.nominatedUntil)
    scenario.advance((until - scenario.now).nanoseconds / 1_000_000_000 - 1)
    #expect(scenario.state("a") == "PENDING runsStopping")
    scenario.advance(1)
    #expect(scenario.fleet.deployment(scenario.identity("a"))?.progress.nominatedUntil == nil)
    #expect(scenario.state("a").hasPrefix("PENDING"))
    #expect(scenario.confirmStops() == "start b (replacement)\nstart a (replacement)")
  }
}
