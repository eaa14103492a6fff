import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// The conditions under which an apply that waits ends.
@Suite struct ConvergenceTests {
  @Test func `a job that sorts before its service starts once`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("client", "exit, '0'", "dependsOn: [store]"),
      BaseManifests.deployment("store", "hold", "mode: service, readyAfter: 1ms"))
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.summary.start == 1 || plan.summary.start == 2)
    #expect(!plan.actions.contains { if case .stop = $0.kind { true } else { false } })
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .converged)
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions == ["client": 1, "store": 1])
  }

  @Test func `an apply does not wait for a secret that only a person can set`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("train", "hold", "env: {TOKEN: {fromEnv: TOKEN}}"))
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck && outcome.convergence.blocked.map(\.name) == ["train"])
  }

  @Test func `a failed job that is suspended counts as converged`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("bad", "exit, '3'"))
    #expect(try await installation.reconciler().apply(request, shown: nil, goal: .converged).end == .stuck)
    let parked = try installation.request(BaseManifests.deployment("bad", "exit, '3'", "suspend: true"))
    #expect(try await installation.reconciler().apply(parked, shown: nil, goal: .converged).end == .reached)
  }
}
