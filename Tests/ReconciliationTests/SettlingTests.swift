import EngineInterface
import FleetModel
import PlanModel
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// What an engine reports of runs whose state is not clear.
@Suite(.timeLimit(.minutes(15))) struct SettlingTests {
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
    let installation = try TestInstallation(time: FastTime())
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
    async let waiting = installation.reconciler().apply(request, shown: nil, goal: .started)
    let engine = installation.engine
    let before = engine.looks.some
    try await engine.wait { $0.looksAtSome >= before + 2 }
    let looks = engine.looks
    try await engine.wait { $0.looksAtSome >= looks.some + 2 }
    #expect(engine.looks.all == looks.all)
    // Once it has ended, the room is free.
    engine.end(stranger, .exited(status: 0))
    #expect(try await waiting.end == .reached)
  }

  /// An installation with an empty cluster and a live run that no record names.
  private func strange(owner: String?) async throws -> (TestInstallation, RunName) {
    let installation = try TestInstallation(time: FastTime())
    _ = try await installation.reconciler().apply(try installation.request(), shown: nil, goal: .carriedOut)
    let stranger = RunName(text: "berth-bbbbbbbbbbbbbbbbbbbb")
    installation.engine.change {
      $0.runs[stranger] = .running(since: SystemTime().now())
      $0.owners[stranger] = owner
    }
    return (installation, stranger)
  }

  /// Regression: whose a run is was put over its end.
  @Test func `an end of another owner's run that nothing reports is seen by a look`() async throws {
    let (installation, stranger) = try await strange(owner: "it belongs to another installation")
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    async let waiting = installation.reconciler().apply(request, shown: nil, goal: .started)
    let engine = installation.engine
    try await engine.wait { $0.looksAtSome >= 2 }
    engine.change { $0.runs[stranger] = .ended(.exited(status: 0), at: SystemTime().now()) }
    #expect(try await waiting.end == .reached)
  }

  /// Regression: after one look that failed, nothing looked again.
  @Test(arguments: [MemoryEngine.Method.closer, .observe])
  func `an engine is looked at again after a look that failed`(method: MemoryEngine.Method) async throws {
    let (installation, stranger) = try await strange(owner: "it belongs to another installation")
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    async let waiting = installation.reconciler().apply(request, shown: nil, goal: .started)
    let engine = installation.engine
    try await engine.wait { $0.looksAtSome >= 2 }
    // The next look at some runs, and the look at everything that follows.
    engine.change { $0.failures[method] = 2 }
    try await engine.wait { $0.failures[method] == 0 }
    engine.change { $0.runs[stranger] = nil }
    #expect(try await waiting.end == .reached)
  }

  /// Regression: a cluster stayed closed where another command found it open.
  @Test func `a run without a record is looked at as long as its state is not known`() async throws {
    let (installation, stranger) = try await strange(owner: nil)
    let engine = installation.engine
    engine.change { $0.failures[.stop] = 1 }
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    async let waiting = installation.reconciler().apply(request, shown: nil, goal: .started)
    try await engine.wait { $0.failures[.stop] == 0 }
    let looks = engine.looks
    engine.change { $0.runs[stranger] = .unknown("its files are odd") }
    try await engine.wait { $0.looks > looks.all && $0.looksAtSome >= looks.some + 2 }
    engine.change { $0.runs[stranger] = nil }
    #expect(try await waiting.end == .reached)
  }

  /// Regression: it was kept as what no look returns, so that each look at it led to a look at everything.
  @Test func `a run that can't be settled is not a reason to look at everything each time`() async throws {
    let (installation, stranger) = try await strange(owner: nil)
    let engine = installation.engine
    engine.change { $0.runs[stranger] = nil }
    let first = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(first, shown: nil, goal: .carriedOut)
    let name = try #require(engine.running("one"))
    engine.change {
      $0.runs[name] = .unsettled(.lost)
      $0.failures[.settle] = .max
      $0.runs[stranger] = .running(since: SystemTime().now())
      $0.owners[stranger] = "it belongs to another installation"
    }
    let request = try installation.request(
      BaseManifests.deployment("one", "hold"), BaseManifests.deployment("two", "hold"))
    async let waiting = installation.reconciler().apply(request, shown: nil, goal: .started)
    try await engine.wait { $0.looksAtSome >= 1 }
    let looks = engine.looks
    try await engine.wait { $0.looksAtSome >= looks.some + 16 }
    #expect(engine.looks.all - looks.all <= 8)
    // Settling is tried again nevertheless.
    engine.change { $0.failures[.settle] = 0 }
    try await engine.wait { $0.settled == [name] }
    engine.end(stranger, .exited(status: 0))
    #expect(try await waiting.end == .reached)
  }
}
