import FleetModel
import GRDB

/// Writes deployments with their edges and digests, and the progress of those that only run.
enum DeploymentWriter {
  static func write(_ db: Database, _ plan: CommitPlan, greatestID: Int64) throws {
    try writeRecords(db, plan, greatestID: greatestID)
    try write(db, progress: plan.progress.entries)
  }

  /// Returns the greatest number of a deployment in the table: deployments above it are new, and have nothing to remove
  /// before they are written. SQLite makes a temporary tree for each DELETE from a table without row numbers.
  static func greatestID(_ db: Database) throws -> Int64 {
    var select = try SQLStatement(db, "SELECT max(id) FROM deployments")
    var greatest: Int64 = 0
    try select.forEachRow(of: "deployments") { greatest = $0.int64(0) }
    return greatest
  }

  private static func writeRecords(_ db: Database, _ plan: CommitPlan, greatestID: Int64) throws {
    if plan.deployments.isEmpty { return }
    // An upsert costs a temporary tree for each row as well, even if there can be no conflict.
    var insert = try SQLStatement(db, insertText)
    var upsert = try SQLStatement(db, insertText + updateText)
    var dropEdges = try SQLStatement(db, "DELETE FROM deployment_dependencies WHERE dependent_id = ?")
    var addEdge = try SQLStatement(
      db, "INSERT INTO deployment_dependencies (dependent_id, dependency_id, until) VALUES (?, ?, ?)")
    var dropDigests = try SQLStatement(db, "DELETE FROM secret_digests WHERE deployment_id = ?")
    var addDigest = try SQLStatement(
      db, "INSERT INTO secret_digests (deployment_id, reference, digest) VALUES (?, ?, ?)")
    try plan.forEachDeployment { record in
      if record.id.value > greatestID {
        bind(record, to: &insert)
        try insert.run()
      } else {
        bind(record, to: &upsert)
        try upsert.run()
        dropEdges.bind(record.id)
        try dropEdges.run()
        dropDigests.bind(record.id)
        try dropDigests.run()
      }
      for edge in record.dependencies {
        addEdge.bind(record.id)
        addEdge.bind(edge.dependency)
        addEdge.bind(edge.until.rawValue)
        try addEdge.run()
      }
      if record.secretDigests.isEmpty { return }
      for (reference, digest) in record.secretDigests.sorted(by: { $0.key < $1.key }) {
        addDigest.bind(record.id)
        addDigest.bind(reference)
        addDigest.bind(digest)
        try addDigest.run()
      }
    }
  }

  private static func bind(_ record: DeploymentRecord, to upsert: inout SQLStatement) {
    let (traits, progress) = (record.traits, record.progress)
    upsert.bind(record.id)
    upsert.bind(record.identity.name)
    upsert.bind(record.image)
    upsert.bind(progress.status.rawValue)
    upsert.bind(traits.priority.rawValue)
    upsert.bind(traits.resources.ramBytes)
    upsert.bind(traits.resources.cpuMilli)
    upsert.bind(traits.resources.gpuMilli)
    upsert.bind(record.cluster)
    upsert.bind(record.user)
    upsert.bind(text: record.createdAt)
    upsert.bind(text: progress.startedAt)
    upsert.bind(record.source)
    upsert.bind(progress.isWithdrawn)
    upsert.bind(progress.generation)
    upsert.bind(progress.reasonCode)
    upsert.bind(progress.attempts)
    upsert.bind(progress.failures)
    upsert.bind(nanoseconds: progress.notBefore)
    upsert.bind(nanoseconds: progress.queuedAt)
    upsert.bind(traits.mode.rawValue)
    upsert.bind(traits.retry.limit)
    upsert.bind(traits.retry.backoff)
    upsert.bind(traits.expectedRuntime)
    upsert.bind(traits.maxRuntime)
    upsert.bind(traits.stopGrace)
    upsert.bind(traits.readyAfter)
    upsert.bind(traits.preemptible)
    upsert.bind(traits.suspend)
    upsert.bind(traits.protect)
    upsert.bind(record.specText)
    upsert.bind(Int64(progress.bypasses))
    upsert.bind(nanoseconds: progress.expectedStart)
    upsert.bind(Int64(progress.preemptions))
    upsert.bind(progress.preemptedBy?.value)
    upsert.bind(nanoseconds: progress.nominatedUntil)
    upsert.bind(Int64(progress.losses))
  }

