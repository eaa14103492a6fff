import FleetCore
import FleetModel
import Foundation
import PlanModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import Reconciliation

/// Plans and runs after something happened between two commands.
@Suite struct RecoveryTests {
  @Test func `a service that exited unseen is planned the same each time`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("web", "hold", "mode: service, readyAfter: 1ms"))
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .converged)
    // The pause before the next run must not end between the plans, however slow the machine is.
    let time = StandingTime(SystemTime().now())
    installation.engine.end(try #require(installation.engine.running("web")), .exited(status: 1))
    let first = try await installation.reconciler(time: time).plan(request).plan
    let second = try await installation.reconciler(time: time).plan(request).plan
    #expect(first.actions == second.actions)
    _ = try await installation.reconciler(time: time).apply(request, shown: first, goal: .carriedOut)
    #expect(try installation.statuses() == ["web": "PENDING"])
  }

  @Test func `a recorded run that was never prepared gives its room back`() async throws {
    let installation = try TestInstallation()
    let desired = try installation.desired(BaseManifests.deployment("web", "hold"))
    // As after a kill between the commit of the intent and the call: the intent is recorded, the engine knows nothing.
    let store = try installation.store()
    var fleet = Fleet(try store.load())
    let comparison = try fleet.compare(
      desired, secrets: ResolvedSecrets(), options: installation.request(declaring: desired).options)
    var effects = step(&fleet, .declared(comparison.revision), now: SystemTime().now())
    let cluster = try #require(fleet.clusterRecords.first?.id)
    effects += step(
      &fleet, .clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]), now: SystemTime().now())
    for case .commit(let commit) in effects { try store.commit(commit.writes, counters: commit.counters) }
    try store.close()
    let changed = try installation.request(BaseManifests.deployment("web", "hold, again"))
    let outcome = try await installation.reconciler().apply(
      changed, shown: nil, goal: .started, timeout: .seconds(60))
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions == ["web": 1])
  }

  /// The state is one that was copied, or restored from a backup: what it records was carried out by somebody else.
  @Test(arguments: Recorded.allCases)
  func `no process executes a run under the name that another gave it`(recorded: Recorded) async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("web", "hold"))
    let other = try recordStart(of: request, until: recorded, installation)
    let outcome = try await installation.reconciler(pid: 2).apply(request, shown: nil, goal: .started)
    #expect(outcome.end == .reached)
    let run = try #require(installation.engine.running("web"))
    #expect(run != other)
    #expect(installation.engine.executions == ["web": 1])
    let lab = ClusterIdentity(organization: "vision", name: "lab")
    #expect(
      try installation.store().runs(of: DeploymentIdentity(cluster: lab, name: "web")).first?.name == run)
  }

  @Test func `a plan leaves what has been begun to the holder of the lock`() async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("web", "hold"))
    _ = try recordStart(of: request, until: .intent, installation)
    let lock = StateLock(try installation.store())
    let holder = LockHolder(who: "ada", host: "here", pid: 3, command: "berth watch", since: SystemTime().now())
    try await lock.acquire(as: holder)
    #expect(try await installation.reconciler(pid: 2).plan(request).plan.actions.isEmpty)
    lock.release()
    // Whoever held it is gone.
    let plan = try await installation.reconciler(pid: 2).plan(request).plan
    #expect(plan.actions.map(\.kind) == [.start(.again)])
    let outcome = try await installation.reconciler(pid: 4).apply(request, shown: plan, goal: .started)
    #expect(outcome.actions == plan.actions)
  }

  /// What another process has recorded of a run of which the engine here knows nothing.
  enum Recorded: String, CaseIterable, Sendable {
    case intent, handle, launch
  }

  /// Records the start of the deployment as a process of another epoch does, and returns the name that it gave the run.
  private func recordStart(
    of request: ApplyRequest, until recorded: Recorded, _ installation: TestInstallation
  ) throws -> RunName {
    guard case .declared(let desired, _) = request.input else { throw CancellationError() }
    let store = try installation.store(epoch: "another")
    var fleet = Fleet(try store.load())
    let comparison = try fleet.compare(desired, secrets: ResolvedSecrets(), options: request.options)
    var effects = step(&fleet, .declared(comparison.revision), now: SystemTime().now())
    let cluster = try #require(fleet.clusterRecords.first?.id)
    func take(_ event: Event) { effects += step(&fleet, event, now: SystemTime().now()) }
    take(.clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]))
    let name = try #require(fleet.liveRuns.first?.name)
    // The commit that records the handle also says that the run may execute.
    if recorded != .intent { take(.callFinished(name, .prepared(handle: name.text))) }
    for case .commit(let commit) in effects {
      let writes = commit.writes.map { write in
        guard recorded == .handle, case .run(var run) = write else { return write }
        run.isLaunched = false
        return .run(run)
      }
      try store.commit(writes, counters: commit.counters)
    }
    try store.close()
    return name
  }

  @Test(arguments: [MemoryEngine.Method.prepare, .launch, .observe])
  func `an engine that never answers does not keep the lock`(call: MemoryEngine.Method) async throws {
    let installation = try TestInstallation()
    let request = try installation.request(BaseManifests.deployment("one", "hold"))
    _ = try await installation.reconciler().apply(try installation.request(), shown: nil, goal: .carriedOut)
    installation.engine.change { $0.hanging = [call] }
    let outcome = try await installation.reconciler(callLimit: .milliseconds(50)).apply(
      request, shown: nil, goal: .carriedOut)
    #expect(outcome.end == .reached)
    #expect(installation.engine.executions["one", default: 0] <= 1)
    installation.engine.change { $0.hanging = [] }
    let again = try await installation.reconciler(pid: 2).apply(request, shown: nil, goal: .started)
    #expect(again.end == .reached)
    #expect(try installation.statuses() == ["one": "RUNNING"])
    #expect(installation.engine.executions == ["one": 1])
  }
}
