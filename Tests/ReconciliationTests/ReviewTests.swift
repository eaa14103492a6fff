import FleetCore
import FleetModel
import Foundation
import PlanModel
import StateStore
import Testing

@testable import Reconciliation

/// What reviews found.
@Suite struct ReviewTests {
  @Test func aJobThatSortsBeforeItsServiceIsStartedWithItOnce() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("client", "exit, '0'", "dependsOn: [store]"),
      Workshop.deployment("store", "hold", "mode: service, readyAfter: 1ms"))
    let plan = try await workshop.reconciler().plan(request)
    #expect(plan.summary.start == 1 || plan.summary.start == 2)
    #expect(!plan.actions.contains { if case .stop = $0.kind { true } else { false } })
    let outcome = try await workshop.reconciler().apply(request, shown: plan, goal: .converged)
    #expect(outcome.end == .reached)
    #expect(workshop.engine.executions == ["client": 1, "store": 1])
  }

  @Test func aServiceThatExitedUnseenIsPlannedTheSameEachTime() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    // On a slow machine the pause before its next run would be over meanwhile, and another plan right.
    let time = StandingTime(instant: SystemTime().now())
    workshop.engine.end(try #require(workshop.engine.running("web")), .exited(status: 1))
    let first = try await workshop.reconciler(time: time).plan(request)
    let second = try await workshop.reconciler(time: time).plan(request)
    #expect(first.actions == second.actions)
    _ = try await workshop.reconciler(time: time).apply(request, shown: first, goal: .carriedOut)
    #expect(try workshop.statuses() == ["web": "PENDING"])
  }

  @Test func aRunThatWasJournalledAndNeverPreparedGivesItsRoomBackWhenItsSpecChanges() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("web", "hold"))
    // As after a kill between the commit of the intent and the call: the intent is recorded, the engine knows nothing.
    let store = try workshop.store()
    var fleet = Fleet(try store.load())
    let comparison = try fleet.compare(
      request.desired, secrets: ResolvedSecrets(), options: request.options)
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

  @Test func whatOnlySomebodyCanBringIsNotWaitedFor() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("train", "hold", "env: {TOKEN: {fromEnv: TOKEN}}"))
    let outcome = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    #expect(outcome.end == .stuck && outcome.convergence.blocked.map(\.name) == ["train"])
  }

  @Test func aSuspendedFailureIsParked() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("bad", "exit, '3'"))
    #expect(try await workshop.reconciler().apply(request, shown: nil, goal: .converged).end == .stuck)
    let parked = try workshop.request(Workshop.deployment("bad", "exit, '3'", "suspend: true"))
    #expect(try await workshop.reconciler().apply(parked, shown: nil, goal: .converged).end == .reached)
  }
}

/// What a plan tells beside its changes.
@Suite struct NoticeTests {
  @Test func whatEndedUnseenAndWhatNobodyRecordedIsSaid() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(
      Workshop.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .converged)
    workshop.engine.end(try #require(workshop.engine.running("web")), .exited(status: 7))
    let stranger = RunName(text: "berth-aaaaaaaaaaaaaaaaaaaa")
    workshop.engine.state.withLock { state in
      if let run = state.runs.values.first {
        state.runs[stranger] = FakeEngine.Run(request: run.request, observation: .running(since: SystemTime().now()))
      }
    }
    let plan = try await workshop.reconciler().plan(request)
    let lab = ClusterIdentity(organization: "vision", name: "lab")
    #expect(
      plan.notices == [
        .drift(DeploymentIdentity(cluster: lab, name: "web"), "its run has ended: exited with status 7"),
        .orphanStopped(lab, stranger),
      ])
    let outcome = try await workshop.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(workshop.engine.state.withLock { $0.runs[stranger]?.observation.isOver } == true)
  }

  @Test func takingOverShowsFromWhom() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("one", "hold"))
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .carriedOut)
    var other = request
    other.options.source = "two"
    #expect(try await workshop.reconciler().plan(other).refusals.count == 4)
    other.options.takesOwnership = true
    let plan = try await workshop.reconciler().plan(other)
    #expect(plan.refusals.isEmpty && plan.changes.count == 4)
    #expect(plan.changes.allSatisfy { $0.fields == [FieldDifference(path: "source", old: "default", new: "two")] })
  }
}

extension RunObservation {
  fileprivate var isOver: Bool { if case .ended = self { true } else { false } }
}
