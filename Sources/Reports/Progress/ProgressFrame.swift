import FleetModel

extension ProgressBoard {
  /// The board as lines without line breaks, at most `height` of them and none wider than `width`.
  ///
  /// - Parameters:
  ///   - tick: number of the frame, which selects the spinner's image.
  ///   - hint: text at the end of the last line if there is room.
  public func frame(
    now: Instant, width: Int, height: Int, tick: Int = 0, hint: String = "", palette: Palette = .plain
  ) -> [String] {
    let entries = moving.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
    let waits = waitingLine(width: width)
    let room = max(0, height - 1 - (waits == nil ? 0 : 1))
    // The most recent are the most interesting; those without room are counted.
    let isCut = entries.count > room
    let shown = isCut ? Array(entries.suffix(max(0, room - 1))) : entries
    var lines: [String] = []
    if isCut, room > 0 {
      lines.append(
        palette.paint(VisibleText.cut("  … \(entries.count - shown.count) more in progress", to: width), .faint))
    }
    let names = shown.map { VisibleText.escaped($0.key.text) }
    let column = min(names.map(VisibleText.width).max() ?? 0, max(8, width - Self.stateColumns))
    for (entry, name) in zip(shown, names) {
      let (phase, runs) = (entry.value.phase, entry.value.runs)
      let short = VisibleText.elided(name, to: column)
      let padding = String(repeating: " ", count: column - VisibleText.width(short))
      let state = "  " + phase.rawValue + String(repeating: " ", count: 8 - phase.rawValue.count)
      let span = "  " + (now - entry.value.since).wholeSeconds + (runs > 1 ? ", run \(runs)" : "")
      if 4 + column + state.count + span.count <= width {
        lines.append(
          "  \(palette.paint(Self.spinner[tick % Self.spinner.count], phase.style)) \(short)\(padding)"
            + palette.paint(state, phase.style) + palette.paint(span, .faint))
      } else {
        lines.append(
          VisibleText.cut("  \(Self.spinner[tick % Self.spinner.count]) \(short)\(padding)\(state)", to: width))
      }
    }
    if let waits, height > 1 { lines.append(palette.paint(waits, .waiting)) }
    if height > 0 { lines.append(status(now: now, width: width, hint: hint, palette)) }
    return lines
  }

  /// Images of the spinner.
  private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
  /// Columns beside a name: spinner, phase, time.
  private static let stateColumns = 30
  /// Number of waiting deployments that are named.
  private static let named = 3

  /// Waiting deployments, as many named as fit: `  … 5 waiting: evaluate, serve, tune and 2 more`.
  private func waitingLine(width: Int) -> String? {
    let (first, count) = waitingNow(first: Self.named)
    guard count > 0 else { return nil }
    let begin = "  … \(count) waiting"
    for shown in (1...first.count).reversed() {
      let names = first.prefix(shown).map { VisibleText.escaped($0.name) }
      let line = begin + ": " + enumeration(names + (count > shown ? ["\(count - shown) more"] : []))
      if VisibleText.width(line) <= width { return line }
    }
    return VisibleText.cut(begin, to: width)
  }

  /// Counts and elapsed time: `3 of 8 done, 2 running, 1 failed  2m 5s`.
  private func status(now: Instant, width: Int, hint: String, _ palette: Palette) -> String {
    let running = moving.values.count { $0.phase == .running }
    let parts: [(text: String, style: Style?)] =
      [("\(doneCount) of \(knownCount) done", doneCount > 0 ? .added : nil)]
      + (running > 0 ? [("\(running) running", nil)] : [])
      + (failedCount > 0 ? [("\(failedCount) failed", .error)] : [])
    let elapsed = (now - begin).wholeSeconds
    let plain = "  " + parts.map(\.text).joined(separator: ", ") + "  " + elapsed
    guard VisibleText.width(plain) <= width else { return VisibleText.cut(plain, to: width) }
    let painted =
      "  " + parts.map { palette.paint($0.text, $0.style) }.joined(separator: ", ") + "  "
      + palette.paint(elapsed, .strong)
    let isRoom = !hint.isEmpty && VisibleText.width(plain) + 3 + VisibleText.width(hint) <= width
    return painted + (isRoom ? "   " + palette.paint(hint, .faint) : "")
  }
}

extension ProgressBoard.Phase {
  fileprivate var style: Style {
    switch self {
    case .starting: .waiting
    case .running: .added
    case .stopping: .removed
    }
  }
}

extension TimeSpan {
  /// Duration in whole seconds, so that the display does not flicker.
  fileprivate var wholeSeconds: String { TimeSpan.seconds(max(0, nanoseconds / 1_000_000_000)).humanText }
}
