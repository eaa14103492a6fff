import FleetModel
import GRDB

/// Reads and writes the runtime histories of images.
enum RuntimeTable {
  static func all(_ db: Database) throws -> [RuntimeHistory] {
    var histories: [RuntimeHistory] = []
    var select = try SQLStatement(
      db, "SELECT user_id, image, count, latest_ms, p50_ms, p90_ms, p_runs, ended_ns FROM runtimes ORDER BY 1, 2")
    try select.forEachRow(of: "runtimes") { row in
      let texts = row.text(3).split(separator: " ")
      let latest = texts.compactMap { Int64($0) }
      guard latest.count == texts.count, !latest.isEmpty else { throw row.unexpected(3) }
      var estimate: RuntimeEstimate?
      if let p50 = row.optionalInt64(4), let p90 = row.optionalInt64(5) {
        estimate = RuntimeEstimate(p50: .milliseconds(p50), p90: .milliseconds(p90), runs: row.int(6))
      }
      histories.append(
        RuntimeHistory(
          RuntimeKey(user: row.id(0), image: row.text(1)), count: row.int(2), latest: latest,
          lastEnd: row.nanoseconds(7), estimate: estimate))
    }
    return histories
  }

  static func delete(_ db: Database, _ keys: [RuntimeKey]) throws {
    guard !keys.isEmpty else { return }
    var delete = try SQLStatement(db, "DELETE FROM runtimes WHERE user_id = ? AND image = ?")
    for key in keys {
      delete.bind(key.user)
      delete.bind(key.image)
      try delete.run()
    }
  }

  static func write(_ db: Database, _ histories: [RuntimeHistory]) throws {
    guard !histories.isEmpty else { return }
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO runtimes (user_id, image, count, latest_ms, p50_ms, p90_ms, p_runs, ended_ns)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (user_id, image) DO UPDATE SET count = excluded.count, latest_ms = excluded.latest_ms,
        p50_ms = excluded.p50_ms, p90_ms = excluded.p90_ms, p_runs = excluded.p_runs,
        ended_ns = excluded.ended_ns
      """)
    for history in histories {
      upsert.bind(history.key.user)
      upsert.bind(history.key.image)
      upsert.bind(history.count)
      upsert.bind(history.latest.map { String($0) }.joined(separator: " "))
      upsert.bind(history.estimate.map { $0.p50.nanoseconds / 1_000_000 })
      upsert.bind(history.estimate.map { $0.p90.nanoseconds / 1_000_000 })
      upsert.bind(history.estimate.map { Int64($0.runs) })
      upsert.bind(nanoseconds: history.lastEnd)
      try upsert.run()
    }
  }
}
