// Operations on whole values: capturing them for later, and skipping them.

extension EventReader {
  /// Skips the value whose first event is the current one and records it for `replay`; `nil` after a problem.
  mutating func capture() -> Range<Int>? {
    if let last = replays.last {
      let start = last.next - 1
      guard skip() else { return nil }
      return start..<(replays.last?.next ?? start)
    }
    if !isRecording {
      guard recording.append(event) else {
        _ = stopExpanding("value holds")
        return nil
      }
    }
    return captureRest(from: recording.entries.count - 1)
  }

  private mutating func captureRest(from start: Int) -> Range<Int>? {
    isCapturing = true
    defer {
      isCapturing = false
      noteDetour()
    }
    var open = event.kind.isStart ? 1 : 0
    while open > 0 {
      guard pull() else { return nil }
      if event.kind == .alias {
        guard let number = aliasTarget() else { return nil }
        guard recording.appendAlias(to: number, span: event.span) else {
          _ = stopExpanding("value holds")
          return nil
        }
        recording.closeAnchors(at: depth)
      } else if event.kind.isStart {
        open += 1
      } else if event.kind.isEnd {
        open -= 1
      }
    }
    return start..<recording.entries.count
  }

  /// Replays a captured value: the following `advance` gives its first event.
  mutating func replay(_ range: Range<Int>, alias: Span?) {
    replays.append(Replay(next: range.lowerBound, end: range.upperBound, alias: alias))
    isOnDetour = true
  }

  /// Advances to the last event of the value whose first event is the current one; false after a problem.
  mutating func skip() -> Bool {
    var open = event.kind.isStart ? 1 : 0
    while open > 0 {
      guard advance() else { return false }
      // Replayed events are bounded already.
      if replays.isEmpty { skippedEvents += 1 }
      guard skippedEvents < ManifestLimits.skippedEvents else { return stopSkipping() }
      if event.kind.isStart { open += 1 } else if event.kind.isEnd { open -= 1 }
    }
    return true
  }

  /// Gives up on a file with too much that belongs to no manifest.
  @discardableResult
  mutating func stopSkipping() -> Bool {
    stop(
      Problem(
        code: .tooManyErrors, message: "too much content that is not a manifest; the rest of the file is not read",
        span: event.span, hint: "check that this is a file of manifests"))
    return false
  }
}
