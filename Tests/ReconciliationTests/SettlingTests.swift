import EngineInterface
import FleetModel
import PlanModel
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// What an engine reports of runs whose state is not clear.
@Suite struct SettlingTests {
  @Test func `a plan assumes the end of a run without a supervisor, and an apply makes sure of it`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let name = try #require(installation.engine.running("one"))
    installation.engine.change { $0.runs[name] = .unsettled(.lost) }
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.actions.contains { $0.kind == .start(.again) })
    #expect(installation.engine.settled.isEmpty)
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .started)
    #expect(outcome.end == .reached)
    #expect(installation.engine.settled == [name])
    #expect(installation.engine.executions == ["one": 2])
  }

  @Test func `a run whose state is not known keeps its room, and hinders no other`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let name = try #require(installation.engine.running("one"))
    installation.engine.change { $0.runs[name] = .unknown("its files are odd") }
    let more = try installation.request(
      BaseManifests.deployment("one", "hold"), BaseManifests.deployment("two", "hold"))
    let outcome = try await installation.reconciler().apply(more, shown: nil, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(try installation.statuses() == ["one": "RUNNING", "two": "RUNNING"])
    #expect(installation.engine.executions == ["one": 1, "two": 1])
    let events = try installation.store().events().map { $0.event }
    let told = events.filter { $0.code == .unknown && $0.run == name }
    #expect(told.map { $0.message } == ["its files are odd"])
  }

  @Test func `a live run of another owner is told and held, and never stopped`() async throws {
    let installation = try TestInstallation()
    _ = try await installation.reconciler().apply(try installation.request(), shown: nil, goal: .carriedOut)
    let stranger = RunName(text: "berth-bbbbbbbbbbbbbbbbbbbb")
    installation.engine.change {
      $0.runs[stranger] = .running(since: SystemTime().now())
      $0.owners[stranger] = "it belongs to another installation"
    }
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    let plan = try await installation.reconciler().plan(request).plan
    #expect(!plan.notices.contains { if case .orphanStopped = $0 { true } else { false } })
    let outcome = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions.isEmpty)
    #expect(outcome.holds.contains { "\($0)".contains("another installation") }, "\(outcome.holds)")
    guard case .running = installation.engine.runs[stranger] else {
      Issue.record("it was stopped")
      return
    }
    // Waiting for it takes no look at everything.
    let waiting = Task { try await installation.reconciler().apply(request, shown: nil, goal: .started) }
    let before = installation.engine.looks.some
    while installation.engine.looks.some < before + 2 { try await Task.sleep(for: .milliseconds(10)) }
    let looks = installation.engine.looks
    while installation.engine.looks.some < looks.some + 2 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(installation.engine.looks.all == looks.all)
    // Once it has ended, the room is free.
    installation.engine.end(stranger, .exited(status: 0))
    #expect(try await waiting.value.end == .reached)
  }
}
