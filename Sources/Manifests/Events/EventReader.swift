import CLibYAML
import Diagnostics

/// The events of one file, within limits and with aliases expanded. A thin loop over libyaml, except in documents
/// that use anchors.
///
/// After `advance` has returned false, `problem` says why; if it is `nil`, the file has ended.
struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let raw: UnsafeMutablePointer<yaml_event_t>
  private let feed: UnsafeMutablePointer<InputFeed>

  /// The current event.
  private(set) var event = Event(
    kind: .streamStart, isPlain: false, span: .start, bytes: UnsafeBufferPointer(start: nil, count: 0))
  /// The problem that stopped the reading before the end of the file.
  private(set) var problem: Problem?
  /// Problems that do not stop the reading; the caller takes them.
  var notes: [Problem] = []
  private(set) var depth = 0
  var recording = Recording()
  /// Whether a whole value is being captured.
  var isCapturing = false
  /// Stack of recorded events that are being replayed; the innermost is last.
  var replays: [Replay] = []
  /// Whether the next event may not be libyaml's next: a problem has stopped the reading, or events are being
  /// replayed or recorded. One flag, because it is tested for every event.
  var isOnDetour = false
  private var expandedNodes = 0
  private var expandedBytes = 0
  /// Number of events skipped so far; replayed ones don't count.
  var skippedEvents = 0

  struct Replay {
    var next: Int
    var end: Int
    /// The alias that caused the replay; `nil` for a captured value that is read for the first time.
    var alias: Span?
  }

  /// Creates a reader of bytes that outlive it.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    raw = .allocate(capacity: 1)
    raw.initialize(to: yaml_event_t())
    feed = .allocate(capacity: 1)
    feed.initialize(to: InputFeed(base: bytes.baseAddress, count: bytes.count))
    if yaml_parser_initialize(parser) == 0 {
      problem = Problem(code: .syntax, message: "out of memory", span: .start)
      isOnDetour = true
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input(parser, InputFeed.read, feed)
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { feed.pointee.offset = 3 }
  }

  deinit {
    yaml_event_delete(raw)
    yaml_parser_delete(parser)
    raw.deallocate()
    parser.deallocate()
    feed.deallocate()
  }

  /// The alias through which the current event is read, if any.
  var alias: Span? { replays.last { $0.alias != nil }?.alias }

  /// Advances to the next event; false at the end of the file and after a problem.
  mutating func advance() -> Bool { advanceToBareScalar() || finishAdvance() }

  /// The part of `advance` that most events need, inlined into the loops over events. Returns true if the next event
  /// is a scalar without a tag or anchor; otherwise `finishAdvance` must do the rest.
  @inline(__always)
  mutating func advanceToBareScalar() -> Bool {
    guard !isOnDetour, parse() else { return false }
    return raw.pointee.type == YAML_SCALAR_EVENT && berth_scalar_is_bare(raw) != 0 && takeText()
  }

  /// The part of `advance` after `advanceToBareScalar` has returned false.
  @inline(__always)
  mutating func finishAdvance() -> Bool {
    guard !isOnDetour else { return advanceOnDetour() }
    // Not recorded, because recording is a detour.
    return take(isKept: false) && (event.kind != .alias || resolveAlias())
  }

  @inline(never)
  private mutating func advanceOnDetour() -> Bool {
    defer { noteDetour() }
    guard replays.isEmpty else { return advanceReplay() }
    guard pull() else { return false }
    return event.kind == .alias ? resolveAlias() : true
  }

  /// Updates the flag after any of its conditions may have changed.
  mutating func noteDetour() {
    isOnDetour = problem != nil || !replays.isEmpty || isRecording
  }

  /// Stops the reading.
  mutating func stop(_ problem: Problem) {
    if self.problem == nil { self.problem = problem }
    replays.removeAll()
    isOnDetour = true
  }

  /// Reads the next event from libyaml and records it if necessary.
  @inline(never)
  mutating func pull() -> Bool {
    guard problem == nil, parse() else { return false }
    return take(isKept: isRecording)
  }

  /// Advances libyaml to its next event.
  @inline(__always)
  private mutating func parse() -> Bool {
    berth_event_release(raw)
    feed.pointee.offsetAtEvent = feed.pointee.offset
    guard yaml_parser_parse(parser, raw) != 0 else { return stopParsing() }
    event.span = Span(raw.pointee.start_mark, raw.pointee.end_mark)
    return true
  }

  /// Stops the reading after libyaml has failed; the detour that follows ends at once.
  @inline(never)
  private mutating func stopParsing() -> Bool {
    stop(feed.pointee.isCutOff ? tooLong(Span(after: event.span)) : syntaxProblem(of: parser))
    return false
  }

  /// Takes the text of libyaml's current scalar; false if it is too long.
  @inline(__always)
  private mutating func takeText() -> Bool {
    event.kind = .scalar
    event.bytes = UnsafeBufferPointer(start: berth_scalar_value(raw), count: berth_scalar_length(raw))
    event.isPlain = berth_scalar_is_plain(raw) != 0
    return event.bytes.count <= ManifestLimits.scalarBytes
  }

  /// Takes libyaml's current event, of any kind, and records it if asked to.
  @inline(__always)
  private mutating func take(isKept: Bool) -> Bool {
    switch raw.pointee.type {
    case YAML_SCALAR_EVENT:
      guard takeText() else {
        stop(tooLong(event.span))
        return false
      }
      if let tag = berth_scalar_tag(raw) { readTag(tag) }
      return berth_scalar_anchor(raw) == nil && !isKept ? true : keep(anchor: berth_scalar_anchor(raw))
    case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT:
      event.kind = raw.pointee.type == YAML_MAPPING_START_EVENT ? .mappingStart : .sequenceStart
      event.bytes = UnsafeBufferPointer(start: nil, count: 0)
      guard enter() else { return false }
      if let tag = berth_start_tag(raw) { readTag(tag) }
      return berth_start_anchor(raw) == nil && !isKept ? true : keep(anchor: berth_start_anchor(raw))
    case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
      event.kind = raw.pointee.type == YAML_MAPPING_END_EVENT ? .mappingEnd : .sequenceEnd
      depth -= 1
      return !isKept ? true : keep(anchor: nil)
    case YAML_ALIAS_EVENT:
      event.kind = .alias
      return true
    case YAML_DOCUMENT_START_EVENT:
      event.kind = .documentStart
      recording.removeAll()
      return true
    case YAML_DOCUMENT_END_EVENT:
      event.kind = .documentEnd
      return true
    case YAML_STREAM_START_EVENT:
      event.kind = .streamStart
      return true
    default:
      event.kind = .streamEnd
      return false
    }
  }

  @inline(__always)
  private mutating func enter() -> Bool {
    depth += 1
    return depth <= ManifestLimits.depth || stopTooDeep()
  }

  @inline(never)
  private mutating func stopTooDeep() -> Bool {
    stop(
      Problem(
        code: .nestedTooDeep, message: "nesting is deeper than \(ManifestLimits.depth) levels", span: event.span,
        hint: "look for a bracket that was left open; manifests need only a few levels"))
    return false
  }

  private func tooLong(_ span: Span) -> Problem {
    Problem(
      code: .scalarTooLong, message: "value is larger than 1 MiB", span: span,
      hint: "move the content to a file and refer to it, for example in an environment variable")
  }

  /// Applies a tag. Custom tags are errors, `!!str` and `!` make a scalar a string, and the other standard tags state
  /// what is true anyway.
  @inline(never)
  private mutating func readTag(_ tag: UnsafePointer<UInt8>) {
    let name = String(cString: tag)
    switch name {
    case "!", "tag:yaml.org,2002:str":
      event.isPlain = false
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:map",
      "tag:yaml.org,2002:seq":
      break
    default:
      let prefix = "tag:yaml.org,2002:"
      let shown = name.hasPrefix(prefix) ? "!!" + name.dropFirst(prefix.count) : name
      notes.append(
        Problem(
          code: .customTag, message: "unknown tag \"\(shown)\"", span: event.span,
          hint: "remove the tag; manifests are plain YAML"))
    }
  }
}

