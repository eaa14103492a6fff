import FleetModel
import GRDB

/// Facts that an apply records about the files that it has read.
public struct SourceFilesChange: Sendable {
  /// Number of the source, whose row the same transaction may insert.
  public var source: SourceID
  /// Version of the reader for all its files.
  public var reader: String
  /// Keyed hash of everything but the files that decides how they are read.
  public var contextHash: UInt64
  /// Files that are new or have changed.
  public var changed: [FileRecord]
  /// Paths of files that no longer exist, or whose objects can't be vouched for.
  public var removed: [String]
  /// Makes a change.
  public init(source: SourceID, reader: String, contextHash: UInt64, changed: [FileRecord], removed: [String]) {
    self.source = source
    self.reader = reader
    self.contextHash = contextHash
    self.changed = changed
    self.removed = removed
  }
}

extension StateStore {
  /// Returns the files from which a source was last applied; `nil` if none were recorded.
  public func files(of source: SourceID) throws(StateError) -> SourceFiles? {
    try reading { db in
      var found: SourceFiles?
      var reader = try SQLStatement(db, "SELECT reader, standing FROM source_readings WHERE source_id = ?")
      reader.bind(source)
      try reader.forEachRow(of: "source_readings") { row in
        found = SourceFiles(reader: row.text(0), contextHash: UInt64(bitPattern: row.int64(1)))
      }
      var select = try SQLStatement(
        db, "SELECT path, digest, objects, fingerprint, stamp FROM source_files WHERE source_id = ?")
      select.bind(source)
      try select.forEachRow(of: "source_files") { row in
        let path = row.text(0)
        found?.files[path] = FileRecord(
          path: path, digest: row.bytes(1), rows: Self.rows(row.bytes(2)),
          fingerprint: UInt64(bitPattern: row.int64(3)), stamp: FileStamp(bytes: row.bytes(4)))
      }
      return found
    }
  }

  /// Returns the files from which a source was last applied and that need not be read while they keep their stamps, by
  /// path.
  public func knownFiles(ofSource name: String) throws(StateError) -> [String: KnownFile] {
    try reading { db in
      var found: [String: KnownFile] = [:]
      var select = try SQLStatement(
        db,
        """
        SELECT path, digest, stamp FROM source_files
        WHERE source_id = (SELECT id FROM sources WHERE name = ?) AND stamp IS NOT NULL
        """)
      select.bind(name)
      try select.forEachRow(of: "source_files") { row in
        guard let stamp = FileStamp(bytes: row.bytes(2)) else { throw row.unexpected(2) }
        found[row.text(0)] = KnownFile(stamp: stamp, digest: row.bytes(1))
      }
      return found
    }
  }

  static func write(_ change: SourceFilesChange, _ db: Database) throws {
    var reading = try SQLStatement(
      db,
      """
      INSERT INTO source_readings (source_id, reader, standing) VALUES (?, ?, ?)
      ON CONFLICT (source_id) DO UPDATE SET reader = excluded.reader, standing = excluded.standing
      """)
    reading.bind(change.source)
    reading.bind(change.reader)
    reading.bind(Int64(bitPattern: change.contextHash))
    try reading.run()
    var delete = try SQLStatement(db, "DELETE FROM source_files WHERE source_id = ? AND path = ?")
    for path in change.removed {
      delete.bind(change.source)
      delete.bind(path)
      try delete.run()
    }
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO source_files (source_id, path, digest, objects, fingerprint, stamp) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (source_id, path) DO UPDATE SET digest = excluded.digest, objects = excluded.objects,
        fingerprint = excluded.fingerprint, stamp = excluded.stamp
      """)
    for file in change.changed {
      upsert.bind(change.source)
      upsert.bind(file.path)
      upsert.bind(file.digest)
      upsert.bind(bytes(file.rows))
      upsert.bind(Int64(bitPattern: file.fingerprint))
      if let stamp = file.stamp { upsert.bind(stamp.bytes) } else { upsert.bind(nil as Int64?) }
      try upsert.run()
    }
  }

  /// Returns each row as eight bytes, little-endian.
  private static func bytes(_ rows: [DeclaredRow]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * rows.count)
    for row in rows { withUnsafeBytes(of: row.word.littleEndian) { bytes += $0 } }
    return bytes
  }

  private static func rows(_ bytes: [UInt8]) -> [DeclaredRow] {
    bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        DeclaredRow(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
      }
    }
  }
}
