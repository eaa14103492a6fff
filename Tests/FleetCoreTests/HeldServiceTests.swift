import BerthTestSupport
import FleetModel
import Testing

/// Services wait until their dependants can run beside them. Every change that makes this possible starts them.
@Suite struct HeldServiceTests {
  private func waiting() throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 0), "other": (16, 8, 0)])
    scenario.service("kept", cpu: 6)
    scenario.service("other/kept", cpu: 6)
    try scenario.apply()
    scenario.service("store")
    scenario.job("load", cpu: 4, with: ["store"])
    try scenario.apply()
    #expect(scenario.state("store") == "PENDING heldByServices")
    return scenario
  }

  @Test func `a service starts when its dependant asks for less`() throws {
    var scenario = try waiting()
    scenario.deployments["load"]?.traits.resources.cpuMilli = 1000
    try scenario.apply()
    #expect(scenario.state("store") == "RUNNING")
    #expect(scenario.state("load") == "RUNNING")
  }

  /// Found by generated fleets.
  @Test func `a service starts when its dependant can not come any more`() throws {
    var scenario = try waiting()
    scenario.job("before")
    scenario.job("load", cpu: 4, after: ["before"], with: ["store"])
    try scenario.apply()
    #expect(scenario.state("store") == "PENDING heldByServices")
    #expect(scenario.end("before", .exited(status: 1)) == "start store (new)")
  }

  @Test func `a service starts when its dependant's cluster grows`() throws {
    var scenario = try waiting()
    scenario.service("far-store")
    scenario.job("other/load", cpu: 4, with: ["far-store"])
    try scenario.apply()
    #expect(scenario.state("far-store") == "PENDING heldByServices")
    scenario.clusters["other"] = Scenario.resources(ram: 16, cpu: 12)
    #expect(try scenario.apply().hasPrefix("start far-store (new)\nstart other/load (new)"))
  }

  /// The dependant is not ready, and therefore in no queue.
  @Test func `a service starts when room is freed for a dependant that is not ready yet`() throws {
    var scenario = Scenario(["lab": (16, 8, 0), "other": (16, 8, 0)])
    scenario.service("other/kept", cpu: 6)
    scenario.job("before")
    try scenario.apply()
    scenario.service("far-store")
    scenario.job("other/load", cpu: 4, after: ["before"], with: ["far-store"])
    try scenario.apply()
    #expect(scenario.state("far-store") == "PENDING heldByServices")
    scenario.deployments["other/kept"]?.traits.suspend = true
    #expect(try scenario.apply().contains("stop other/kept (suspended)\nstart far-store (new)"))
  }
}
