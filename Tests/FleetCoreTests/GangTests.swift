import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Deployments that must run together and can not.
@Suite struct GangTests {
  private func service(_ name: String, gpus: Int64 = 1, in scenario: inout Scenario) {
    scenario.service(name)
    scenario.deployments[name]?.traits.resources.gpuMilli = gpus * 1000
  }

  /// Two of the three services would hold their GPUs for ever, and the third would never fit.
  @Test func `nothing of a set that never fits together is started`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    for name in ["a", "b", "c"] { service(name, in: &scenario) }
    scenario.job("all", with: ["a", "b", "c"])
    #expect(
      try scenario.apply() == """
        register a
        register b
        register c
        register all
        hold a: heldByServices
        hold all: heldByServices
        hold b: heldByServices
        hold c: heldByServices
        """)
    let notices = try scenario.fleet.plan(scenario.comparison(), now: scenario.now).notices
    #expect(
      notices == [
        .cannotRunTogether(
          ["a", "b", "c"].map(scenario.identity), .gpu, needed: 3000, total: 2000, on: scenario.identity("a").cluster)
      ])
    // Meanwhile a job may use the GPUs.
    scenario.job("train", gpuMilli: 2000)
    #expect(try scenario.apply().hasPrefix("register train\nstart train (new)"))
  }

  @Test func `a service of such a set starts for another dependant that fits`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    for name in ["a", "b", "c"] { service(name, in: &scenario) }
    scenario.job("all", with: ["a", "b", "c"])
    scenario.job("some", with: ["a"])
    #expect(
      try scenario.apply().hasSuffix(
        """
        start a (new)
        start some (new)
        hold all: heldByServices
        hold b: heldByServices
        hold c: heldByServices
        """))
  }

  @Test func `a raised capacity starts the whole set`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    for name in ["a", "b", "c"] { service(name, in: &scenario) }
    scenario.job("all", with: ["a", "b", "c"])
    try scenario.apply()
    #expect(scenario.state("a") == "PENDING heldByServices")
    scenario.clusters["lab"]?.gpuMilli = 3000
    let done = try scenario.apply()
    for name in ["a", "b", "c", "all"] { #expect(done.contains("start \(name) (new)"), "\(done)") }
  }

  /// The services are on different clusters, and one of these never has room for its own.
  @Test func `a set across clusters is judged as a whole`() throws {
    var scenario = Scenario(["lab": (16, 8, 2), "b": (16, 8, 1)])
    service("near", in: &scenario)
    service("b/one", in: &scenario)
    service("b/two", in: &scenario)
    scenario.job("all", with: ["near", "b/one", "b/two"])
    let done = try scenario.apply()
    #expect(!done.contains("start"), "\(done)")
  }
}
