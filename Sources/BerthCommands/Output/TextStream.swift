import Diagnostics
import Glibc
import PlanModel
import Reports
import Synchronization

/// One of the standard streams, with how text looks on it.
final class TextStream: Sendable {
  private let descriptor: Int32
  /// A write failed, so that whoever read has gone; what follows goes nowhere.
  private let isBroken = Mutex(false)
  /// Why the first write to standard output failed that did, other than for want of a reader; what was to be said is lost.
  private static let loss = Mutex<Int32?>(nil)
  /// Whether it is a terminal.
  let isTerminal: Bool
  /// Whether what was written can be written over: a terminal that moves its cursor.
  let canRedraw: Bool
  /// How styles look on it.
  let palette: Palette

  /// Looks at a stream once.
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

  /// The columns of the terminal; 80 where there is none, so that output in files is the same everywhere.
  var width: Int { isTerminal ? max(40, size.columns) : 80 }

  /// A sentence behind a margin, in as many lines as the terminal makes of it; elsewhere in one, for programs that look for
  /// it. It is escaped, and ends with a line break.
  /// - Parameter columns: what stands on the line already, where the first line has no margin.
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

  /// Something to know, as a line or, on a terminal, as many as it takes.
  func note(_ text: String) -> String { palette.paint("note", .warning) + ": " + sentence(text, margin: 6, after: 6) }

  /// A plan as it looks on it: the summary line is frozen for programs, and broken at words where only people see it.
  func plan(_ plan: Plan, isFull: Bool) -> String {
    PlanText(width: width, palette: palette, isFull: isFull, wrapsSummary: isTerminal).text(plan)
  }

  /// Diagnostics as they look on it: source lines are cut to the terminal; elsewhere they are the same everywhere. One
  /// without a hint of its own says where to read more.
  func diagnostics(_ diagnostics: [Diagnostic]) -> String {
    // Beside a source line stand its number and a frame.
    let renderer = isTerminal ? palette.diagnosticRenderer(width: width - 8) : palette.diagnosticRenderer()
    return renderer.text(
      diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        diagnostic.hint = diagnostic.hint ?? "berth explain \(diagnostic.code.text) tells more"
        return diagnostic
      })
  }

  /// The columns and rows of the terminal as they are now; 80 and 24 where there is none, or it does not say.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes all of a text.
  func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes all bytes; once that fails, nothing more is written.
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
          let why = errno
          // Whoever reads no more (`berth get | head`) has seen enough.
          if descriptor == 1, why != EPIPE { Self.loss.withLock { $0 = $0 ?? why } }
        }
      }
    }
  }

  /// The error number of what could not be written to standard output; nil: all was, or nobody wanted to read it.
  static var lostOutput: Int32? { loss.withLock { $0 } }

  /// Whether nobody reads any more.
  var hasNoReader: Bool { isBroken.withLock { $0 } }
}
