import FleetModel
import GRDB

extension StateStore {
  /// Looks for defects of every kind, in a fixed order. Only reads, and all but the integrity check as of one commit.
  ///
  /// - Throws: an error only if the file can't be read at all.
  public func check() throws(StateError) -> [StateFinding] {
    // Outside a transaction: SQLite ends it when it finds damage.
    let damage = try translatingErrors(path: path) { try queue.unsafeRead { db in try Self.integrity(db) } }
    // On damaged pages the other checks would only repeat it, or fail.
    guard damage.isEmpty else { return damage }
    return try reading { db in
      var findings: [StateFinding] = []
      findings += try Self.foreignKeys(db)
      findings += try Self.unexpectedValues(db)
      guard findings.isEmpty else { return findings }
      findings += try Self.availability(db)
      findings += try Self.gpus(db)
      findings += try Self.orphans(db)
      findings += try Self.statuses(db)
      findings += try Self.counters(db)
      return findings
    }
  }

  private static func collect(
    _ db: Database, _ sql: String, of table: String, _ make: (SQLRow) throws -> StateFinding?
  ) throws -> [StateFinding] {
    var findings: [StateFinding] = []
    var select = try SQLStatement(db, sql)
    try select.forEachRow(of: table) { row in
      if let finding = try make(row) { findings.append(finding) }
    }
    return findings
  }

  private static func integrity(_ db: Database) throws -> [StateFinding] {
    do {
      return try collect(db, "PRAGMA integrity_check", of: "") { row in
        row.text(0) == "ok" ? nil : .integrity(row.text(0))
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return [.integrity(error.message ?? "damaged")]
    }
  }

  private static func foreignKeys(_ db: Database) throws -> [StateFinding] {
    try collect(db, "PRAGMA foreign_key_check", of: "") { row in
      .foreignKey(table: row.text(0), row: row.int64(1), parent: row.text(2))
    }
  }

  /// Returns the first unexpected value that loading or reading the journal meets.
  private static func unexpectedValues(_ db: Database) throws -> [StateFinding] {
    do {
      _ = try recordedState(db)
      _ = try RunReader.runs(db, where: "true") { _ in }
      return []
    } catch StateError.unexpectedValue(let value) {
      return [.unexpectedValue(value)]
    }
  }

  private static func availability(_ db: Database) throws -> [StateFinding] {
    try collect(
      db,
      """
      SELECT c.id, o.name || '/' || c.name FROM clusters c JOIN organizations o ON o.id = c.organization_id
        LEFT JOIN (
          SELECT cluster_id, sum(ram_bytes) AS ram, sum(cpu_milli) AS cpu, sum(gpu_milli) AS gpu
          FROM runs WHERE \(RunReader.isLive) GROUP BY cluster_id
        ) h ON h.cluster_id = c.id
      WHERE (held_ram_bytes, held_cpu_milli, held_gpu_milli)
          <> (coalesce(ram, 0), coalesce(cpu, 0), coalesce(gpu, 0))
        OR available_ram <> max(0, total_ram_bytes - coalesce(ram, 0)) / 1073741824.0
        OR available_cpu <> max(0, total_cpu_milli - coalesce(cpu, 0)) / 1000.0
        OR available_gpu <> max(0, total_gpu_milli - coalesce(gpu, 0)) / 1000.0
      ORDER BY c.id
      """, of: "clusters"
    ) { .availability($0.id(0), name: $0.text(1)) }
  }

  private static func gpus(_ db: Database) throws -> [StateFinding] {
    let held = """
      SELECT cluster_id, slot, sum(milli) AS milli FROM run_gpus JOIN runs ON runs.id = run_id
      WHERE \(RunReader.isLive) GROUP BY cluster_id, slot
      """
    let over = try collect(
      db, "SELECT cluster_id, slot, milli FROM (\(held)) WHERE milli > 1000 ORDER BY 1, 2", of: "run_gpus"
    ) { .gpuOversubscribed($0.id(0), slot: $0.int(1), milli: $0.int(2)) }
    return over
      + (try collect(
        db,
        """
        SELECT cluster_id, slot, sum(recorded), sum(actual) FROM (
          SELECT cluster_id, slot, held_milli AS recorded, 0 AS actual FROM gpu_slots
          UNION ALL SELECT cluster_id, slot, 0, milli FROM (\(held)))
        GROUP BY cluster_id, slot HAVING sum(recorded) <> sum(actual) ORDER BY 1, 2
        """, of: "gpu_slots"
      ) { .gpuHeld($0.id(0), slot: $0.int(1), recorded: $0.int(2), actual: $0.int(3)) })
  }

  private static func orphans(_ db: Database) throws -> [StateFinding] {
    try collect(
      db,
      """
      SELECT id, name FROM runs
      WHERE \(RunReader.isLive) AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.id = deployment_id) ORDER BY id
      """, of: "runs"
    ) { .runWithoutDeployment($0.id(0), name: RunName(text: $0.text(1))) }
      + collect(
        db,
        """
        SELECT id, name FROM runs
        WHERE \(RunReader.isLive) AND NOT EXISTS (SELECT 1 FROM clusters c WHERE c.id = cluster_id) ORDER BY id
        """, of: "runs"
      ) { .runWithoutCluster($0.id(0), name: RunName(text: $0.text(1))) }
      + collect(
        db,
        """
        SELECT id, name FROM runs
        WHERE state IN ('ended', 'lost') AND (ended_ns IS NULL OR state = 'ended' AND outcome IS NULL) ORDER BY id
        """, of: "runs"
      ) { .runWithoutEnd($0.id(0), name: RunName(text: $0.text(1))) }
  }

  /// Returns statuses that contradict the deployment's run. A stopping run goes with any status but COMPLETED.
  private static func statuses(_ db: Database) throws -> [StateFinding] {
    try collect(
      db,
      """
      SELECT d.id, o.name || '/' || c.name || '/' || d.name, d.status, r.state FROM deployments d
        JOIN clusters c ON c.id = d.cluster_id JOIN organizations o ON o.id = c.organization_id
        LEFT JOIN runs r ON r.deployment_id = d.id AND r.\(RunReader.isLive)
      WHERE CASE d.status
        WHEN 'PENDING' THEN r.state IS 'running'
        WHEN 'RUNNING' THEN r.state IS NULL OR r.state = 'starting'
        WHEN 'COMPLETED' THEN r.state IS NOT NULL
        ELSE r.state IN ('starting', 'running') END
      ORDER BY d.id
      """, of: "deployments"
    ) { row in
      .status(
        row.id(0), name: row.text(1), status: try row.word(2), run: row.isNull(3) ? nil : try row.word(3))
    }
  }

  /// Tables that draw their numbers from a counter, each with its column in `meta`.
  static let counted = [
    ("sources", "next_source"), ("organizations", "next_organization"), ("users", "next_user"),
    ("clusters", "next_cluster"), ("deployments", "next_deployment"), ("runs", "next_run"),
  ]

  private static func counters(_ db: Database) throws -> [StateFinding] {
    try counted.flatMap { table, counter in
      // A deployment's number is also in use while only its runs are left.
      let highest =
        table == "deployments"
        ? "max((SELECT coalesce(max(id), 0) FROM deployments), (SELECT coalesce(max(deployment_id), 0) FROM runs))"
        : "(SELECT coalesce(max(id), 0) FROM \(table))"
      return try collect(db, "SELECT id, \(counter), \(highest) FROM meta", of: "meta") { row in
        row.int64(1) > row.int64(2) ? nil : .counter(table: table, next: row.int64(1), highest: row.int64(2))
      }
    }
  }
}
