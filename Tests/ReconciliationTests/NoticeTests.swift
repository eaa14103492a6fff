import FleetCore
import FleetModel
import Foundation
import PlanModel
import StateStore
import Testing

@testable import Reconciliation

/// Notices that a plan has beside its changes.
@Suite struct NoticeTests {
  @Test func `drift and stopped orphans are noticed in the plan`() async throws {
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
    let plan = try await workshop.reconciler().plan(request).plan
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

  @Test func `taking ownership shows the former source`() async throws {
    let workshop = try Workshop()
    let request = try workshop.request(Workshop.deployment("one", "hold"))
    _ = try await workshop.reconciler().apply(request, shown: nil, goal: .carriedOut)
    var other = request
    other.options.source = "two"
    #expect(try await workshop.reconciler().plan(other).plan.refusals.count == 4)
    other.options.takesOwnership = true
    let plan = try await workshop.reconciler().plan(other).plan
    #expect(plan.refusals.isEmpty && plan.changes.count == 4)
    #expect(plan.changes.allSatisfy { $0.fields == [FieldDifference(path: "source", old: "default", new: "two")] })
  }
}

extension RunObservation {
  fileprivate var isOver: Bool { if case .ended = self { true } else { false } }
}
