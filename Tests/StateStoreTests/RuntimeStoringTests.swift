import FleetModel
import GRDB
import Testing

@testable import StateStore

@Suite struct RuntimeStoringTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  private func history(_ milliseconds: [Int64], image: String = "train:1", user: Int64 = 1) -> RuntimeHistory {
    var history = RuntimeHistory(RuntimeKey(user: UserID(user), image: image))
    for value in milliseconds {
      // Every third declares what half of it takes.
      history.add(
        .milliseconds(value), declared: value % 3 == 0 ? .milliseconds(value * 2) : nil, endedAt: Samples.t0)
    }
    return history
  }

  @Test func `runtimes read back as they were written and replace their row`() throws {
    let store = try state.store(holding: Samples.fleet())
    let (few, many) = (history([1, 2, 3], image: "b:1"), history((1...33).map { $0 * 100 }))
    try store.commit([.runtimes(history([5]))], counters: IDCounters())
    try store.commit([.runtimes(many), .runtimes(few)], counters: IDCounters())
    #expect(try store.load().runtimes == [few, many])
  }

  @Test func `a forgotten pair may be counted again in the same transaction`() throws {
    let (one, other) = (history([1], image: "a:1"), history([2], image: "b:1"))
    let store = try state.store(holding: Samples.fleet() + [.runtimes(one), .runtimes(other)])
    try store.commit(
      [.runtimesForgotten(one.key), .runtimesForgotten(other.key), .runtimes(history([7], image: "b:1"))],
      counters: IDCounters())
    #expect(try store.load().runtimes == [history([7], image: "b:1")])
  }

  @Test func `runtimes are deleted with their user only`() throws {
    let store = try state.store(holding: Samples.fleet() + [.user(Samples.user(2, "bob"))])
    try store.commit([.runtimes(history([1])), .runtimes(history([2], user: 2))], counters: IDCounters())
    try store.commit(
      [.runtimes(history([2, 3], user: 2)), .userDeleted(UserID(2)), .deploymentDeleted(DeploymentID(1))],
      counters: IDCounters())
    #expect(try store.load().runtimes == [history([1])])
  }

  @Test func `forgetting old runs keeps what they took`() throws {
    var run = Samples.run(1, of: 1, state: .ended)
    run.outcome = .exited(status: 0)
    let store = try state.store(holding: Samples.fleet() + [.run(run), .runtimes(history([700]))])
    try store.forget(store.expiredRuns(keep: 0))
    #expect(try store.load().runtimes == [history([700])])
  }

  @Test func `a value that is no number is an error with its place`() throws {
    let store = try state.store(holding: Samples.fleet() + [.runtimes(history([700]))])
    try state.sql("UPDATE runtimes SET latest_ms = '12 x'")
    #expect(throws: StateError.self) { try store.load() }
  }

  @Test func `migration counts successful jobs of the current generation, the latest last`() throws {
    state.makeDirectory()
    let queue = try DatabaseQueue(path: state.path)
    try queue.writeWithoutTransaction { try $0.execute(sql: MigrationTests.schema4) }
    try state.sql("PRAGMA application_id = \(Migration.applicationID); PRAGMA user_version = 4")
    func run(_ id: Int, _ end: Int, took ms: Int, _ outcome: String = "'exited', 0, NULL", generation: Int = 1) throws {
      try state.sql(
        """
        INSERT INTO runs (id, name, deployment_id, identity, cluster_id, generation, attempt, state, ram_bytes, cpu_milli,
          gpu_milli, is_launched, created_ns, started_ns, ended_ns, outcome, outcome_number, stop_cause, stop_grace_ns)
        VALUES (\(id), 'r\(id)', 1, 'vision/lab/d1', 1, \(generation), \(id), 'ended', 1, 1, 0, 1, 0,
          \(end - ms * 1_000_000), \(end), \(outcome), 0)
        """)
    }
    for id in 101...125 { try run(id, 1_000_000_000_000 + id, took: id) }
    try run(130, 2_000_000_000_000, took: 1, "'exited', 1, NULL")
    try run(131, 2_000_000_000_000, took: 1, "'exited', 0, 'suspended'")
    try run(132, 2_000_000_000_000, took: 1, "'signaled', 9, NULL")
    try run(133, 2_000_000_000_000, took: 1, generation: 2)
    let loaded = try state.open(.existing).load().runtimes
    #expect(loaded.map(\.durations.count) == [25])
    #expect(loaded.first?.durations.latest == (106...125).map { Int64($0) })
    #expect(loaded.first?.key.image == "train:1")
    #expect(loaded.first?.estimate == RuntimeEstimate(p50: .milliseconds(115), p90: .milliseconds(123), runs: 20))
  }
}
