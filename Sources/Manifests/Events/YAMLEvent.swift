/// A span in a file: 1-based line and column, and the number of Unicode scalars that it covers on its first line. The
/// file is known from the context. 12 bytes, because there is one for every value that validation may point at.
struct Span: Hashable, Sendable {
  var line: UInt32
  var column: UInt32
  var length: UInt32

  /// The beginning of a file.
  static let start = Span(line: 1, column: 1, length: 1)
}

/// One event of a document, from libyaml or replayed. The bytes of a scalar are borrowed and valid until the next
/// event.
struct Event {
  /// The kind of an event.
  enum Kind: UInt8 {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar, alias
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd

    /// Whether a list or map begins.
    var isStart: Bool { self == .sequenceStart || self == .mappingStart }
    /// Whether a list or map ends.
    var isEnd: Bool { self == .sequenceEnd || self == .mappingEnd }
  }

  var kind: Kind
  /// Whether it is a scalar without quotes and without a tag that makes it a string.
  var isPlain: Bool
  var span: Span
  /// The text of a scalar; empty for other events.
  var bytes: UnsafeBufferPointer<UInt8>

  /// A copy of a scalar's text. Unchecked, because libyaml produces only UTF-8 and the file was checked as well.
  var text: String { String(copying: UTF8Span(unchecked: bytes.span)) }

  /// The text for a message: cut if it is long.
  var shownText: String {
    if bytes.count <= 64 { return text }
    // Not within a character.
    var end = 64
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }

  /// Whether it is a YAML null: an empty plain scalar, `~` or `null`.
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

  /// Whether it is the merge key, `<<`.
  var isMergeKey: Bool {
    kind == .scalar && isPlain && bytes.count == 2 && bytes[0] == UInt8(ascii: "<") && bytes[1] == UInt8(ascii: "<")
  }
}

/// Limits on what one file may demand; see section 9 of docs/DESIGN.md.
enum ManifestLimits {
  /// Maximum size of a file in bytes.
  static let fileBytes = 64 << 20
  /// Maximum nesting of maps and lists.
  static let depth = 64
  /// Maximum size of a scalar in bytes.
  static let scalarBytes = 1 << 20
  /// Maximum number of bytes without an event, comments and escapes included. libyaml builds a whole scalar before it
  /// returns it, so only cutting off the input can stop one that is too long.
  static let bytesBetweenEvents = 2 << 20
  /// Maximum number of nodes that an anchor holds or that the aliases of a file expand to.
  static let expandedNodes = 100_000
  /// Maximum size in bytes of the text that an anchor holds or that the aliases of a file expand to.
  static let expandedBytes = 16 << 20
  /// Maximum number of entries in one list, or in one map with free keys including merged ones.
  static let entries = 10_000
  /// Maximum number of skipped events before a file is given up.
  static let skippedEvents = 200_000
  /// Maximum number of empty documents before a file is given up.
  static let emptyDocuments = 50_000
  /// Maximum number of errors in a file by itself; reading stops there.
  static let errors = 100
  /// Maximum number of problems shown for one file, including those found by comparing documents.
  static let shownProblems = 1000
}
