import Diagnostics

/// The row of a declared object, in one word: its kind, its number, and whether it names a secret.
public struct DeclaredRow: Hashable, Sendable {
  /// Kind, secret and number, from the lowest bit: what the state holds.
  public let word: UInt64
  /// From what the state holds.
  public init(word: UInt64) { self.word = word }
  /// Makes one.
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
  /// Relative to the source's directory.
  public var path: String
  /// SHA-256 of its bytes.
  public var digest: [UInt8]
  /// What it declares, in its order.
  public var rows: [DeclaredRow]
  /// Keyed hash over what was recorded of these rows then, and over what else decided how they were read.
  public var fingerprint: UInt64
  /// By what it is known that it still has those bytes; nil: only by reading it.
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

/// The files of a source as they were last applied: those whose objects are, as far as anybody can tell, what is recorded.
public struct SourceFiles: Hashable, Sendable {
  /// Which program read them, from which directory: another may read them otherwise.
  public var reader: String
  /// Keyed hash over all organizations, users and clusters, of whatever source, as they were recorded then.
  public var standing: UInt64
  /// By path.
  public var files: [String: FileRecord]
  /// Makes one.
  public init(reader: String, standing: UInt64, files: [String: FileRecord] = [:]) {
    self.reader = reader
    self.standing = standing
    self.files = files
  }
}

extension Declaration {
  /// The declaration that a recorded text was made of, without the place that it has in a file.
  /// - Throws: `SpecCodingError` when the text is damaged.
  public init(unread identity: ObjectIdentity, specText: String) throws(SpecCodingError) {
    let (spec, metadata) = try SpecCoding.decode(specText, of: identity)
    self.init(identity: identity, metadata: metadata, spec: spec, place: SourcePlace(file: "", line: 1, column: 1))
  }
}
