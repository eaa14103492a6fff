import FleetCore
import FleetModel
import Foundation
import PlanModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import Reconciliation

@Suite struct ApplyTests {
  @Test func `a pipeline converges, and applying it again changes nothing`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("prepare", "exit, '0'"),
      BaseManifests.deployment("train", "exit, '0'", "dependsOn: [prepare]"),
      BaseManifests.deployment("evaluate", "exit, '0'", "dependsOn: [train]"))
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .reached)
    #expect(try installation.statuses() == ["prepare": "COMPLETED", "train": "COMPLETED", "evaluate": "COMPLETED"])
    #expect(installation.engine.executions == ["prepare": 1, "train": 1, "evaluate": 1])
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.changes.isEmpty && plan.actions.isEmpty && plan.unchanged == 6)
    let again = try await installation.reconciler().apply(request, shown: plan, goal: .converged)
    #expect(again.end == .reached && again.actions.isEmpty)
    #expect(installation.engine.executions == ["prepare": 1, "train": 1, "evaluate": 1])
  }

  @Test func `apply does what the plan shows`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("one", "hold"), BaseManifests.deployment("two", "hold"),
      BaseManifests.deployment("three", "hold", "priority: low"))
    let plan = try await installation.reconciler().plan(request).plan
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(try installation.statuses() == ["one": "RUNNING", "two": "RUNNING", "three": "RUNNING"])
    // Withdrawn deployments go dependants first, all as planned.
    let less = try installation.request(BaseManifests.deployment("one", "hold"))
    let second = try await installation.reconciler().plan(less).plan
    #expect(second.summary.delete == 2)
    let pruned = try await installation.reconciler().apply(less, shown: second, goal: .carriedOut)
    #expect(pruned.actions == second.actions.filter { !$0.isHold })
    #expect(try installation.statuses() == ["one": "RUNNING"])
  }

  @Test func `a failure holds only its dependants`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("bad", "exit, '3'"), BaseManifests.deployment("after", "exit, '0'", "dependsOn: [bad]"),
      BaseManifests.deployment("free", "exit, '0'"))
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck)
    #expect(outcome.convergence.failed.map(\.name) == ["bad"])
    #expect(outcome.convergence.blocked.map(\.name) == ["after"])
    #expect(try installation.statuses() == ["bad": "FAILED", "after": "PENDING", "free": "COMPLETED"])
  }

  @Test func `a job fails when its retries are spent, and a request renews them`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("flaky", "exit, '3'", "retry: {limit: 2, backoff: 1ms}"))
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck)
    #expect(installation.engine.executions == ["flaky": 3])
    // Another apply has no retries left. A request renews them.
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(installation.engine.executions == ["flaky": 3])
    var asked = request
    asked.retries = .all
    _ = try await installation.reconciler().apply(asked, shown: nil, goal: .converged)
    #expect(installation.engine.executions == ["flaky": 6])
  }

  @Test func `a failed start is named`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("absent", "missing"))
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    #expect(outcome.failedStarts.map(\.name) == ["absent"])
    #expect(try installation.statuses() == ["absent": "FAILED"])
  }

  @Test func `a plan other than the one shown is refused`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    let shown = try await installation.reconciler().plan(request).plan
    _ = try await installation.reconciler().apply(request, shown: shown, goal: .carriedOut)
    await #expect(throws: ReconcilerError.self) {
      try await installation.reconciler().apply(request, shown: shown, goal: .carriedOut)
    }
  }

  /// The times that a plan names, such as the end of a victim's pause, move with the clock.
  @Test func `a plan that preempts is carried out when it is confirmed later`() async throws {
    let installation = try TestInstallation()
    func base() throws -> DesiredState {
      var desired = try installation.desired(
        BaseManifests.deployment("low", "hold", "priority: low")
          + BaseManifests.deployment("urgent", "hold", "priority: high"))
      for position in desired.declarations.indices {
        guard case .cluster(var spec) = desired.declarations[position].spec else { continue }
        spec.scheduling.minimumRuntime = .zero
        spec.capacity.cpuMilli = 1000
        desired.declarations[position].spec = .cluster(spec)
      }
      return desired
    }
    var first = try base()
    first.declarations.removeAll { $0.identity.path.hasSuffix("urgent") }
    _ = try await installation.reconciler().apply(installation.request(declaring: first), shown: nil, goal: .carriedOut)
    let request = try installation.request(declaring: base())
    let shown = try await installation.reconciler().plan(request).plan
    #expect(shown.summary.preempt == 1)
    let later = StandingTime(SystemTime().now() + .seconds(90))
    let other = try await installation.reconciler(time: later).plan(request).plan
    #expect(other.actions != shown.actions)
    let outcome = try await installation.reconciler(time: later).apply(request, shown: shown, goal: .carriedOut)
    #expect(outcome.actions.filter { !$0.isHold } == shown.actions.filter { !$0.isHold })
    #expect(installation.engine.executions == ["low": 1, "urgent": 1])
  }

  @Test func `runs outlive a timeout and an interruption`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("long", "hold"))
    // Started first: how far a start gets before a timeout depends on the machine.
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let outcome = try await installation.reconciler().apply(
      request, shown: nil, goal: .converged, timeout: .milliseconds(20))
    #expect(outcome.end == .timedOut)
    let task = Task { try await installation.reconciler().apply(request, shown: nil, goal: .converged) }
    task.cancel()
    do {
      #expect(try await task.value.end == .interrupted)
    } catch is CancellationError {
      // Cancelled while it took the lock.
    }
    #expect(try installation.statuses() == ["long": "RUNNING"])
    #expect(installation.engine.executions == ["long": 1])
  }

  @Test func `a missing secret holds, and a changed one replaces`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("train", "hold", "env: {TOKEN: {fromEnv: TOKEN}}, onSecretChange: rerun"))
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.actions.last?.kind == .hold(.secretUnavailable("fromEnv TOKEN is not set")))
    _ = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(try installation.statuses() == ["train": "PENDING"])
    installation.environment.withLock { $0["TOKEN"] = "swordfish" }
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    #expect(try installation.statuses() == ["train": "RUNNING"])
    installation.environment.withLock { $0["TOKEN"] = "changed" }
    let changed = try await installation.reconciler().plan(request).plan
    #expect(changed.summary.replace == 1)
    #expect(changed.changes.first?.fields.first?.new == "(sensitive, changed)")
    installation.environment.withLock { $0["TOKEN"] = nil }
    #expect(try await installation.reconciler().plan(request).plan.hasChanges == false)
  }

  @Test func `two applies that wait for the same run both see its end`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("long", "hold"))
    var patient = request
    patient.lockTimeout = .seconds(600)
    async let first = installation.reconciler(pid: 1).apply(patient, shown: nil, goal: .converged)
    async let second = installation.reconciler(pid: 2).apply(patient, shown: nil, goal: .converged)
    while installation.engine.running("long") == nil { await Task.yield() }
    let name = try #require(installation.engine.running("long"))
    installation.engine.end(name, .exited(status: 0))
    let outcomes = try await [first.end, second.end]
    #expect(outcomes == [.reached, .reached])
    #expect(installation.engine.executions == ["long": 1])
  }
}
