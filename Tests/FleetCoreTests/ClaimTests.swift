import BerthTestSupport
import FleetModel
import Scheduling
import Testing

@testable import FleetCore

/// Claims end in the step in which their owner cannot take the room any more, whatever kind they are of.
@Suite struct ClaimTests {
  private func claims(_ scenario: Scenario) -> [Claim] { scenario.fleet.clusters.flatMap { $0.claims.all } }

  /// A cluster on which a run stops for a deployment with a gang claim.
  private func freeing() throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("low", cpu: 8) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(3600)
    scenario.stopsSlowly = true
    scenario.job("big", cpu: 8) { $0.traits.priority = .high }
    #expect(try scenario.apply().contains("preempt low for big"))
    #expect(claims(scenario).map(\.kind) == [.gang])
    return scenario
  }

  /// A deployment that was to grow and has had room freed for it: its old run stops now.
  private func growing() throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("low", cpu: 4) { $0.traits.priority = .low }
    scenario.job("big", cpu: 4) { $0.traits.priority = .high }
    try scenario.apply()
    scenario.advance(3600)
    scenario.stopsSlowly = true
    scenario.deployments["big"]?.traits.resources.cpuMilli = 8000
    try scenario.apply()
    #expect(claims(scenario).map(\.kind) == [.gang])
    let low = try #require(scenario.fleet.liveRun(of: scenario.identity("low")))
    scenario.stopping[low.name] = nil
    let response = scenario.response(to: [
      .runsObserved(low.cluster, [low.name: .ended(.signaled(signal: 15), at: scenario.now)])
    ])
    #expect(response == "stop big (replaced)")
    return scenario
  }

  @Test func `a suspension ends a gang claim`() throws {
    var scenario = try freeing()
    scenario.deployments["big"]?.traits.suspend = true
    try scenario.apply()
    #expect(claims(scenario) == [])
    #expect(scenario.fleet.gangClaims.isEmpty)
  }

  @Test func `a withdrawal ends a gang claim`() throws {
    var scenario = try freeing()
    scenario.deployments["big"] = nil
    try scenario.apply()
    #expect(claims(scenario) == [])
    #expect(scenario.confirmStops() == "start low (returned)" || scenario.state("low").hasPrefix("PENDING coolingDown"))
  }

  /// Why evaluation need not have ended the gang claim too when it gave up the claim of a replacement: nobody has both.
  @Test func `a replacement trades its gang claim for its own`() throws {
    let scenario = try growing()
    #expect(claims(scenario).map(\.kind) == [.ownReplacement])
    #expect(scenario.fleet.gangClaims.isEmpty)
    let slot = try #require(scenario.fleet.deploymentsByIdentity[scenario.identity("big")])
    #expect(scenario.fleet.deployments[slot].record.progress.nominatedUntil == nil)
  }

  @Test(arguments: [true, false]) func `nothing is claimed for a replacement that is not to run`(
    isSuspended: Bool
  ) throws {
    var scenario = try growing()
    if isSuspended {
      scenario.deployments["big"]?.traits.suspend = true
    } else {
      scenario.deployments["big"] = nil
    }
    try scenario.apply()
    #expect(claims(scenario) == [])
    #expect(scenario.fleet.gangClaims.isEmpty)
  }

  @Test func `a replacement that asks for less claims no more than that`() throws {
    var scenario = try growing()
    scenario.deployments["big"]?.traits.resources.cpuMilli = 6000
    try scenario.apply()
    #expect(claims(scenario).map(\.kind) == [.ownReplacement])
    // Beyond the four that the old run still holds.
    #expect(claims(scenario).first?.resources.cpuMilli == 2000)
    #expect(scenario.confirmStops().contains("start big (replacement)"))
  }
}
