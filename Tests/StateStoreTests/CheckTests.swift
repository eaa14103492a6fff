import FleetModel
import Testing

@testable import StateStore

@Suite struct CheckTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  private func store() throws -> StateStore {
    var progress = DeploymentProgress(queuedAt: Samples.t0)
    progress.status = .running
    var run = Samples.run(1, of: 1, gpus: [GPUShare(slot: 1, milli: 500)], state: .running)
    run.startedAt = Samples.t0
    var ended = Samples.run(2, of: 2, state: .ended)
    ended.outcome = .exited(status: 0)
    ended.endedAt = Samples.t0
    let store = try state.open()
    _ = try store.load()
    var counters = IDCounters()
    (counters.source, counters.organization, counters.user, counters.cluster) = (2, 2, 2, 2)
    (counters.deployment, counters.run) = (4, 3)
    try store.commit(
      Samples.fleet() + [.progress(DeploymentID(1), progress), .run(run), .run(ended)], counters: counters)
    return store
  }

  @Test func `a sound state has no findings`() throws { #expect(try store().check().isEmpty) }

  @Test(arguments: Self.repairs)
  func `safe repairs are found and made`(sql: String, finding: StateFinding) throws {
    let store = try store()
    let before = parts(try store.load())
    try state.sql(sql)
    let findings = try store.check()
    #expect(findings == [finding] && finding.isSafeToRepair)
    #expect(try store.repair(findings) == findings)
    #expect(try store.check().isEmpty)
    // The repair is exact but for the invented end.
    if case .runWithoutEnd = finding { return }
    #expect(parts(try store.load()) == before)
  }

  static let repairs: [(String, StateFinding)] = [
    ("UPDATE clusters SET available_ram = 5", .availability(ClusterID(1), name: "vision/lab")),
    ("UPDATE clusters SET held_cpu_milli = 1", .availability(ClusterID(1), name: "vision/lab")),
    ("UPDATE gpu_slots SET held_milli = 100", .gpuHeld(ClusterID(1), slot: 1, recorded: 100, actual: 500)),
    ("DELETE FROM gpu_slots", .gpuHeld(ClusterID(1), slot: 1, recorded: 0, actual: 500)),
    (
      "INSERT INTO gpu_slots VALUES (1, 3, 200)", .gpuHeld(ClusterID(1), slot: 3, recorded: 200, actual: 0)
    ),
    ("UPDATE runs SET outcome = NULL WHERE id = 2", .runWithoutEnd(RunID(2), name: RunName(text: "berth-run2"))),
    ("UPDATE runs SET ended_ns = NULL WHERE id = 2", .runWithoutEnd(RunID(2), name: RunName(text: "berth-run2"))),
    ("UPDATE meta SET next_run = 2", .counter(table: "runs", next: 2, highest: 2)),
    ("UPDATE meta SET next_deployment = 1", .counter(table: "deployments", next: 1, highest: 3)),
  ]

  @Test func `a status that contradicts the run is corrected`() throws {
    let store = try store()
    try state.sql("UPDATE deployments SET status = 'PENDING' WHERE id = 1")
    let findings = try store.check()
    #expect(findings == [.status(DeploymentID(1), name: "vision/lab/d1", status: .pending, run: .running)])
    #expect(try store.repair(findings) == findings)
    let deployment = try #require(try store.load().deployments.first)
    #expect(deployment.progress.status == .running && deployment.progress.startedAt == Samples.t0)
  }

  @Test(arguments: Self.unclear)
  func `unsafe damage is found and left alone`(sql: String, finding: StateFinding) throws {
    let store = try store()
    try state.sqlWithoutRules(sql)
    let findings = try store.check()
    #expect(findings == [finding] && !finding.isSafeToRepair)
    #expect(try store.repair(findings).isEmpty)
    #expect(try store.check() == findings)
  }

  static let unclear: [(String, StateFinding)] = [
    (
      "UPDATE deployments SET status = 'RUNNING' WHERE id = 2",
      .status(DeploymentID(2), name: "vision/lab/d2", status: .running, run: nil)
    ),
    (
      "UPDATE deployments SET status = 'COMPLETED' WHERE id = 1",
      .status(DeploymentID(1), name: "vision/lab/d1", status: .completed, run: .running)
    ),
    (
      "DROP TRIGGER deployment_with_live_run; DELETE FROM deployments WHERE id = 1",
      .runWithoutDeployment(RunID(1), name: RunName(text: "berth-run1"))
    ),
    (
      "UPDATE deployments SET user_id = 77 WHERE id = 1",
      .foreignKey(table: "deployments", row: 1, parent: "users")
    ),
    (
      "UPDATE clusters SET engine = 'fax'",
      .unexpectedValue(UnexpectedValue(table: "clusters", column: "engine", row: 1, found: "fax"))
    ),
    (
      "UPDATE runs SET outcome = 'melted' WHERE id = 2",
      .unexpectedValue(UnexpectedValue(table: "runs", column: "outcome", row: 2, found: "melted"))
    ),
  ]
}
