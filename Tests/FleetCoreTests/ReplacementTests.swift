import BerthTestSupport
import FleetModel
import Testing

/// New generations take the places of their old runs.
@Suite struct ReplacementTests {
  /// Room for two more; a head that asks for all six of which one knows when they will be free.
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

  /// What its own old run gives back is its own; what it asks for beyond that is kept for those before it.
  @Test func whatGrowsDoesNotPassAReservation() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.traits.resources.gpuMilli = 2000
    scenario.deployments["small"]?.traits.maxRuntime = .seconds(3600)
    #expect(try scenario.apply() == "update small\nhold head: insufficientCapacity\nhold small: behindReservation")
    scenario.advance(600)
    #expect(scenario.end("long").hasPrefix("start head (new)"))
  }

  @Test func whatGrowsAndIsOverInTimeDoes() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.traits.resources.gpuMilli = 2000
    scenario.deployments["small"]?.traits.maxRuntime = .seconds(300)
    #expect(try scenario.apply().contains("stop small (replaced)\nstart small (replacement)"))
  }

  @Test func whatDoesNotGrowDoes() throws {
    var scenario = try reserved(for: "head")
    scenario.deployments["small"]?.image = "small:2"
    #expect(try scenario.apply().contains("stop small (replaced)\nstart small (replacement)"))
  }
}
