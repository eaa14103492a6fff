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

  /// A job and the service that it needs get their room together; the job is launched once the service is ready. An apply
  /// that waited for it would keep the lock for as long as `readyAfter` says, for a start that its plan does not show.
  @Test(arguments: ["job", "service"])
  func `an apply does not wait until services are ready`(mode: String) async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("store", "hold", "mode: service, readyAfter: 30d"),
      BaseManifests.deployment("client", "hold", "mode: \(mode), dependsOn: [store], readyAfter: 0s"),
      BaseManifests.deployment("report", "hold", "dependsOn: [client]"))
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.summary.start == 1)
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(try installation.statuses() == ["store": "RUNNING", "client": "PENDING", "report": "PENDING"])
    #expect(installation.engine.executions.filter { $0.value > 0 } == ["store": 1])
    #expect(outcome.actions.filter { !$0.isHold } == plan.actions.filter { !$0.isHold })
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
