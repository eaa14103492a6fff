import Dispatch
import Glibc
import Reports
import Synchronization

/// The last lines of a terminal, redrawn in place while permanent lines scroll away above them.
///
/// A picture is written at once, as one update on terminals that support it ("synchronized output", mode 2026), so that
/// it does not flicker. The cursor is never hidden, so that the terminal is intact however the program ends.
final class LiveDisplay: Sendable {
  /// Draws at most `height` lines, none wider than `width`.
  typealias Picture = @Sendable (_ width: Int, _ height: Int, _ tick: Int) -> [String]

  /// Sources of a dispatch queue. Sendable: once they are resumed, only `cancel` is called on them, which libdispatch
  /// allows from any thread at any time.
  private struct Sources: @unchecked Sendable {
    let all: [any DispatchSourceProtocol]
  }

  private struct State {
    /// Text to write above the picture.
    var pending = ""
    /// Widths of the lines that are drawn.
    var drawn: [Int] = []
    var tick = 0
    var isOver = false
    /// Timer and signals that trigger drawing.
    var sources = Sources(all: [])
  }

  private let stream: TextStream
  private let picture: Picture
  private let state = Mutex(State())

  /// Interval of drawing; ten pictures a second look smooth and cost little.
  private static let interval = DispatchTimeInterval.milliseconds(100)
  /// Largest height: nobody takes in more lines at a glance, and a third of the terminal is left to permanent lines.
  private static let tallest = 30

  /// Begins to draw after one interval; a display that finishes earlier never draws.
  init(_ stream: TextStream, picture: @escaping Picture) {
    self.stream = stream
    self.picture = picture
    state.withLock { $0.sources = makeSources() }
  }

  private func makeSources() -> Sources {
    let queue = DispatchQueue(label: "display")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.draw() }
    timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
    let resized = DispatchSource.makeSignalSource(signal: SIGWINCH, queue: queue)
    resized.setEventHandler { [weak self] in self?.draw() }
    // After the job is resumed from the shell, other lines are on the terminal than those that were drawn.
    let continued = DispatchSource.makeSignalSource(signal: SIGCONT, queue: queue)
    continued.setEventHandler { [weak self] in self?.state.withLock { $0.drawn = [] } }
    timer.resume()
    resized.resume()
    continued.resume()
    return Sources(all: [timer, resized, continued])
  }

  /// Appends permanent lines, written with the next picture.
  func append(_ text: String) { state.withLock { if !$0.isOver { $0.pending += text } } }

  /// Removes the picture and leaves the permanent lines. May be called again.
  func finish() {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isOver = true
      for source in state.sources.all { source.cancel() }
      let text = Self.erasing(state.drawn, width: stream.size.columns) + state.pending
      if !text.isEmpty { stream.write(text) }
    }
  }

  private func draw() {
    let size = stream.size
    let tick = state.withLock { $0.tick }
    // Three columns are left for what the terminal itself writes at the cursor, such as `^C`. The picture is made
    // before the lock is taken, because its maker may be about to append.
    let lines = picture(size.columns - 3, min(size.rows * 2 / 3, Self.tallest), tick)
    state.withLock { state in
      guard !state.isOver else { return }
      state.tick += 1
      stream.write(
        "\u{1b}[?2026h" + Self.erasing(state.drawn, width: size.columns) + state.pending
          + lines.joined(separator: "\n") + "\u{1b}[?2026l")
      state.pending = ""
      state.drawn = lines.map { VisibleText.width($0.replacing(/\u{1b}\[[0-9;]*m/, with: "")) }
    }
  }

  /// Clears the drawn lines row by row from the last, and ends where they began. A terminal that became narrower has
  /// wrapped lines. (Clearing everything below the cursor at once would make some terminals keep it in their history.)
  private static func erasing(_ drawn: [Int], width: Int) -> String {
    guard !drawn.isEmpty else { return "" }
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
    return "\r\u{1b}[2K" + String(repeating: "\u{1b}[A\u{1b}[2K", count: rows - 1)
  }
}
