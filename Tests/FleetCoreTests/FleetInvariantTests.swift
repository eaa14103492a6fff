import BerthTestSupport
import FleetModel
import Scheduling
import Testing

@testable import FleetCore

/// `checkInvariants` sees the traces of a forgotten line. Every other test shows that no step breaks an invariant, because
/// debug builds check after each step.
@Suite struct FleetInvariantTests {
  /// Something that a step could forget, and a part of the sentence about it.
  struct Fault: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var sentence: String
    var make: @Sendable (inout Fleet, _ big: DeploymentSlot, _ lab: ClusterSlot) throws -> Void
  }

  static let faults: [Fault] = [
    Fault(testDescription: "a claim that is not released", sentence: "is not indexed") { fleet, big, _ in
      fleet.gangClaims[big] = nil
    },
    Fault(testDescription: "a claim that is released without its index", sentence: "is not there") { fleet, big, lab in
      fleet.clusters[lab].release(Claim(.gang, owner: big))
    },
    Fault(testDescription: "a claim of one that takes no room", sentence: "cannot take it") { fleet, big, _ in
      fleet.deployments[big].place = .none
    },
    Fault(testDescription: "a tally that is not told", sentence: "the tally of vision/lab/next") { fleet, big, _ in
      fleet.deployments[big].published.isCompleted = true
    },
    Fault(testDescription: "a waiter that is not counted", sentence: "the waiters of vision/lab/big") { fleet, big, _ in
      fleet.deployments[big].waiters = WaiterCounts()
    },
    Fault(testDescription: "a run that is not released", sentence: "holds") { fleet, _, lab in
      let run = try #require(fleet.clusters[lab].runs.first)
      let live = try #require(fleet.runs[run])
      fleet.runs[run] = nil
      fleet.runsByName[live.record.name] = nil
      fleet.deployments[live.deployment].run = nil
    },
    Fault(testDescription: "a run whose room is given back twice", sentence: "holds") { fleet, _, lab in
      let run = try #require(fleet.clusters[lab].runs.first)
      fleet.clusters[lab].release(try #require(fleet.runs[run]))
    },
    Fault(testDescription: "a deployment that is not taken out of the queue", sentence: "queued") { fleet, big, _ in
      fleet.deployments[big].record.traits.suspend = true
    },
    Fault(testDescription: "a service that is not counted as one", sentence: "is not counted as what it is") {
      fleet, _, lab in
      let run = try #require(fleet.clusters[lab].runs.first)
      fleet.runs[run]?.isService = true
    },
    Fault(testDescription: "an identity that is not indexed", sentence: "is not found by its identity") {
      fleet, big, _ in
      fleet.deploymentsByIdentity[fleet.deployments[big].record.identity] = nil
    },
    Fault(testDescription: "a deployment that is not evaluated", sentence: "was not evaluated") { fleet, big, _ in
      fleet.deployments[big].isDirty = true
    },
  ]

  @Test(arguments: faults) func `a fault breaks an invariant`(_ fault: Fault) throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    scenario.job("low", cpu: 8, gpuMilli: 1000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(3600)
    scenario.stopsSlowly = true
    scenario.job("big", cpu: 8) { $0.traits.priority = .high }
    scenario.job("next", cpu: 1, after: ["big"])
    try scenario.apply()
    var fleet = scenario.fleet
    #expect(fleet.invariantViolations() == [])
    let big = try #require(fleet.deploymentsByIdentity[scenario.identity("big")])
    try fault.make(&fleet, big, fleet.deployments[big].cluster)
    let violations = fleet.invariantViolations()
    #expect(violations.contains { $0.contains(fault.sentence) }, "\(violations)")
  }
}
