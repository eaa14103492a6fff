import FleetModel
import PlanModel
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// A plan is carried out as it was shown, however long somebody thinks about it, or is shown again.
@Suite struct ConfirmationTests {
  private static let start = Instant(nanoseconds: 1_800_000_000_000_000_000)

  private func manifests(_ scheduling: String, _ deployments: String...) -> String {
    BaseManifests.base(more: "  scheduling: {\(scheduling)}\n") + deployments.joined()
  }

  private func request(_ text: String, _ installation: TestInstallation) throws -> ApplyRequest {
    installation.request(declaring: DesiredState(declarations: try TestInstallation.declarations(text)))
  }

  /// Two low jobs that fill the cluster, and a plan that stops one of them for a high one, made `after` they began.
  private func installed(minimumRuntime: String, after: TimeSpan) async throws -> (TestInstallation, ApplyRequest, Plan)
  {
    let installation = try TestInstallation(time: StandingTime(Self.start))
    let low = ["low1", "low2"].map {
      BaseManifests.deployment($0, "hold", "priority: low", cpu: "2")
    }.joined()
    let scheduling = "minimumRuntime: \(minimumRuntime)"
    let before = try request(manifests(scheduling, low), installation)
    _ = try await installation.reconciler().apply(before, shown: nil, goal: .carriedOut)
    let high = BaseManifests.deployment("high", "hold", "priority: high", cpu: "2")
    let request = try request(manifests(scheduling, low, high), installation)
    let plan = try await installation.reconciler(time: StandingTime(Self.start + after)).plan(request).plan
    return (installation, request, plan)
  }

  @Test(arguments: [0, 1, 135, 100_000])
  func `a plan that is confirmed late stops what it shows, and nothing else`(seconds: Int64) async throws {
    let (installation, request, plan) = try await installed(minimumRuntime: "0s", after: .seconds(1))
    let confirmed = Self.start + .seconds(1) + .seconds(seconds)
    let reconciler = try installation.reconciler(time: StandingTime(confirmed))
    let outcome = try await reconciler.apply(request, shown: plan, goal: .carriedOut)
    let stops = plan.actions.filter { if case .preempt = $0.kind { true } else { false } }
    #expect(stops.count == 1)
    #expect(outcome.actions.filter { if case .preempt = $0.kind { true } else { false } } == stops)
    let state = try installation.store().load()
    #expect(state.deployments.filter { $0.progress.preemptedBy != nil }.count == 1)
    #expect(state.deployments.first { $0.identity.name == "high" }?.createdAt == confirmed)
  }

  @Test func `a plan that time has changed is shown again`() async throws {
    let (installation, request, plan) = try await installed(minimumRuntime: "1m", after: .seconds(1))
    #expect(!plan.actions.contains { if case .preempt = $0.kind { true } else { false } })
    let reconciler = try installation.reconciler(time: StandingTime(Self.start + .seconds(100)))
    do {
      _ = try await reconciler.apply(request, shown: plan, goal: .carriedOut)
      Issue.record("carried out")
    } catch ReconcilerError.stalePlan(_, let now) {
      #expect(now.actions.contains { if case .preempt = $0.kind { true } else { false } })
    }
  }

  @Test func `the plan for a new cluster knows what lives on its engine`() async throws {
    let installation = try TestInstallation(time: StandingTime(Self.start))
    let stranger = RunName(text: "berth-stranger")
    installation.engine.change { state in
      state.runs[stranger] = .running(since: Self.start)
      state.owners[stranger] = "belongs to another installation"
    }
    let request = try request(
      manifests("minimumRuntime: 0s", BaseManifests.deployment("job", "hold")), installation)
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.actions.last?.isHold == true, "\(plan.actions)")
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(outcome.holds == plan.actions.filter(\.isHold))
    #expect(installation.engine.executions == [:])
  }
}
