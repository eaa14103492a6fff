import Diagnostics
import Glibc
import PlanModel
import Reports
import Synchronization
import SystemPackage

/// A standard stream with its palette and size.
final class TextStream: Sendable {
  private let descriptor: Int32
  /// Whether a write has failed; further output is dropped.
  private let isBroken = Mutex(false)
  /// Error of the first failed write to standard output, other than a closed pipe. Its output is lost.
  private static let loss = Mutex<Errno?>(nil)
  /// Whether the stream is a terminal.
  let isTerminal: Bool
  /// Whether output can be overwritten: a terminal that can move its cursor.
  let canRedraw: Bool
  /// Palette of the stream.
  let palette: Palette

  /// Examines a stream once.
  init(_ descriptor: Int32, color: ColorChoice, environment: Surroundings) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    canRedraw = isTerminal && environment["TERM"] != "dumb"
    switch color {
    case .always: palette = .ansi
    case .never: palette = .plain
    case .auto:
      let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
      palette = isTerminal && !isPlain && environment["TERM"] != "dumb" ? .ansi : .plain
    }
  }

  /// Width in columns; 80 without a terminal, so that output in files is always the same.
  var width: Int { isTerminal ? max(40, size.columns) : 80 }

  /// A sentence with a margin and a line break, escaped. It is wrapped on a terminal and is one line elsewhere, so that
  /// programs can find it.
  /// - Parameter columns: number of columns already used on the first line, which then has no margin.
  func sentence(_ text: String, margin: Int, after columns: Int? = nil, _ style: Style? = nil) -> String {
    let indent = String(repeating: " ", count: margin)
    let begin = columns == nil ? indent : ""
    guard isTerminal else { return begin + palette.paint(VisibleText.escaped(text), style) + "\n" }
    let prefix = String(repeating: " ", count: columns ?? margin)
    let lines = Paragraph.text(VisibleText.escaped(text), prefix: prefix, indent: margin, width: width)
    return begin
      + lines.dropFirst(prefix.count).split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        let content = line.drop { $0 == " " }
        return String(repeating: " ", count: line.count - content.count) + palette.paint(String(content), style)
      }.joined(separator: "\n") + "\n"
  }

  /// A line with the label `note`, wrapped on a terminal.
  func note(_ text: String) -> String { palette.paint("note", .warning) + ": " + sentence(text, margin: 6, after: 6) }

  /// A plan for this stream. Its summary line is frozen for programs, and wrapped only on a terminal.
  func plan(_ plan: Plan, isFull: Bool) -> String {
    PlanText(width: width, palette: palette, isFull: isFull, wrapsSummary: isTerminal).text(plan)
  }

  /// Diagnostics for this stream: source lines are cut to the terminal's width. A diagnostic without a hint refers to
  /// `berth explain`.
  func diagnostics(_ diagnostics: [Diagnostic]) -> String {
    // A line number and a frame are left of a source line.
    let renderer = isTerminal ? palette.diagnosticRenderer(width: width - 8) : palette.diagnosticRenderer()
    return renderer.text(
      diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        diagnostic.hint = diagnostic.hint ?? "see: berth explain \(diagnostic.code.text)"
        return diagnostic
      })
  }

  /// Current columns and rows of the terminal; 80 and 24 without a terminal or if it does not tell.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes the complete text.
  func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes all bytes, unless a write has failed.
  func write(_ bytes: [UInt8]) {
    isBroken.withLock { isBroken in
      var rest = bytes[...]
      while !isBroken, !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if written >= 0 {
          rest = rest.dropFirst(written)
        } else if errno == EAGAIN {
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&ready, 1, -1)
        } else if errno != EINTR {
          isBroken = true
          let why = Errno(rawValue: errno)
          // A reader that stops early (`berth get | head`) has seen enough.
          if descriptor == 1, why != .brokenPipe { Self.loss.withLock { $0 = $0 ?? why } }
        }
      }
    }
  }

  /// Error that lost output; `nil` if all was written or the reader went away.
  static var lostOutput: Errno? { loss.withLock { $0 } }

  /// Whether the reader has gone away or writing has failed.
  var hasNoReader: Bool { isBroken.withLock { $0 } }
}
