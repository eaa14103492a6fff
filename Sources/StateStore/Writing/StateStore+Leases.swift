import FleetModel
import GRDB
import Glibc

extension StateStore {
  /// Returns the description that the last holder of the lock left. It does not tell whether the lock is held now: a
  /// holder that died leaves its row. Only the lock itself tells.
  public func lastLockHolder() throws(StateError) -> LockHolder? {
    try reading { db in try Self.lease(db) }
  }

  static func lease(_ db: Database) throws -> LockHolder? {
    var select = try SQLStatement(db, "SELECT id, who, host, pid, command, since_ns FROM lease")
    var holder: LockHolder?
    try select.forEachRow(of: "lease") { row in
      guard let pid = Int32(exactly: row.int64(3)) else { throw row.unexpected(3) }
      holder = LockHolder(
        who: row.text(1), host: row.text(2), pid: pid, command: row.text(4), since: row.nanoseconds(5))
    }
    return holder
  }

  /// Writes the holder's row unless it is the same: one read for a holder that returns, one commit for a new one.
  func describe(_ holder: LockHolder) throws(StateError) {
    if try lastLockHolder() == holder { return }
    try writing { db in
      var upsert = try SQLStatement(
        db,
        """
        INSERT INTO lease (id, who, host, pid, command, since_ns) VALUES (1, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET who = excluded.who, host = excluded.host, pid = excluded.pid,
          command = excluded.command, since_ns = excluded.since_ns
        """)
      upsert.bind(holder.who)
      upsert.bind(holder.host)
      upsert.bind(Int64(holder.pid))
      upsert.bind(holder.command)
      upsert.bind(nanoseconds: holder.since)
      try upsert.run()
    }
  }

  /// Returns the holder of the lock that was just found busy, as seen from a machine; `nil` if the row is of a process
  /// of that machine that has ended: then the holder has not written its own row yet.
  func busyHolder(seenFrom host: String) throws(StateError) -> LockHolder? {
    guard let holder = try lastLockHolder() else { return nil }
    if holder.host == host, kill(holder.pid, 0) != 0, errno == ESRCH { return nil }
    return holder
  }
}
