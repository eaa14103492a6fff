import FleetModel
import GRDB

/// Reads rows of the journal.
enum RunReader {
  /// Columns that `record` reads, in its order.
  static let columns = """
    id, name, deployment_id, identity, cluster_id, generation, attempt, state, ram_bytes, cpu_milli, gpu_milli, handle,
    is_launched, created_ns, started_ns, ended_ns, outcome, outcome_number, outcome_message, stop_cause, stop_cause_id,
    stop_grace_ns, stop_requested_ns
    """
  /// Condition for runs that hold resources; spelled as the partial indexes spell it, so that SQLite uses them.
  static let isLive = "state IN ('starting', 'running', 'stopping')"

  /// Returns the runs that satisfy a condition, in the order of their numbers, with their GPUs.
  static func runs(_ db: Database, where condition: String, bind: (inout SQLStatement) -> Void) throws -> [RunRecord] {
    var shares: [Int64: [GPUShare]] = [:]
    var gpus = try SQLStatement(
      db,
      """
      SELECT run_id, slot, milli FROM run_gpus WHERE run_id IN (SELECT id FROM runs WHERE \(condition))
      ORDER BY run_id, slot
      """)
    bind(&gpus)
    try gpus.forEachRow(of: "run_gpus") { row in
      shares[row.int64(0), default: []].append(GPUShare(slot: row.int(1), milli: row.int(2)))
    }
    var runs: [RunRecord] = []
    var select = try SQLStatement(db, "SELECT \(columns) FROM runs WHERE \(condition) ORDER BY id")
    bind(&select)
    try select.forEachRow(of: "runs") { row in
      var run = try record(row)
      run.gpus = shares[run.id.value] ?? []
      runs.append(run)
    }
    return runs
  }

  private static func record(_ row: SQLRow) throws -> RunRecord {
    guard let identity = DeploymentIdentity(text: row.text(3)) else { throw row.unexpected(3) }
    var run = RunRecord(
      id: row.id(0), name: RunName(text: row.text(1)), deployment: row.id(2), identity: identity, cluster: row.id(4),
      generation: row.int(5), attempt: row.int(6),
      resources: Resources(ramBytes: row.int64(8), cpuMilli: row.int64(9), gpuMilli: row.int64(10)), gpus: [],
      createdAt: row.nanoseconds(13), stopGrace: row.span(21))
    run.state = try row.word(7)
    run.handle = row.optionalText(11)
    run.isLaunched = row.bool(12)
    run.startedAt = row.optionalNanoseconds(14)
    run.endedAt = row.optionalNanoseconds(15)
    run.outcome = try OutcomeColumns.read(row, at: 16)
    run.stopRequestedAt = row.optionalNanoseconds(22)
    run.stopCause = try StopCauseColumns.read(row, at: 19)
    return run
  }
}
