import FleetModel
import PlanModel
import ReconcilerTestSupport
import Reconciliation
import StateStore
import TestKit
import Testing

/// Questions about a recorded state: answered from what is recorded and what engines report, and nothing is written.
@Suite struct QuestionTests {
  private func identity(_ name: String) -> DeploymentIdentity {
    DeploymentIdentity(cluster: ClusterIdentity(organization: "vision", name: "lab"), name: name)
  }

  @Test func `ended runs are shown as ended, and nothing is written`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("hog", "hold", cpu: "4"), BaseManifests.deployment("next", "hold", cpu: "3"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    installation.engine.end(try #require(installation.engine.running("hog")), .exited(status: 0))
    let before = try installation.store().load()
    let present = try await installation.reconciler().present()
    #expect(present.endedRuns == 1)
    #expect(present.standing(of: identity("hog"))?.state == .completed)
    #expect(present.standing(of: identity("next"))?.state == .startsNext)
    let why = try #require(try await installation.reconciler().explain(identity("next")))
    #expect(why.state == .startsNext && why.reason == nil)
    #expect(try await installation.reconciler().explain(identity("hog"))?.status == .completed)
    let after = try installation.store().load()
    #expect(after.deployments.map(\.progress) == before.deployments.map(\.progress) && after.runs == before.runs)
    #expect(installation.engine.executions == ["hog": 1])
  }

  @Test func `a secret that is not there is told, also of what a person has suspended`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("train", "hold", "env: {T: {fromEnv: T}}, suspend: true"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let why = try #require(try await installation.reconciler().explain(identity("train")))
    #expect(why.reason == .suspended)
    let remedies = why.suggestions.flatMap(\.remedies)
    #expect(remedies.contains(.provideSecret(identity("train"), "fromEnv T is not set")))
    installation.environment.withLock { $0["T"] = "swordfish" }
    let again = try #require(try await installation.reconciler().explain(identity("train")))
    #expect(again.suggestions.flatMap(\.remedies).count == 1)
  }

  @Test func `a start is promised only where a watch lives, and its word about secrets counts`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(
      BaseManifests.deployment("train", "hold", "env: {T: {fromEnv: T}}"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let store = try installation.store()
    let holder = LockHolder(who: "ada", host: "", pid: 0, command: "berth watch m", since: SystemTime().now())
    let watch = WatchRecord(of: "default", by: holder, at: SystemTime().now())
    #expect(try await installation.reconciler().present().isWatched == false)
    #expect(try await installation.reconciler().explain(identity("train"))?.isWatched == false)
    // The watch has not found the secret; it is here that there is one.
    installation.environment.withLock { $0["T"] = "swordfish" }
    try store.record(watch)
    #expect(try await installation.reconciler().present().isWatched)
    let watched = try #require(try await installation.reconciler().explain(identity("train")))
    #expect(watched.isWatched && watched.reason?.code == "secretUnavailable")
    try store.forget(watch)
    #expect(try await installation.reconciler().explain(identity("train"))?.state == .startsNext)
  }

  @Test func `expired runs of many deployments are removed a few at a time`() async throws {
    let installation = try TestInstallation()
    let count = 120
    func request(_ round: Int) throws -> ApplyRequest {
      installation.request(
        declaring: try installation.desired(
          (0..<count).map { BaseManifests.deployment("d\($0)", "exit, '0'", "rerun: r\(round)", cpu: "10m") }.joined()))
    }
    for round in 0..<10 {
      _ = try await installation.reconciler().apply(try request(round), shown: nil, goal: .converged)
    }
    #expect(installation.engine.removed.isEmpty)
    // Somebody waits for the lock, and has it before all is removed.
    var patient = try request(10)
    patient.lockTimeout = .seconds(600)
    let request = patient
    async let last = installation.reconciler(pid: 1).apply(request, shown: nil, goal: .converged)
    async let other = installation.reconciler(pid: 2).apply(request, shown: nil, goal: .converged)
    let ends = try await (last.end, other.end)
    #expect(ends == (.reached, .reached))
    #expect(Set(installation.engine.removed).count == count)
    #expect(try installation.store().expiredRuns(keep: 10).isEmpty)
  }
}