// MARK: Anchors, aliases, and values that are read later

extension EventReader {
  var isRecording: Bool {
    @inline(__always) get { isCapturing || recording.isOpen }
  }

  /// Records the current event and opens the anchor that it sets. For a start event the depth was already raised, for
  /// an end event lowered.
  @inline(never)
  private mutating func keep(anchor: UnsafePointer<UInt8>?) -> Bool {
    // Only scalars have bytes; those of the last one are gone.
    if event.kind != .scalar { event.bytes = UnsafeBufferPointer(start: nil, count: 0) }
    if let anchor {
      recording.openAnchor(
        named: String(cString: anchor), span: event.span, depth: event.kind.isStart ? depth - 1 : depth)
    }
    guard recording.append(event) else { return stopExpanding("anchored value holds") }
    if !event.kind.isStart { recording.closeAnchors(at: depth) }
    noteDetour()
    return true
  }

  mutating func stopExpanding(_ what: String) -> Bool {
    stop(
      Problem(
        code: .expandsTooFar,
        message: "\(what) more than \(ManifestLimits.expandedNodes) nodes or \(ManifestLimits.expandedBytes >> 20) MiB",
        span: replays.first { $0.alias != nil }?.alias ?? event.span,
        hint: "write the values out instead of using aliases"))
    return false
  }

