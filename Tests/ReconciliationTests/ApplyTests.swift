import FleetCore
import FleetModel
import Foundation
import PlanModel
import StateStore
import Testing

@testable import Reconciliation

@Suite struct ApplyTests {
  @Test func `a pipeline converges, and applying it again changes nothing`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("prepare", "exit, '0'"),
      Workshop.deployment("train", "exit, '0'", "dependsOn: [prepare]"),
      Workshop.deployment("evaluate", "exit, '0'", "dependsOn: [train]"))
    let outcome = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .reached)
    #expect(try workshop.statuses() == ["prepare": "COMPLETED", "train": "COMPLETED", "evaluate": "COMPLETED"])
    #expect(workshop.engine.executions == ["prepare": 1, "train": 1, "evaluate": 1])
    let plan = try await workshop.reconciler().plan(request).plan
    #expect(plan.changes.isEmpty && plan.actions.isEmpty && plan.unchanged == 6)
    let again = try await workshop.reconciler().apply(request, shown: plan, goal: .converged)
    #expect(again.end == .reached && again.actions.isEmpty)
    #expect(workshop.engine.executions == ["prepare": 1, "train": 1, "evaluate": 1])
  }

  @Test func `apply does what the plan shows`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("one", "hold"), Workshop.deployment("two", "hold"),
      Workshop.deployment("three", "hold", "priority: low"))
    let plan = try await workshop.reconciler().plan(request).plan
    let outcome = try await workshop.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(try workshop.statuses() == ["one": "RUNNING", "two": "RUNNING", "three": "RUNNING"])
    // Withdrawn: dependants first, and all of it was in the plan.
    let less = try workshop.request(Workshop.deployment("one", "hold"))
    let second = try await workshop.reconciler().plan(less).plan
    #expect(second.summary.delete == 2)
    let pruned = try await workshop.reconciler().apply(less, shown: second, goal: .carriedOut)
    #expect(pruned.actions == second.actions.filter { !$0.isHold })
    #expect(try workshop.statuses() == ["one": "RUNNING"])
  }

  @Test func `a failure holds only its dependants`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("bad", "exit, '3'"), Workshop.deployment("after", "exit, '0'", "dependsOn: [bad]"),
      Workshop.deployment("free", "exit, '0'"))
    let outcome = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck)
    #expect(outcome.convergence.failed.map(\.name) == ["bad"])
    #expect(outcome.convergence.blocked.map(\.name) == ["after"])
    #expect(try workshop.statuses() == ["bad": "FAILED", "after": "PENDING", "free": "COMPLETED"])
  }

  @Test func `a job fails when its retries are spent, and a request renews them`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("flaky", "exit, '3'", "retry: {limit: 2, backoff: 1ms}"))
    let outcome = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck)
    #expect(workshop.engine.executions == ["flaky": 3])
    // Across invocations none is left; asked for, they are renewed.
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(workshop.engine.executions == ["flaky": 3])
    var asked = request
    asked.retries = .all
    _ = try await workshop.reconciler().apply(asked, shown: nil, goal: .converged)
    #expect(workshop.engine.executions == ["flaky": 6])
  }

  @Test func `a failed start is named`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("absent", "missing"))
    let outcome = try await workshop.reconciler().apply(request, shown: nil, goal: .carriedOut)
    #expect(outcome.failedStarts.map(\.name) == ["absent"])
    #expect(try workshop.statuses() == ["absent": "FAILED"])
  }

  @Test func `a plan other than the one shown is refused`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("one", "hold"))
    let shown = try await workshop.reconciler().plan(request).plan
    _ = try await workshop.reconciler().apply(request, shown: shown, goal: .carriedOut)
    await #expect(throws: ReconcilerError.self) {
      try await workshop.reconciler().apply(request, shown: shown, goal: .carriedOut)
    }
  }

  @Test func `runs outlive a timeout and an interruption`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("long", "hold"))
    let outcome = try await workshop.reconciler().apply(
      request, shown: nil, goal: .converged, timeout: .milliseconds(20))
    #expect(outcome.end == .timedOut)
    let task = Task { try await workshop.reconciler().apply(request, shown: nil, goal: .converged) }
    task.cancel()
    do {
      #expect(try await task.value.end == .interrupted)
    } catch is CancellationError {
      // Cancelled while it took the lock.
    }
    #expect(try workshop.statuses() == ["long": "RUNNING"])
    #expect(workshop.engine.executions == ["long": 1])
  }

  @Test func `a missing secret holds, and a changed one replaces`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("train", "hold", "env: {TOKEN: {fromEnv: TOKEN}}"))
    let plan = try await workshop.reconciler().plan(request).plan
    #expect(plan.actions.last?.kind == .hold(.secretUnavailable("fromEnv TOKEN is not set")))
    _ = try await workshop.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(try workshop.statuses() == ["train": "PENDING"])
    workshop.environment.withLock { $0["TOKEN"] = "swordfish" }
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .carriedOut)
    #expect(try workshop.statuses() == ["train": "RUNNING"])
    workshop.environment.withLock { $0["TOKEN"] = "changed" }
    let changed = try await workshop.reconciler().plan(request).plan
    #expect(changed.summary.replace == 1)
    #expect(changed.changes.first?.fields.first?.new == "(sensitive, changed)")
    workshop.environment.withLock { $0["TOKEN"] = nil }
    #expect(try await workshop.reconciler().plan(request).plan.hasChanges == false)
  }

  @Test func `two applies that wait for the same run both see its end`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("long", "hold"))
    var patient = request
    patient.lockTimeout = .seconds(600)
    async let first = workshop.reconciler(pid: 1).apply(patient, shown: nil, goal: .converged)
    async let second = workshop.reconciler(pid: 2).apply(patient, shown: nil, goal: .converged)
    while workshop.engine.running("long") == nil { await Task.yield() }
    let name = try #require(workshop.engine.running("long"))
    workshop.engine.end(name, .exited(status: 0))
    let outcomes = try await [first.end, second.end]
    #expect(outcomes == [.reached, .reached])
    #expect(workshop.engine.executions == ["long": 1])
  }
}
