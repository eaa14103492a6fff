import FleetModel
import GRDB

/// Schemas and the way forward through them. There is no way back.
enum Migration {
  /// `Brth`: marks the file as ours, in its header.
  static let applicationID: Int32 = 0x4272_7468
  /// The statements that lead from each schema to the next: the first makes schema 1 in an empty file.
  static let steps: [[String]] = [
    SchemaVersion1.statements, SchemaVersion2.statements, SchemaVersion3.statements, SchemaVersion4.statements,
    SchemaVersion5.statements, SchemaVersion6.statements, SchemaVersion7.statements,
  ]
  /// The schema that this program reads and writes.
  static var current: Int { steps.count }

  /// What a file is, by its header alone.
  enum Standing: Equatable {
    /// Nothing is in it yet.
    case empty
    /// Ours, at this schema.
    case ours(Int)
  }

  /// Looks at a file; a foreign or newer one is an error, and nothing is written.
  static func standing(_ db: Database, path: String) throws -> Standing {
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if application == applicationID {
      if version > current { throw StateError.newerSchema(found: version, known: current) }
      guard version >= 1 else { throw StateError.foreign(path: path) }
      return .ours(version)
    }
    let objects = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard application == 0, version == 0, objects == 0 else { throw StateError.foreign(path: path) }
    return .empty
  }

  /// Brings a file to the current schema in one transaction; two processes that do it at once do it once.
  static func migrate(_ db: Database, path: String, newInstallation: () throws(StateError) -> Installation) throws {
    try db.inTransaction(.immediate) {
      let version: Int
      switch try standing(db, path: path) {
      case .empty: version = 0
      case .ours(let found): version = found
      }
      guard version < current else { return .commit }
      for step in steps[version...] {
        for statements in step { try db.execute(sql: statements) }
      }
      if version == 0 {
        let installation = try newInstallation()
        var insert = try SQLStatement(db, "INSERT INTO meta VALUES (1, ?, ?, 0, 1, 1, 1, 1, 1, 1)")
        insert.bind(installation.id)
        insert.bind(installation.key)
        try insert.run()
      }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(current)")
      return .commit
    }
  }
}
