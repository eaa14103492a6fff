import FleetModel
import GRDB

/// Writes runs and events, and computes what is available.
enum RunWriter {
  static func write(_ db: Database, _ runs: [RunRecord]) throws {
    guard !runs.isEmpty else { return }
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO runs (id, name, deployment_id, identity, cluster_id, generation, attempt, state, ram_bytes, cpu_milli,
        gpu_milli, handle, is_launched, created_ns, started_ns, ended_ns, outcome, outcome_number, outcome_message,
        stop_cause, stop_cause_id, stop_grace_ns, stop_requested_ns)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, deployment_id = excluded.deployment_id,
        identity = excluded.identity, cluster_id = excluded.cluster_id, generation = excluded.generation,
        attempt = excluded.attempt, state = excluded.state, ram_bytes = excluded.ram_bytes,
        cpu_milli = excluded.cpu_milli, gpu_milli = excluded.gpu_milli, handle = excluded.handle,
        is_launched = excluded.is_launched, created_ns = excluded.created_ns, started_ns = excluded.started_ns,
        ended_ns = excluded.ended_ns, outcome = excluded.outcome, outcome_number = excluded.outcome_number,
        outcome_message = excluded.outcome_message, stop_cause = excluded.stop_cause,
        stop_cause_id = excluded.stop_cause_id, stop_grace_ns = excluded.stop_grace_ns,
        stop_requested_ns = excluded.stop_requested_ns
      """)
    // A run keeps its GPUs; inserting them again would be refused if the capacity was lowered below use in the
    // meantime.
    var share = try SQLStatement(
      db, "INSERT INTO run_gpus (run_id, slot, milli) VALUES (?, ?, ?) ON CONFLICT (run_id, slot) DO NOTHING")
    for run in runs {
      bind(run, to: &upsert)
      try upsert.run()
      for gpu in run.gpus {
        share.bind(run.id)
        share.bind(gpu.slot)
        share.bind(gpu.milli)
        try share.run()
      }
    }
  }

  private static func bind(_ run: RunRecord, to upsert: inout SQLStatement) {
    let outcome = run.outcome.map { OutcomeColumns($0) }
    let cause = run.stopCause.map { StopCauseColumns($0) }
    upsert.bind(run.id)
    upsert.bind(run.name.text)
    upsert.bind(run.deployment)
    upsert.bind(run.identity.text)
    upsert.bind(run.cluster)
    upsert.bind(run.generation)
    upsert.bind(run.attempt)
    upsert.bind(run.state.rawValue)
    upsert.bind(run.resources.ramBytes)
    upsert.bind(run.resources.cpuMilli)
    upsert.bind(run.resources.gpuMilli)
    upsert.bind(run.handle)
    upsert.bind(run.isLaunched)
    upsert.bind(nanoseconds: run.createdAt)
    upsert.bind(nanoseconds: run.startedAt)
    upsert.bind(nanoseconds: run.endedAt)
    upsert.bind(outcome?.word)
    upsert.bind(outcome?.number)
    upsert.bind(outcome?.message)
    upsert.bind(cause?.word)
    upsert.bind(cause?.id)
    upsert.bind(run.stopGrace)
    upsert.bind(nanoseconds: run.stopRequestedAt)
  }

  static func writeEvents(_ db: Database, _ plan: CommitPlan) throws {
    if plan.eventCount == 0 { return }
    var insert = try SQLStatement(
      db, "INSERT INTO events (at_ns, kind, identity, run, code, message) VALUES (?, ?, ?, ?, ?, ?)")
    try plan.forEachEvent { event in
      insert.bind(nanoseconds: event.at)
      insert.bind(event.subject.kind.rawValue)
      insert.bind(event.subject.path)
      insert.bind(event.run?.text)
      insert.bind(event.codeText)
      insert.bind(event.message)
      try insert.run()
    }
  }

  /// Sets each cluster's held and available resources from the sum over its live runs, whatever the triggers added up.
  static func recompute(_ db: Database, _ clusters: [ClusterID]) throws {
    guard !clusters.isEmpty else { return }
    var update = try SQLStatement(
      db,
      """
      UPDATE clusters SET
        held_ram_bytes = held.ram, held_cpu_milli = held.cpu, held_gpu_milli = held.gpu,
        available_ram = max(0, total_ram_bytes - held.ram) / 1073741824.0,
        available_cpu = max(0, total_cpu_milli - held.cpu) / 1000.0,
        available_gpu = max(0, total_gpu_milli - held.gpu) / 1000.0
      FROM (
        SELECT coalesce(sum(ram_bytes), 0) AS ram, coalesce(sum(cpu_milli), 0) AS cpu,
          coalesce(sum(gpu_milli), 0) AS gpu
        FROM runs WHERE cluster_id = ?1 AND \(RunReader.isLive)
      ) AS held
      WHERE clusters.id = ?1
      """)
    for cluster in clusters {
      update.bind(cluster)
      try update.run()
    }
  }
}
