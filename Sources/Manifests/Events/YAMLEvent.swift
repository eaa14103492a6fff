/// Where something stands in a file: 1-based line and column, and how many Unicode scalars of its first line it covers.
/// The file is known from the context. 12 bytes, as there is one for every value that validation may point at.
struct Span: Hashable, Sendable {
  var line: UInt32
  var column: UInt32
  var length: UInt32

  /// The beginning of a file.
  static let start = Span(line: 1, column: 1, length: 1)
}

/// One step of a document, from libyaml or replayed for an alias. The bytes of a scalar are borrowed: they are gone with
/// the next step.
struct Event {
  /// What happens.
  enum Kind: UInt8 {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar, alias
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd

    /// Whether a list or mapping begins.
    var isStart: Bool { self == .sequenceStart || self == .mappingStart }
    /// Whether a list or mapping ends.
    var isEnd: Bool { self == .sequenceEnd || self == .mappingEnd }
  }

  var kind: Kind
  /// A scalar without quotes and without a tag that makes it text.
  var isPlain: Bool
  var span: Span
  /// A scalar's text; empty for all else.
  var bytes: UnsafeBufferPointer<UInt8>

  /// A copy of a scalar's text. Unchecked: libyaml gives UTF-8 and nothing else, of a file that was checked as well.
  var text: String { String(copying: UTF8Span(unchecked: bytes.span)) }

  /// Whether it is what YAML reads as nothing: a plain empty text, `~` or `null`.
  var isNull: Bool {
    @inline(__always) get {
      guard kind == .scalar, isPlain, bytes.count <= 4 else { return false }
      return isNullText
    }
  }

  @inline(__always)
  private var isNullText: Bool {
    switch bytes.count {
    case 0: true
    case 1: bytes[0] == UInt8(ascii: "~")
    case 4 where bytes[0] | 0x20 == UInt8(ascii: "n"):
      bytes.elementsEqual("null".utf8) || bytes.elementsEqual("Null".utf8) || bytes.elementsEqual("NULL".utf8)
    default: false
    }
  }

  /// Whether it is the key that merges a mapping.
  var isMergeKey: Bool {
    kind == .scalar && isPlain && bytes.count == 2 && bytes[0] == UInt8(ascii: "<") && bytes[1] == UInt8(ascii: "<")
  }
}

/// The bounds of section 9 of the design: what one file may ask for.
enum ManifestLimits {
  /// Bytes of a file.
  static let fileBytes = 64 << 20
  /// Mappings and lists inside of each other.
  static let depth = 64
  /// Bytes of a scalar.
  static let scalarBytes = 1 << 20
  /// Bytes that may pass without an event, comments and escapes included: libyaml builds a scalar as a whole before it
  /// shows it, so that only the input's end can stop one that is too long.
  static let bytesBetweenEvents = 2 << 20
  /// Nodes that the aliases of a file may expand to, or an anchor hold.
  static let expandedNodes = 100_000
  /// Bytes of text that the aliases of a file may expand to, or an anchor hold.
  static let expandedBytes = 16 << 20
  /// Entries of one list, or of one mapping with free keys, merged ones included.
  static let entries = 10_000
  /// Events of a file passed over because they belong to no manifest, before it is given up.
  static let skippedEvents = 200_000
  /// Documents of a file with nothing in them, before it is given up.
  static let emptyDocuments = 50_000
  /// Mistakes that are found in one file by itself.
  static let mistakes = 100
  /// What is shown of one file: what is found by itself, and in comparison with others.
  static let shown = 1000
}
