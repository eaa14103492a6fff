import Dispatch
import Glibc
import Reports
import Synchronization

/// The last lines of a terminal, drawn again in place while lines that stay scroll away above them.
///
/// A picture is written at once, as one update where the terminal knows those (the "synchronized output" mode 2026), so that
/// it does not flicker. The cursor is never hidden: whatever ends the program leaves the terminal as it was.
final class LiveDisplay: Sendable {
  /// Draws lines for a size; none is wider or there are more than it says.
  typealias Picture = @Sendable (_ width: Int, _ height: Int, _ tick: Int) -> [String]

  /// Sources of a dispatch queue. Sendable: once they are resumed, nothing is called on them but `cancel`, which libdispatch
  /// lets any thread do at any time.
  private struct Sources: @unchecked Sendable {
    let all: [any DispatchSourceProtocol]
  }

  private struct State {
    /// What is to be written above the picture.
    var pending = ""
    /// The widths of the lines that stand there.
    var drawn: [Int] = []
    var tick = 0
    var isOver = false
    /// The timer and the signals that have it drawn.
    var sources = Sources(all: [])
  }

  private let stream: TextStream
  private let picture: Picture
  private let state = Mutex(State())

  /// Ten pictures a second look smooth and cost little.
  private static let interval = DispatchTimeInterval.milliseconds(100)
  /// More lines than these are not taken in at a glance; and a third of the terminal is left to what has happened.
  private static let tallest = 30

  /// Begins to draw, after a moment: what is over by then is never drawn.
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
    // Who comes back from the shell finds other lines there than the ones that were drawn.
    let continued = DispatchSource.makeSignalSource(signal: SIGCONT, queue: queue)
    continued.setEventHandler { [weak self] in self?.state.withLock { $0.drawn = [] } }
    timer.resume()
    resized.resume()
    continued.resume()
    return Sources(all: [timer, resized, continued])
  }

  /// Writes lines that stay, at the next picture.
  func append(_ text: String) { state.withLock { if !$0.isOver { $0.pending += text } } }

  /// Takes the picture away, and leaves what stays. May be called again.
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
    // What the terminal itself writes at the cursor, `^C` for one, must not make a line longer than the terminal. The
    // picture is made before the lock is taken, because whoever makes it may be about to append.
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

  /// Clears what was drawn, row by row from the last, and ends where it began. A terminal that has become narrower has
  /// broken its lines. (To clear all below the cursor at once would have some terminals keep it in their history.)
  private static func erasing(_ drawn: [Int], width: Int) -> String {
    guard !drawn.isEmpty else { return "" }
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
    return "\r\u{1b}[2K" + String(repeating: "\u{1b}[A\u{1b}[2K", count: rows - 1)
  }
}