  /// Returns the index of the anchor that the current alias names, which must be complete; `nil` after a problem.
  mutating func aliasTarget() -> Int? {
    let name = String(cString: berth_alias_anchor(raw))
    guard let number = recording.anchor(named: name) else {
      let names = recording.anchors.map(\.name)
      stop(
        Problem(
          code: .undefinedAlias, message: "undefined alias \"*\(name)\"", span: event.span,
          hint: NearestName.hint(for: name, among: names)
            ?? "define the anchor \"&\(name)\" before it, in the same document"))
      return nil
    }
    guard recording.anchors[number].end != nil else {
      stop(
        Problem(
          code: .recursiveAlias, message: "recursive alias \"*\(name)\"", span: event.span,
          related: [Problem.Related(message: "anchor defined here", span: recording.anchors[number].span)]))
      return nil
    }
    return number
  }

  /// Replays the anchored value instead of the alias.
  @inline(never)
  private mutating func resolveAlias() -> Bool {
    guard let number = aliasTarget() else { return false }
    if isRecording {
      guard recording.appendAlias(to: number, span: event.span) else {
        return stopExpanding("anchored value holds")
      }
      recording.closeAnchors(at: depth)
    }
    return push(anchor: number, at: event.span)
  }

  private mutating func push(anchor number: Int, at span: Span) -> Bool {
    let anchor = recording.anchors[number]
    replays.append(Replay(next: anchor.start, end: anchor.end ?? anchor.start, alias: span))
    isOnDetour = true
    return advanceReplay()
  }

  private mutating func advanceReplay() -> Bool {
    while let last = replays.last, last.next >= last.end { replays.removeLast() }
    guard problem == nil else { return false }
    guard let current = replays.last else {
      guard pull() else { return false }
      return event.kind == .alias ? resolveAlias() : true
    }
    replays[replays.count - 1].next += 1
    event = recording.event(at: current.next)
    if event.kind == .alias {
      return push(anchor: Int(recording.entries[current.next].first), at: event.span)
    }
    if event.kind.isStart {
      guard enter() else { return false }
    } else if event.kind.isEnd {
      depth -= 1
    }
    guard alias != nil, !event.kind.isEnd else { return true }
    expandedNodes += 1
    expandedBytes += event.bytes.count
    guard expandedNodes <= ManifestLimits.expandedNodes, expandedBytes <= ManifestLimits.expandedBytes else {
      return stopExpanding("aliases expand to")
    }
    return true
  }
}
