/// Recorded events of a document, for its anchors and for values that are read later than their position in the file.
/// An alias is recorded as an alias, so that a recording is never larger than its source.
struct Recording: ~Copyable {
  /// One recorded event. `first` and `count` locate a scalar's text; for an alias, `first` is the index of its
  /// anchor.
  struct Entry {
    var kind: Event.Kind
    var isPlain: Bool
    var span: Span
    var first: Int32
    var count: Int32
  }

  /// An anchor that the document has set.
  struct Anchor {
    var name: String
    var span: Span
    /// The anchor's first entry; `end` is `nil` until the anchor is closed.
    var start: Int
    var end: Int?
  }

  private(set) var entries: [Entry] = []
  var anchors: [Anchor] = []
  private var numbers: [String: Int] = [:]
  /// Anchors whose value has not ended, each with the depth outside of it; the innermost is last.
  private var open: [(anchor: Int, depth: Int)] = []
  /// Whether any anchor is open.
  private(set) var isOpen = false
  private var text: UnsafeMutablePointer<UInt8>?
  private var textCount = 0
  private var textCapacity = 0

  init() {}

  deinit { text?.deallocate() }

  /// Returns the index of the anchor that currently has this name.
  func anchor(named name: String) -> Int? { numbers[name] }

  /// Opens an anchor at the next entry. An earlier one of the same name can no longer be found.
  mutating func openAnchor(named name: String, span: Span, depth: Int) {
    numbers[name] = anchors.count
    open.append((anchors.count, depth))
    isOpen = true
    anchors.append(Anchor(name: name, span: span, start: entries.count))
  }

  /// Closes the anchors whose value has just ended at a depth.
  mutating func closeAnchors(at depth: Int) {
    while let last = open.last, last.depth >= depth {
      anchors[last.anchor].end = entries.count
      open.removeLast()
    }
    isOpen = !open.isEmpty
  }

  /// Records an event; false if that would exceed the limits.
  mutating func append(_ event: Event) -> Bool {
    guard
      entries.count < ManifestLimits.expandedNodes,
      textCount + event.bytes.count <= ManifestLimits.expandedBytes
    else { return false }
    let first = textCount
    if let source = event.bytes.baseAddress, !event.bytes.isEmpty {
      reserve(event.bytes.count)
      text.unsafelyUnwrapped.advanced(by: textCount).update(from: source, count: event.bytes.count)
      textCount += event.bytes.count
    }
    entries.append(
      Entry(
        kind: event.kind, isPlain: event.isPlain, span: event.span, first: Int32(first),
        count: Int32(event.bytes.count)))
    return true
  }

  /// Records an alias by the index of its anchor; false if that would exceed the limits.
  mutating func appendAlias(to anchor: Int, span: Span) -> Bool {
    guard entries.count < ManifestLimits.expandedNodes else { return false }
    entries.append(Entry(kind: .alias, isPlain: false, span: span, first: Int32(anchor), count: 0))
    return true
  }

  /// Returns a recorded event. Its bytes are valid until the next one is recorded.
  func event(at index: Int) -> Event {
    let entry = entries[index]
    let bytes = UnsafeBufferPointer(start: text.map { UnsafePointer($0 + Int(entry.first)) }, count: Int(entry.count))
    return Event(
      kind: entry.kind, isPlain: entry.isPlain, span: entry.span,
      bytes: entry.count == 0 ? UnsafeBufferPointer(start: nil, count: 0) : bytes)
  }

  /// Clears the recording. Anchors do not outlive their document.
  mutating func removeAll() {
    guard !entries.isEmpty || !anchors.isEmpty else { return }
    entries.removeAll(keepingCapacity: entries.count < 1024)
    anchors.removeAll()
    numbers.removeAll()
    open.removeAll()
    isOpen = false
    textCount = 0
  }

  private mutating func reserve(_ more: Int) {
    guard textCount + more > textCapacity else { return }
    textCapacity = max(256, textCapacity * 2, textCount + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: textCapacity)
    if let text {
      larger.update(from: text, count: textCount)
      text.deallocate()
    }
    text = larger
  }
}
