import FleetModel
import GRDB
import Testing

@testable import StateStore

/// Rules that SQLite itself enforces on every client. Most tests use plain SQL on a connection of their own.
@Suite struct RuleTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  @Test(arguments: [
    "UPDATE clusters SET available_ram = 64.5", "UPDATE clusters SET available_cpu = -0.001",
    "UPDATE clusters SET available_gpu = 5", "UPDATE clusters SET total_ram = 1000",
    "UPDATE clusters SET total_gpu_milli = 4500, total_gpu = 4.5",
    "UPDATE deployments SET status = 'Running'", "UPDATE deployments SET status = ''",
    "UPDATE deployments SET priority = 0", "UPDATE deployments SET priority = 4",
    "UPDATE deployments SET priority = 'high'", "UPDATE deployments SET required_ram = 2",
    "UPDATE deployments SET name = 'd2' WHERE id = 1", "UPDATE deployments SET cluster_id = 9",
    "UPDATE users SET is_active = 2", "UPDATE users SET email = NULL",
    "INSERT INTO deployment_dependencies VALUES (1, 1, 'completed')",
    "INSERT INTO deployment_dependencies VALUES (1, 2, 'started')",
    "INSERT INTO deployment_dependencies VALUES (3, 1, 'running')",
    "INSERT INTO user_organization VALUES (1, 9)", "DELETE FROM organizations", "DELETE FROM clusters",
    "DELETE FROM deployments WHERE id = 2", "UPDATE runs SET state = 'gone'", "UPDATE runs SET ram_bytes = 1",
    "UPDATE runs SET cluster_id = 2", "UPDATE run_gpus SET milli = 1", "INSERT INTO meta SELECT * FROM meta",
  ])
  func `plain SQL can not break the data model`(sql: String) throws {
    let store = try state.store(
      holding: Samples.fleet() + [
        .deployment(Samples.deployment(3, "d3", after: [1])),
        .run(Samples.run(1, of: 2, gpus: [GPUShare(slot: 0, milli: 1000)])),
      ])
    let before = parts(try store.load())
    let error = #expect(throws: DatabaseError.self) { try state.sql(sql) }
    #expect(error?.resultCode == .SQLITE_CONSTRAINT)
    #expect(parts(try store.load()) == before)
  }

  @Test(arguments: [
    "ram_bytes = 62 << 30", "cpu_milli = 15000", "gpu_milli = 4000", "cluster_id = 9", "deployment_id = 9",
    "deployment_id = 2",
  ])
  func `plain SQL can not oversubscribe a cluster`(change: String) throws {
    let store = try state.store(
      holding: Samples.fleet() + [.run(Samples.run(1, of: 2, ram: 3, cpu: 2, gpus: [GPUShare(slot: 0, milli: 500)]))])
    let (column, value) = (change.split(separator: " ")[0], change.split(separator: "=")[1])
    let columns = [
      "id": "2", "name": "'berth-x'", "deployment_id": "1", "identity": "'vision/lab/d1'", "cluster_id": "1",
      "generation": "1", "attempt": "1", "state": "'starting'", "ram_bytes": "1", "cpu_milli": "1", "gpu_milli": "0",
      "is_launched": "0", "created_ns": "0", "stop_grace_ns": "0",
    ]
    func insert(_ columns: [String: String]) -> String {
      let sorted = columns.sorted { $0.key < $1.key }
      return "INSERT INTO runs (\(sorted.map(\.key).joined(separator: ", ")))"
        + " VALUES (\(sorted.map(\.value).joined(separator: ", ")))"
    }
    let bad = columns.merging([String(column): String(value)]) { $1 }
    #expect(throws: DatabaseError.self) { try state.sql(insert(bad)) }
    // It may stand as history, and must not become live.
    try state.sql(insert(bad.merging(["state": "'ended'"]) { $1 }))
    #expect(throws: DatabaseError.self) { try state.sql("UPDATE runs SET state = 'running' WHERE id = 2") }
    try state.sql("DELETE FROM runs WHERE id = 2")
    try state.sql(insert(columns))
    #expect(try store.load().runs.count == 2)
  }

  @Test func `exactly the whole cluster fits, and not a byte more`() throws {
    let store = try state.store(holding: Samples.fleet())
    let all = (0..<4).map { GPUShare(slot: $0, milli: 1000) }
    try store.commit([.run(Samples.run(1, of: 1, ram: 64, cpu: 16, gpus: all))], counters: IDCounters())
    #expect(try availability() == [0, 0, 0])
    var tiny = Samples.run(2, of: 2)
    tiny.resources = Resources(ramBytes: 1, cpuMilli: 0, gpuMilli: 0)
    try refuses(store, [.run(tiny)], "does not have the resources")
    // The room of a run that ends in the same transaction counts, whatever the order.
    var ended = Samples.run(1, of: 1, ram: 64, cpu: 16, gpus: all, state: .ended)
    ended.outcome = .exited(status: 0)
    try store.commit([.run(tiny), .run(ended)], counters: IDCounters())
    #expect(try availability()[1...] == [16, 4])
  }

  @Test func `a GPU slot is not shared out beyond the whole`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 5))
    func run(_ id: Int64, _ slot: Int, _ milli: Int) -> StateWrite {
      .run(Samples.run(id, of: id, gpus: [GPUShare(slot: slot, milli: milli)]))
    }
    try store.commit([run(1, 0, 600), run(2, 0, 400)], counters: IDCounters())
    try refuses(store, [run(3, 0, 1)], "held by others")
    try refuses(store, [run(3, 4, 1)], "no such GPU")
    try store.commit([run(3, 3, 1)], counters: IDCounters())
    // The share of an ended run is free again, and a run that becomes live must fit.
    try store.commit(
      [.run(Samples.run(2, of: 2, gpus: [GPUShare(slot: 0, milli: 400)], state: .lost))], counters: IDCounters())
    try store.commit([run(4, 0, 300)], counters: IDCounters())
    try refuses(store, [run(2, 0, 400)], "held by others")
    #expect(try state.number("SELECT held_milli FROM gpu_slots WHERE slot = 0") == 900)
    try state.sql("DELETE FROM runs WHERE id = 1")
    try refuses(try reloaded(), [run(5, 0, 701)], "held by others")
    try reloaded().commit([run(5, 0, 700)], counters: IDCounters())
  }

  @Test func `a capacity lowered below use stops and admits nothing`() throws {
    let store = try state.store(holding: Samples.fleet())
    var run = Samples.run(1, of: 1, ram: 32, cpu: 8, gpus: [GPUShare(slot: 3, milli: 1000)])
    try store.commit([.run(run)], counters: IDCounters())
    #expect(try availability() == [32, 8, 3])
    try store.commit([.cluster(Samples.cluster(1, "lab", ram: 16, cpu: 16, gpu: 2))], counters: IDCounters())
    #expect(try availability() == [0, 8, 1])
    for next in [RunState.running, .stopping, .running] {
      run.state = next
      try store.commit([.run(run)], counters: IDCounters())
    }
    try refuses(store, [.run(Samples.run(2, of: 2))], "does not have the resources")
    run.state = .ended
    try store.commit([.run(run)], counters: IDCounters())
    #expect(try availability() == [16, 16, 2])
    try store.commit([.run(Samples.run(2, of: 2))], counters: IDCounters())
    #expect(try availability() == [15, 15, 2])
  }

  @Test func `a deployment has at most one live run`() throws {
    let store = try state.store(holding: Samples.fleet() + [.run(Samples.run(1, of: 1, state: .stopping))])
    try refuses(store, [.run(Samples.run(2, of: 1))], "runs.deployment_id")
    try store.commit([.run(Samples.run(2, of: 1)), .run(Samples.run(1, of: 1, state: .ended))], counters: IDCounters())
    #expect(try store.load().runs.map(\.id.value) == [2])
  }

  @Test func `an object with a live run can not be deleted, and its history outlives it`() throws {
    let store = try state.store(holding: Samples.fleet() + [.run(Samples.run(1, of: 1))])
    try refuses(store, [.deploymentDeleted(DeploymentID(1))], "has a live run")
    try store.commit(
      [.deploymentDeleted(DeploymentID(1)), .run(Samples.run(1, of: 1, state: .ended))], counters: IDCounters())
    #expect(try state.number("SELECT count(*) FROM runs") == 1)
    #expect(try availability() == [64, 16, 4])
  }

  private func refuses(_ store: StateStore, _ writes: [StateWrite], _ words: String) throws {
    let error = #expect(throws: StateError.self) { try store.commit(writes, counters: IDCounters()) }
    guard case .refused(let failure) = error else { throw error ?? .changedElsewhere }
    #expect(failure.message.contains(words))
  }
  private func reloaded() throws -> StateStore {
    let store = try state.open()
    _ = try store.load()
    return store
  }
  private func availability() throws -> [Double?] {
    try ["ram", "cpu", "gpu"].map { try state.number("SELECT available_\($0) FROM clusters WHERE id = 1") }
  }
}
