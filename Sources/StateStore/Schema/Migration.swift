import FleetModel
import GRDB

/// Schemas and the steps from each to the next. Nothing leads back.
enum Migration {
  /// Application id in the file's header, which marks it as ours: `Brth`.
  static let applicationID: Int32 = 0x4272_7468
  /// Statements that lead from each schema to the next: the first makes schema 1 in an empty file.
  static let steps: [[String]] = [
    SchemaVersion1.statements, SchemaVersion2.statements, SchemaVersion3.statements, SchemaVersion4.statements,
    SchemaVersion5.statements, SchemaVersion6.statements, SchemaVersion7.statements, SchemaVersion8.statements,
    SchemaVersion9.statements, SchemaVersion10.statements, SchemaVersion11.statements,
  ]
  /// The schema that this program reads and writes.
  static var current: Int { steps.count }

  /// The first schema that marks an open log.
  static let firstWithMark = 8

  /// Kind of a file, by its header alone.
  enum FileKind: Equatable {
    /// The file is empty.
    case empty
    /// The file is ours, at this schema.
    case ours(Int)
  }

  /// Returns the kind of a file and writes nothing.
  ///
  /// - Throws: `foreign` for another program's file, `newerSchema` for a newer Berth's.
  static func fileKind(_ db: Database, path: String) throws -> FileKind {
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

  /// Migrates a file to the current schema in one transaction; of two processes that do it at once, one does.
  static func migrate(_ db: Database, path: String, newInstallation: () throws(StateError) -> Installation) throws {
    try db.inTransaction(.immediate) {
      let version: Int
      switch try fileKind(db, path: path) {
      case .empty: version = 0
      case .ours(let found): version = found
      }
      guard version < current else { return .commit }
      for step in steps[version...] {
        for statements in step { try db.execute(sql: statements) }
      }
      if version == 0 {
        let installation = try newInstallation()
        var insert = try SQLStatement(
          db,
          """
          INSERT INTO meta (id, installation_id, installation_key, commits, next_source, next_organization, next_user,
            next_cluster, next_deployment, next_run) VALUES (1, ?, ?, 0, 1, 1, 1, 1, 1, 1)
          """)
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
