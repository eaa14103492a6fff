import FleetModel
import GRDB

/// A run that the journal need not keep any longer, with the cluster that holds its leftovers.
public struct ExpiredRun: Sendable, Hashable {
  /// Number of its row in the journal.
  public var id: RunID
  /// Name on the engine.
  public var name: RunName
  /// The cluster on which it ran.
  public var cluster: ClusterID
}

extension StateStore {
  /// Returns the runs beyond each deployment's last `keep` ones, oldest first; never a live run.
  ///
  /// The engines remove the leftovers first and `forget` follows, so that a crash between the two forgets nothing that
  /// still exists.
  ///
  /// - Parameters:
  ///   - deployments: the deployments to look at; `nil`: all, which reads the whole journal.
  ///   - keep: number of runs that each deployment keeps.
  public func expiredRuns(of deployments: [DeploymentID]? = nil, keep: Int = 10) throws(StateError) -> [ExpiredRun] {
    try reading { db in
      var expired: [ExpiredRun] = []
      func collect(_ select: inout SQLStatement) throws {
        try select.forEachRow(of: "runs") { row in
          expired.append(ExpiredRun(id: row.id(0), name: RunName(text: row.text(1)), cluster: row.id(2)))
        }
      }
      if let deployments {
        var select = try SQLStatement(
          db,
          """
          SELECT id, name, cluster_id FROM (
            SELECT id, name, cluster_id, state FROM runs WHERE deployment_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?)
          WHERE NOT \(RunReader.isLive)
          """)
        for deployment in deployments {
          select.bind(deployment)
          select.bind(keep)
          try collect(&select)
        }
      } else {
        var select = try SQLStatement(
          db,
          """
          SELECT id, name, cluster_id FROM (
            SELECT id, name, cluster_id, state, row_number() OVER (PARTITION BY deployment_id ORDER BY id DESC) AS place
            FROM runs)
          WHERE place > ? AND NOT \(RunReader.isLive)
          """)
        select.bind(keep)
        try collect(&select)
      }
      return expired.sorted { $0.id < $1.id }
    }
  }

  /// Deletes runs from the journal and the events before a time, in one transaction. Needs the lock. `load` reads the
  /// same state before and after.
  ///
  /// - Throws: `misuse` if a run is live or already forgotten; the errors of writing.
  public func forget(_ runs: [ExpiredRun], eventsBefore time: Instant? = nil) throws(StateError) {
    try openLog()
    try writing { db in
      var delete = try SQLStatement(db, "DELETE FROM runs WHERE id = ? AND NOT \(RunReader.isLive)")
      for run in runs {
        delete.bind(run.id)
        guard try delete.run() == 1 else {
          throw StateError.misuse("run \(run.name.text) is live or forgotten already")
        }
      }
      guard let time else { return }
      var events = try SQLStatement(db, "DELETE FROM events WHERE at_ns < ?")
      events.bind(nanoseconds: time)
      try events.run()
    }
  }
}
