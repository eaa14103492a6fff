import FleetModel
import GRDB

/// Reads and writes the runtime histories of images.
enum RuntimeTable {
  static func all(_ db: Database) throws -> [RuntimeHistory] {
    var histories: [RuntimeHistory] = []
    var select = try SQLStatement(
      db,
      """
      SELECT user_id, image, ended_ns, count, latest_ms, p50_ms, p90_ms, p_runs, ratio_count, latest_ratios, ratio_p50,
        ratio_p90, ratio_runs
      FROM runtimes ORDER BY 1, 2
      """)
    try select.forEachRow(of: "runtimes") { row in
      let durations = try history(row, from: 3)
      if durations.latest.isEmpty { throw row.unexpected(4) }
      histories.append(
        RuntimeHistory(
          RuntimeKey(user: row.id(0), image: row.text(1)), durations: durations, ratios: try history(row, from: 8),
          lastEnd: row.nanoseconds(2)))
    }
    return histories
  }

  /// Reads the five columns of a history.
  private static func history(_ row: SQLRow, from column: Int32) throws -> QuantileHistory {
    let texts = row.text(column + 1).split(separator: " ")
    let latest = texts.compactMap { Int64($0) }
    guard latest.count == texts.count else { throw row.unexpected(column + 1) }
    var quantiles: QuantileHistory.Quantiles?
    if let p50 = row.optionalInt64(column + 2), let p90 = row.optionalInt64(column + 3) {
      quantiles = QuantileHistory.Quantiles(p50: p50, p90: p90, samples: row.int(column + 4))
    }
    return QuantileHistory(count: row.int(column), latest: latest, quantiles: quantiles)
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
      INSERT INTO runtimes (user_id, image, ended_ns, count, latest_ms, p50_ms, p90_ms, p_runs, ratio_count,
        latest_ratios, ratio_p50, ratio_p90, ratio_runs)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (user_id, image) DO UPDATE SET ended_ns = excluded.ended_ns, count = excluded.count,
        latest_ms = excluded.latest_ms, p50_ms = excluded.p50_ms, p90_ms = excluded.p90_ms, p_runs = excluded.p_runs,
        ratio_count = excluded.ratio_count, latest_ratios = excluded.latest_ratios, ratio_p50 = excluded.ratio_p50,
        ratio_p90 = excluded.ratio_p90, ratio_runs = excluded.ratio_runs
      """)
    for history in histories {
      upsert.bind(history.key.user)
      upsert.bind(history.key.image)
      upsert.bind(nanoseconds: history.lastEnd)
      for part in [history.durations, history.ratios] {
        upsert.bind(part.count)
        upsert.bind(part.latest.map { String($0) }.joined(separator: " "))
        upsert.bind(part.quantiles?.p50)
        upsert.bind(part.quantiles?.p90)
        upsert.bind(part.quantiles.map { Int64($0.samples) })
      }
      try upsert.run()
    }
  }
}
