import Diagnostics

/// The row of a declared object, in one word: its kind, its number, and whether it refers to a secret.
public struct DeclaredRow: Hashable, Sendable {
  /// Kind, secret and number, from the lowest bit, as the state stores them.
  public let word: UInt64
  /// Makes a row from the state's word.
  public init(word: UInt64) { self.word = word }
  /// Makes a row.
  public init(_ kind: ObjectKind, _ number: Int64, namesSecret: Bool) {
    let code: UInt64 =
      switch kind {
      case .organization: 0
      case .user: 1
      case .cluster: 2
      case .deployment: 3
      }
    word = UInt64(bitPattern: number) << 3 | (namesSecret ? 4 : 0) | code
  }
  /// The object's kind.
  public var kind: ObjectKind {
    switch word & 3 {
    case 0: .organization
    case 1: .user
    case 2: .cluster
    default: .deployment
    }
  }
  /// The number of its row.
  public var number: Int64 { Int64(bitPattern: word >> 3) }
  /// Whether its spec refers to a secret.
  public var namesSecret: Bool { word & 4 != 0 }
}

/// A file of a source as it was last applied.
public struct FileRecord: Hashable, Sendable {
  /// Path relative to the source's directory.
  public var path: String
  /// SHA-256 of the file's bytes.
  public var digest: [UInt8]
  /// The rows of the objects that the file declares, in its order.
  public var rows: [DeclaredRow]
  /// Keyed hash over the records of these rows at that time, and over everything else that decided how they were read.
  public var fingerprint: UInt64
  /// The stamp by which the file is known to have the same bytes; nil: only reading it tells.
  public var stamp: FileStamp?
  /// Makes a record.
  public init(
    path: String, digest: [UInt8], rows: [DeclaredRow], fingerprint: UInt64, stamp: FileStamp? = nil
  ) {
    self.stamp = stamp
    self.path = path
    self.digest = digest
    self.rows = rows
    self.fingerprint = fingerprint
  }
}

/// The files of a source as they were last applied: those whose objects are known to equal the recorded ones.
public struct SourceFiles: Hashable, Sendable {
  /// The program that read the files, and the directory: another may read them otherwise.
  public var reader: String
  /// Keyed hash over the records of all organizations, users and clusters, of every source, at that time.
  public var contextHash: UInt64
  /// The files, by path.
  public var files: [String: FileRecord]
  /// Makes a source files.
  public init(reader: String, contextHash: UInt64, files: [String: FileRecord] = [:]) {
    self.reader = reader
    self.contextHash = contextHash
    self.files = files
  }
}

extension Declaration {
  /// Makes the declaration from a recorded text, without its place in a file.
  /// - Throws: `SpecCodingError` if the text is damaged.
  public init(unread identity: ObjectIdentity, specText: String) throws(SpecCodingError) {
    let (spec, metadata) = try SpecCoding.decode(specText, of: identity)
    self.init(identity: identity, metadata: metadata, spec: spec, place: SourcePlace(file: "", line: 1, column: 1))
  }
}
