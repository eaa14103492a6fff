import CLibYAML
import Diagnostics

/// The events of one file, within its limits, with aliases expanded. A loop over libyaml and nothing more, except in
/// documents that use anchors.
///
/// After `advance` has returned false, `problem` says why, or the file has ended.
struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let raw: UnsafeMutablePointer<yaml_event_t>
  private let feed: UnsafeMutablePointer<InputFeed>

  /// Where the reader stands.
  private(set) var event = Event(
    kind: .streamStart, isPlain: false, span: .start, bytes: UnsafeBufferPointer(start: nil, count: 0))
  /// What ended the reading before the end of the file.
  private(set) var problem: Problem?
  /// Mistakes that do not end it; whoever reads takes them.
  var notes: [Problem] = []
  private(set) var depth = 0
  var recording = Recording()
  /// Whether a value is being kept as a whole.
  var isCapturing = false
  /// Kept events that are being read again; the innermost last.
  var replays: [Replay] = []
  /// Whether the next event may be anything but libyaml's next: a problem has ended the reading, events are read again,
  /// or they are kept. One flag, because it is asked for every event.
  var isOnDetour = false
  private var expandedNodes = 0
  private var expandedBytes = 0
  /// Events that were passed over where they stand.
  var skippedEvents = 0

  struct Replay {
    var next: Int
    var end: Int
    /// The alias that asks for it; nil for a value that is read for the first time, only later.
    var alias: Span?
  }

  /// Reads bytes that outlive the reader.
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

  /// Goes to the next event; false at the end of the file and after a problem.
  mutating func advance() -> Bool { advanceToBareScalar() || finishAdvance() }

  /// The part of `advance` that most events need, to be inlined into the loops over events: whether the next one is a
  /// scalar without tag and anchor. If not, `finishAdvance` must do the rest.
  @inline(__always)
  mutating func advanceToBareScalar() -> Bool {
    guard !isOnDetour, parse() else { return false }
    return raw.pointee.type == YAML_SCALAR_EVENT && berth_scalar_is_bare(raw) != 0 && takeText()
  }

  /// The part of `advance` after `advanceToBareScalar` was false.
  @inline(__always)
  mutating func finishAdvance() -> Bool {
    guard !isOnDetour else { return advanceOnDetour() }
    // Whatever is kept is a detour.
    return take(isKept: false) && (event.kind != .alias || resolveAlias())
  }

  @inline(never)
  private mutating func advanceOnDetour() -> Bool {
    defer { noteDetour() }
    guard replays.isEmpty else { return advanceReplay() }
    guard pull() else { return false }
    return event.kind == .alias ? resolveAlias() : true
  }

  /// Keeps the flag true to what it stands for, after any of that may have changed.
  mutating func noteDetour() {
    isOnDetour = problem != nil || !replays.isEmpty || isRecording
  }

  /// Gives up.
  mutating func stop(_ problem: Problem) {
    if self.problem == nil { self.problem = problem }
    replays.removeAll()
    isOnDetour = true
  }

  /// One event of libyaml, kept if somebody wants it.
  @inline(never)
  mutating func pull() -> Bool {
    guard problem == nil, parse() else { return false }
    return take(isKept: isRecording)
  }

  /// Lets libyaml go on to its next event.
  @inline(__always)
  private mutating func parse() -> Bool {
    berth_event_release(raw)
    feed.pointee.offsetAtEvent = feed.pointee.offset
    guard yaml_parser_parse(parser, raw) != 0 else { return stopParsing() }
    event.span = Span(raw.pointee.start_mark, raw.pointee.end_mark)
    return true
  }

  /// Gives up, as libyaml has: the detour that follows leads nowhere.
  @inline(never)
  private mutating func stopParsing() -> Bool {
    stop(feed.pointee.isCutOff ? tooLong(Span(after: event.span)) : syntaxProblem(of: parser))
    return false
  }

  /// Takes the text of the scalar that libyaml has given; false if it is too long.
  @inline(__always)
  private mutating func takeText() -> Bool {
    event.kind = .scalar
    event.bytes = UnsafeBufferPointer(start: berth_scalar_value(raw), count: berth_scalar_length(raw))
    event.isPlain = berth_scalar_is_plain(raw) != 0
    return event.bytes.count <= ManifestLimits.scalarBytes
  }

  /// Takes what libyaml has given, of any kind, and keeps it if somebody wants it.
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
        code: .nestedTooDeep, message: "nested more than \(ManifestLimits.depth) deep", span: event.span,
        hint: "no manifest needs more than a few levels; is a bracket left open?"))
    return false
  }

  private func tooLong(_ span: Span) -> Problem {
    Problem(
      code: .scalarTooLong, message: "a value of more than 1 MiB", span: span,
      hint: "keep large content in a file of its own and name it, for example in an environment variable")
  }

  /// Custom tags are a mistake; `!!str` and `!` make text of a scalar; the other plain ones say what is the case anyway.
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
          hint: "manifests are plain YAML; leave the tag out"))
    }
  }
}

// MARK: Anchors, aliases, and values that are read later

extension EventReader {
  var isRecording: Bool {
    @inline(__always) get { isCapturing || recording.isOpen }
  }

  /// Keeps the current event, and opens the anchor that it sets. The depth of a start was raised already, that of an end
  /// lowered.
  @inline(never)
  private mutating func keep(anchor: UnsafePointer<UInt8>?) -> Bool {
    // What is no scalar has no text; the bytes of the last one are gone.
    if event.kind != .scalar { event.bytes = UnsafeBufferPointer(start: nil, count: 0) }
    if let anchor {
      recording.openAnchor(
        named: String(cString: anchor), span: event.span, depth: event.kind.isStart ? depth - 1 : depth)
    }
    guard recording.append(event) else { return stopExpanding("an anchored value holds") }
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
        hint: "write the values out, or generate the manifests"))
    return false
  }

  /// The anchor that the current alias names, complete; nil after a problem.
  mutating func aliasTarget() -> Int? {
    let name = String(cString: berth_alias_anchor(raw))
    guard let number = recording.anchor(named: name) else {
      let names = recording.anchors.map(\.name)
      stop(
        Problem(
          code: .undefinedAlias, message: "alias \"*\(name)\" has no anchor in this document", span: event.span,
          hint: NearestName.hint(for: name, among: names) ?? "an anchor, \"&\(name)\", must come before it"))
      return nil
    }
    guard recording.anchors[number].end != nil else {
      stop(
        Problem(
          code: .recursiveAlias, message: "alias \"*\(name)\" stands inside of what it stands for", span: event.span,
          related: [Problem.Related(message: "the anchor is here", span: recording.anchors[number].span)]))
      return nil
    }
    return number
  }

  /// Puts what an alias stands for in its place.
  @inline(never)
  private mutating func resolveAlias() -> Bool {
    guard let number = aliasTarget() else { return false }
    if isRecording {
      guard recording.appendAlias(to: number, span: event.span) else {
        return stopExpanding("an anchored value holds")
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
