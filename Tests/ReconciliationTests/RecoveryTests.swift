import FleetCore
import FleetModel
import Foundation
import PlanModel
import StateStore
import Testing

@testable import Reconciliation

/// Plans and runs after something happened between two commands.
@Suite struct RecoveryTests {
  @Test func `a service that exited unseen is planned the same each time`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    // On a slow machine the pause before its next run would be over meanwhile, and another plan right.
    let time = StandingTime(instant: SystemTime().now())
    workshop.engine.end(try #require(workshop.engine.running("web")), .exited(status: 1))
    let first = try await workshop.reconciler(time: time).plan(request).plan
    let second = try await workshop.reconciler(time: time).plan(request).plan
    #expect(first.actions == second.actions)
    _ = try await workshop.reconciler(time: time).apply(request, shown: first, goal: .carriedOut)
    #expect(try workshop.statuses() == ["web": "PENDING"])
  }

  @Test func `a recorded run that was never prepared gives its room back`() async throws {
    let workshop = try Workshop()
    let desired = try workshop.desired(Workshop.deployment("web", "hold"))
    // As after a kill between the commit of the intent and the call: the intent is recorded, the engine knows nothing.
    let store = try workshop.store()
    var fleet = Fleet(try store.load())
    let comparison = try fleet.compare(
      desired, secrets: ResolvedSecrets(), options: workshop.request(declaring: desired).options)
    var effects = step(&fleet, .declared(comparison.revision), now: SystemTime().now())
    let cluster = try #require(fleet.clusterRecords.first?.id)
    effects += step(
      &fleet, .clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]), now: SystemTime().now())
    for case .commit(let commit) in effects { try store.commit(commit.writes, counters: commit.counters) }
    try store.close()
    let changed = try workshop.request(Workshop.deployment("web", "hold, again"))
    let outcome = try await workshop.reconciler().apply(
      changed, shown: nil, goal: .started, timeout: .seconds(60))
    #expect(outcome.end == .reached)
    #expect(workshop.engine.executions == ["web": 1])
  }
}
