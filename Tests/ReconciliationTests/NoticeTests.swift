import FleetCore
import FleetModel
import Foundation
import PlanModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import Reconciliation

/// Notices that a plan has beside its changes.
@Suite struct NoticeTests {
  @Test func `drift and stopped orphans are noticed in the plan`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    // The pause before the next run must not end between plan and apply, however slow the machine is.
    let time = StandingTime(SystemTime().now())
    installation.engine.end(try #require(installation.engine.running("web")), .exited(status: 7))
    let stranger = RunName(text: "berth-aaaaaaaaaaaaaaaaaaaa")
    installation.engine.change { $0.runs[stranger] = .running(since: SystemTime().now()) }
    let plan = try await installation.reconciler(time: time).plan(request).plan
    let lab = ClusterIdentity(organization: "vision", name: "lab")
    #expect(
      plan.notices == [
        .drift(DeploymentIdentity(cluster: lab, name: "web"), "its run has ended: exited with status 7"),
        .orphanStopped(lab, stranger),
      ])
    let outcome = try await installation.reconciler(time: time).apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(installation.engine.runs[stranger]?.isOver == true)
  }

  /// What is taken over, and the number of objects that then belong to another source still: of an organization, a user called
  /// as the source is, a cluster and a deployment.
  @Test(arguments: [
    (["default"], 0), (["ada"], 4), (["user/ada"], 3), (["user ada"], 4), (["vision"], 4), (["organization/vision"], 3),
    (["cluster/vision/lab", "deployment/vision/lab/one", "user/ada"], 1), (["vision/lab/one"], 4), (["user/eve"], 4),
  ])
  func `an object is taken over by its kind and identity only`(names: [String], left: Int) async throws {
    let installation = try TestInstallation()
    var request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    request.options.source = "two"
    request.options.takeover = .named(Set(names))
    #expect(try await installation.reconciler().plan(request).plan.refusals.count == left)
  }

  @Test func `taking ownership shows the former source`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    var other = request
    other.options.source = "two"
    #expect(try await installation.reconciler().plan(other).plan.refusals.count == 4)
    other.options.takeover = .all
    let plan = try await installation.reconciler().plan(other).plan
    #expect(plan.refusals.isEmpty && plan.changes.count == 4)
    #expect(plan.changes.allSatisfy { $0.fields == [FieldDifference(path: "source", old: "default", new: "two")] })
  }
}

extension RunObservation {
  fileprivate var isOver: Bool { if case .ended = self { true } else { false } }
}