  private static let insertText = """
    INSERT INTO deployments (id, name, docker_image, status, priority, required_ram_bytes, required_cpu_milli,
      required_gpu_milli, required_ram, required_cpu, required_gpu, cluster_id, user_id, created_at, started_at,
      source_id, is_withdrawn, generation, reason_code, attempts, failures, not_before_ns, queued_ns, mode, retry_limit,
      retry_backoff_ns, expected_runtime_ns, max_runtime_ns, stop_grace_ns, ready_after_ns, is_preemptible,
      is_suspended, is_protected, spec, bypasses, expected_start_ns, preemptions, preempted_by_id, nominated_until_ns,
      losses)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?6 / 1073741824.0, ?7 / 1000.0, ?8 / 1000.0, ?9, ?10, ?11, ?12, ?13, ?14,
      ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37)
    """

  /// Clause after `insertText` for a row that may exist.
  private static let updateText = """
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, docker_image = excluded.docker_image, status = excluded.status,
      priority = excluded.priority, required_ram_bytes = excluded.required_ram_bytes,
      required_cpu_milli = excluded.required_cpu_milli, required_gpu_milli = excluded.required_gpu_milli,
      required_ram = excluded.required_ram, required_cpu = excluded.required_cpu, required_gpu = excluded.required_gpu,
      cluster_id = excluded.cluster_id, user_id = excluded.user_id, created_at = excluded.created_at,
      started_at = excluded.started_at, source_id = excluded.source_id, is_withdrawn = excluded.is_withdrawn,
      generation = excluded.generation, reason_code = excluded.reason_code, attempts = excluded.attempts,
      failures = excluded.failures, not_before_ns = excluded.not_before_ns, queued_ns = excluded.queued_ns,
      mode = excluded.mode, retry_limit = excluded.retry_limit, retry_backoff_ns = excluded.retry_backoff_ns,
      expected_runtime_ns = excluded.expected_runtime_ns, max_runtime_ns = excluded.max_runtime_ns,
      stop_grace_ns = excluded.stop_grace_ns, ready_after_ns = excluded.ready_after_ns,
      is_preemptible = excluded.is_preemptible, is_suspended = excluded.is_suspended,
      is_protected = excluded.is_protected, spec = excluded.spec, bypasses = excluded.bypasses,
      expected_start_ns = excluded.expected_start_ns, preemptions = excluded.preemptions,
      preempted_by_id = excluded.preempted_by_id, nominated_until_ns = excluded.nominated_until_ns,
      losses = excluded.losses
    """

  private static func write(
    _ db: Database, progress entries: [(id: DeploymentID, value: DeploymentProgress)]
  ) throws {
    var update = try SQLStatement(
      db,
      """
      UPDATE deployments SET status = ?, reason_code = ?, generation = ?, attempts = ?, failures = ?, not_before_ns = ?,
        queued_ns = ?, started_at = ?, is_withdrawn = ?, bypasses = ?, expected_start_ns = ?, preemptions = ?,
        preempted_by_id = ?, nominated_until_ns = ?, losses = ?
      WHERE id = ?
      """)
    for (id, progress) in entries {
      update.bind(progress.status.rawValue)
      update.bind(progress.reasonCode)
      update.bind(progress.generation)
      update.bind(progress.attempts)
      update.bind(progress.failures)
      update.bind(nanoseconds: progress.notBefore)
      update.bind(nanoseconds: progress.queuedAt)
      update.bind(text: progress.startedAt)
      update.bind(progress.isWithdrawn)
      update.bind(Int64(progress.bypasses))
      update.bind(nanoseconds: progress.expectedStart)
      update.bind(Int64(progress.preemptions))
      update.bind(progress.preemptedBy?.value)
      update.bind(nanoseconds: progress.nominatedUntil)
      update.bind(Int64(progress.losses))
      update.bind(id)
      guard try update.run() == 1 else { throw StateError.unknownRow(table: "deployments", id: id.value) }
    }
  }
}
