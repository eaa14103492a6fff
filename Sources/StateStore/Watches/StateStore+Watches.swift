import FleetModel
import GRDB
import SystemCalls

extension StateStore {
  /// Returns the watches that are alive, by source and then by age: those that will carry out what waits. Works for a state
  /// that was opened for reading, and takes no lock.
  ///
  /// - Parameter machine: the machine that asks.
  public func watches(_ now: Instant, seenFrom machine: Machine = .current) throws(StateError) -> [WatchRecord] {
    try reading { db in try Self.allWatches(db) }.filter { $0.isAlive(now: now, seenFrom: machine) }
  }

  /// Records a watch, or its latest sign of life, and forgets watches that have died. Needs no lock: nothing that is planned
  /// or carried out depends on the rows, and no other process has to load again.
  public func record(_ watch: WatchRecord, seenFrom machine: Machine = .current) throws(StateError) {
    try writing { db in
      for other in try Self.allWatches(db) where !other.isAlive(now: watch.seen, seenFrom: machine) {
        if !other.isSameProcess(as: watch) { try Self.delete(other, db) }
      }
      var upsert = try SQLStatement(
        db,
        """
        INSERT INTO watches (source, who, host, boot_id, pid, process_start, command, since_ns, last_pass_ns, seen_ns)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (host, boot_id, pid, process_start) DO UPDATE SET source = excluded.source, who = excluded.who,
          command = excluded.command, since_ns = excluded.since_ns, last_pass_ns = excluded.last_pass_ns,
          seen_ns = excluded.seen_ns
        """)
      upsert.bind(watch.source)
      upsert.bind(watch.holder.who)
      upsert.bind(watch.holder.host)
      upsert.bind(watch.boot)
      upsert.bind(Int64(watch.holder.pid))
      upsert.bind(watch.processStart)
      upsert.bind(watch.holder.command)
      upsert.bind(nanoseconds: watch.holder.since)
      upsert.bind(nanoseconds: watch.lastPass)
      upsert.bind(nanoseconds: watch.seen)
      try upsert.run()
    }
  }

  /// Forgets a watch that ends.
  public func forget(_ watch: WatchRecord) throws(StateError) {
    try writing { db in try Self.delete(watch, db) }
  }

  private static func allWatches(_ db: Database) throws -> [WatchRecord] {
    var select = try SQLStatement(
      db,
      """
      SELECT id, source, who, host, boot_id, pid, process_start, command, since_ns, last_pass_ns, seen_ns
      FROM watches ORDER BY source, since_ns, id
      """)
    var watches: [WatchRecord] = []
    try select.forEachRow(of: "watches") { row in
      guard let pid = Int32(exactly: row.int64(5)) else { throw row.unexpected(5) }
      let holder = LockHolder(
        who: row.text(2), host: row.text(3), pid: pid, command: row.text(7), since: row.nanoseconds(8))
      watches.append(
        WatchRecord(
          source: row.text(1), holder: holder, boot: row.text(4), processStart: row.int64(6),
          lastPass: row.optionalNanoseconds(9), seen: row.nanoseconds(10)))
    }
    return watches
  }

  private static func delete(_ watch: WatchRecord, _ db: Database) throws {
    var delete = try SQLStatement(
      db, "DELETE FROM watches WHERE host = ? AND boot_id = ? AND pid = ? AND process_start = ?")
    delete.bind(watch.holder.host)
    delete.bind(watch.boot)
    delete.bind(Int64(watch.holder.pid))
    delete.bind(watch.processStart)
    try delete.run()
  }
}

extension WatchRecord {
  /// Whether two records are of one process.
  fileprivate func isSameProcess(as other: WatchRecord) -> Bool {
    (holder.host, boot, holder.pid, processStart) == (
      other.holder.host, other.boot, other.holder.pid, other.processStart
    )
  }
}
