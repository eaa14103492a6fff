import FleetCore
import FleetModel
import Foundation
import PlanModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import Reconciliation

/// Plans and runs after something happened between two commands.
@Suite struct RecoveryTests {
  @Test func `a service that exited unseen is planned the same each time`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    // The pause before the next run must not end between the plans, however slow the machine is.
    let time = StandingTime(SystemTime().now())
    installation.engine.end(try #require(installation.engine.running("web")), .exited(status: 1))
    let first = try await installation.reconciler(time: time).plan(request).plan
    let second = try await installation.reconciler(time: time).plan(request).plan
    #expect(first.actions == second.actions)
    _ = try await installation.reconciler(time: time).apply(request, shown: first, goal: .carriedOut)
    #expect(try installation.statuses() == ["web": "PENDING"])
  }

  @Test func `a recorded run that was never prepared gives its room back`() async throws {
    let installation = try TestInstallation()
    let desired = try installation.desired(BaseManifests.deployment("web", "hold"))
    // As after a kill between the commit of the intent and the call: the intent is recorded, the engine knows nothing.
    let store = try installation.store()
    var fleet = Fleet(try store.load())
    let comparison = try fleet.compare(
      desired, secrets: ResolvedSecrets(), options: installation.request(declaring: desired).options)
    var effects = step(&fleet, .declared(comparison.revision), now: SystemTime().now())
    let cluster = try #require(fleet.clusterRecords.first?.id)
    effects += step(
      &fleet, .clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]), now: SystemTime().now())
    for case .commit(let commit) in effects { try store.commit(commit.writes, counters: commit.counters) }
    try store.close()
    let changed = try installation.request(BaseManifests.deployment("web", "hold, again"))
    let outcome = try await installation.reconciler().apply(
      changed, shown: nil, goal: .started, timeout: .seconds(60))
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions == ["web": 1])
  }

  @Test(arguments: ["launch", "look"])
  func `an engine that never answers does not keep the lock`(call: String) async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(try installation.request(), shown: nil, goal: .carriedOut)
    if call == "look" { installation.engine.change { $0.hangs = true } }
    let hanging = Task {
      try await installation.reconciler(callLimit: .milliseconds(50)).apply(request, shown: nil, goal: .carriedOut)
    }
    if call == "launch" {
      // It hangs from some moment between the look and the start on.
      installation.engine.change { $0.hangs = true }
    }
    let outcome = try await hanging.value
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions["one", default: 0] <= 1)
    installation.engine.change { $0.hangs = false }
    let again = try await installation.reconciler(pid: 2).apply(request, shown: nil, goal: .started)
    #expect(again.end == .reached)
    #expect(try installation.statuses() == ["one": "RUNNING"])
    #expect(installation.engine.executions == ["one": 1])
  }
}
