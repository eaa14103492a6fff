import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@Suite struct ProofTests {
  private func notices(_ scenario: Scenario) throws -> [Notice] {
    try scenario.fleet.plan(scenario.comparison(), now: scenario.now, forecasting: ForecastLimits()).notices
  }

  @Test func `a minimal infeasible set is named with its sum`() throws {
    var scenario = Scenario()
    scenario.service("cache", ram: 1)
    scenario.service("db", ram: 10)
    scenario.job("load", ram: 10, with: ["db"])
    let together = Notice.cannotRunTogether(
      [scenario.identity("db"), scenario.identity("load")], .ram, needed: 20 << 30, total: 16 << 30,
      on: scenario.identity("db").cluster)
    #expect(try notices(scenario) == [together])
  }

  @Test func `a running service is part of the infeasible set`() throws {
    var scenario = Scenario()
    scenario.service("small", ram: 1)
    scenario.service("db", ram: 10)
    try scenario.apply()
    scenario.job("big", ram: 10)
    let together = Notice.cannotRunTogether(
      [scenario.identity("big"), scenario.identity("db")], .ram, needed: 20 << 30, total: 16 << 30,
      on: scenario.identity("db").cluster)
    #expect(try notices(scenario) == [together])
  }

  /// Jobs end, and the request of a waiting gang is not held by anybody.
  @Test func `only services are named as holders that never end`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.service("kept", cpu: 3)
    scenario.job("passing", cpu: 5)
    try scenario.apply()
    scenario.job("big", cpu: 6)
    scenario.service("store", cpu: 4)
    scenario.job("load", cpu: 4, with: ["store"])
    try scenario.apply()
    #expect(
      scenario.fleet.reason(of: scenario.identity("big"), now: scenario.now)
        == .heldByServices([
          Shortfall(
            dimension: .cpu, requested: 6000, available: 5000, total: 8000,
            holders: [Shortfall.Holder(deployment: scenario.identity("kept"), amount: 3000)])
        ]))
    #expect(
      scenario.fleet.reason(of: scenario.identity("load"), now: scenario.now)
        == .heldByServices([
          Shortfall(
            dimension: .cpu, requested: 8000, available: 5000, total: 8000,
            holders: [Shortfall.Holder(deployment: scenario.identity("kept"), amount: 3000)])
        ]))
    // The service itself would fit; its dependant would not.
    #expect(scenario.fleet.reason(of: scenario.identity("store"), now: scenario.now) == .heldByServices([]))
  }

  @Test func `for a job that never fits, the largest cluster it fits on is named`() throws {
    var scenario = Scenario(["lab": (16, 8, 2), "big": (16, 8, 8), "wide": (64, 8, 4)])
    scenario.job("train", gpuMilli: 4000)
    #expect(
      try notices(scenario) == [
        .fitsOn(scenario.identity("train"), ClusterIdentity(organization: "vision", name: "big"))
      ])
    scenario.job("train", gpuMilli: 9000)
    #expect(try notices(scenario) == [.fitsOn(scenario.identity("train"), nil)])
  }

  @Test func `the failed or suspended job that others wait for is named`() throws {
    var scenario = Scenario()
    scenario.job("fetch")
    scenario.job("clean", after: ["fetch"])
    scenario.job("train", after: ["clean"])
    scenario.job("paused") { $0.traits.suspend = true }
    scenario.job("eval", after: ["paused"])
    scenario.job("report", after: ["eval"])
    try scenario.apply()
    scenario.end("fetch", .exited(status: 1))
    #expect(
      try notices(scenario) == [
        .onlyReleasedBy(
          scenario.identity("fetch"), isSuspended: false, [scenario.identity("clean"), scenario.identity("train")]),
        .onlyReleasedBy(
          scenario.identity("paused"), isSuspended: true, [scenario.identity("eval"), scenario.identity("report")]),
      ])
  }
}
