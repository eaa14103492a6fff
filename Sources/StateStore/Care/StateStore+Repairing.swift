import FleetModel
import GRDB

extension StateStore {
  /// Repairs the findings that are safe to repair, in one transaction, and skips the others. Needs the lock.
  ///
  /// - Returns: the repaired findings. A caller that has loaded must load again.
  public func repair(_ findings: [StateFinding]) throws(StateError) -> [StateFinding] {
    let safe = findings.filter(\.isSafeToRepair)
    guard !safe.isEmpty else { return [] }
    try openLog()
    try writing { db in
      try db.execute(sql: "UPDATE meta SET commits = commits + 1")
      for finding in safe { try Self.repair(db, finding) }
    }
    lastCommit.withLock { $0 = nil }
    return safe
  }

  private static func repair(_ db: Database, _ finding: StateFinding) throws {
    switch finding {
    case .availability(let cluster, _): try RunWriter.recompute(db, [cluster])
    case .gpuHeld(let cluster, let slot, _, let actual):
      try run(
        db,
        """
        INSERT INTO gpu_slots (cluster_id, slot, held_milli) VALUES (?, ?, ?)
        ON CONFLICT (cluster_id, slot) DO UPDATE SET held_milli = excluded.held_milli
        """
      ) {
        $0.bind(cluster)
        $0.bind(slot)
        $0.bind(actual)
      }
    case .runWithoutEnd(let id, _):
      try run(
        db,
        """
        UPDATE runs SET outcome = coalesce(outcome, 'lost'), ended_ns = coalesce(ended_ns, started_ns, created_ns)
        WHERE id = ?
        """
      ) { $0.bind(id) }
    case .status(let id, _, let status, let state):
      guard let repaired = StateFinding.repairedStatus(of: status, run: state) else { return }
      try run(db, "UPDATE deployments SET status = ? WHERE id = ?") {
        $0.bind(repaired.rawValue)
        $0.bind(id)
      }
      guard repaired == .running else { return }
      try repairStart(db, id)
    case .counter(let table, _, let highest):
      guard let column = counted.first(where: { $0.0 == table })?.1 else { return }
      try run(db, "UPDATE meta SET \(column) = ?") { $0.bind(highest + 1) }
    case .integrity, .foreignKey, .unexpectedValue, .gpuOversubscribed, .runWithoutDeployment, .runWithoutCluster:
      return
    }
  }

  /// Sets `started_at` of a deployment to the time at which its live run was confirmed.
  private static func repairStart(_ db: Database, _ id: DeploymentID) throws {
    let runs = try RunReader.runs(db, where: "deployment_id = ? AND \(RunReader.isLive)") { $0.bind(id) }
    guard let started = runs.first?.startedAt else { return }
    try run(db, "UPDATE deployments SET started_at = ? WHERE id = ?") {
      $0.bind(text: started)
      $0.bind(id)
    }
  }

  private static func run(_ db: Database, _ sql: String, _ bind: (inout SQLStatement) -> Void) throws {
    var statement = try SQLStatement(db, sql)
    bind(&statement)
    try statement.run()
  }
}
