import Diagnostics

extension ManifestDecoder {
  /// A value of the key `<<`, captured to be read after the map's own entries.
  struct Merge {
    var range: Range<Int>
    var alias: Span?
  }

  /// Captures the value of the key `<<`, which is read after the map's own entries.
  mutating func readMerge() -> Merge? {
    guard advance() else { return nil }
    let alias = reader.alias
    return capture().map { Merge(range: $0, alias: alias) }
  }

  /// Reads a merged map, or each map of a merged list.
  mutating func readMerged(_ merge: Merge, _ read: (inout ManifestDecoder) -> Void) {
    guard replay(merge.range, alias: merge.alias) else { return }
    switch event.kind {
    case .mappingStart:
      read(&self)
    case .sequenceStart:
      while advance(), event.kind != .sequenceEnd {
        if event.kind == .mappingStart {
          read(&self)
        } else {
          reportBadMerge()
        }
      }
    default:
      reportBadMerge()
    }
  }

  private mutating func reportBadMerge() {
    report(
      .badMerge, "\"<<\" can only merge maps",
      hint: "use an alias of a map, or a list of such aliases")
    skip()
  }
}
