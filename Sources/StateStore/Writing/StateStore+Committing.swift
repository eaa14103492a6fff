import FleetModel
import GRDB

extension StateStore {
  /// Writes in one transaction: all or nothing. The caller holds the lock and has loaded since another process last
  /// wrote.
  ///
  /// `available_*` is computed once for each cluster that a cluster's or a run's write touches. Only the final state
  /// must be valid: names, e-mail addresses and invite codes may be swapped.
  ///
  /// - Throws: `replaced` if the database is no longer the file at its path; `changedElsewhere` if another process has committed since; `refused` if the final state breaks a rule of
  ///   the schema; `unknownRow` for progress or the deletion of a row that does not exist; `diskFull`, `readOnly`,
  ///   `busy`, `inputOutput` and `damaged` as SQLite reports them.
  public func commit(
    _ writes: [StateWrite], counters: IDCounters, files: SourceFilesChange? = nil
  ) throws(StateError) {
    guard mode != .readOnly else {
      throw .readOnly(SQLiteFailure(code: 8, extendedCode: 8, message: "the state was opened for reading"))
    }
    guard let before = lastCommit.withLock({ $0 }) else { throw .misuse("a commit before the first load") }
    try checkFile()
    try openLog()
    let plan = CommitPlan(writes)
    let note = try writing { db in
      try Self.beginCommit(db, after: before, counters: counters)
      // Foreign keys are checked at the end, so that the order of the writes is free. Not if only runs change: SQLite
      // compiles every statement of the connection anew after a PRAGMA, which costs ten times the writes themselves.
      if plan.writesObjects { try db.execute(sql: "PRAGMA defer_foreign_keys = ON") }
      let greatest = plan.deployments.isEmpty ? 0 : try DeploymentWriter.greatestID(db)
      try ObjectWriter.moveAside(db, plan, greatestDeployment: greatest)
      try ObjectWriter.write(db, plan)
      try DeploymentWriter.write(db, plan, greatestID: greatest)
      try RunWriter.write(db, plan.runs)
      try RuntimeTable.delete(db, plan.forgottenRuntimes)
      try RuntimeTable.write(db, plan.runtimes)
      try ObjectWriter.delete(db, plan)
      try RunWriter.writeEvents(db, plan)
      try RunWriter.recompute(db, plan.touchedClusters)
      if let files { try Self.write(files, db) }
      return try CommitNote(db)
    }
    lastCommit.withLock { $0 = before + 1 }
    note.write(to: location.lock)
  }

  private static func beginCommit(_ db: Database, after before: Int64, counters: IDCounters) throws {
    var update = try SQLStatement(
      db,
      """
      UPDATE meta SET commits = commits + 1, next_source = ?, next_organization = ?, next_user = ?, next_cluster = ?,
        next_deployment = ?, next_run = ? WHERE commits = ?
      """)
    update.bind(counters.source)
    update.bind(counters.organization)
    update.bind(counters.user)
    update.bind(counters.cluster)
    update.bind(counters.deployment)
    update.bind(counters.run)
    update.bind(before)
    guard try update.run() == 1 else { throw StateError.changedElsewhere }
  }
}
