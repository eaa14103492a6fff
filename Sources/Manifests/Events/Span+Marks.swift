import CLibYAML

extension Span {
  /// Creates a span from libyaml's marks, which count from 0, with columns in Unicode scalars.
  @inline(__always)
  init(_ start: yaml_mark_t, _ end: yaml_mark_t) {
    line = UInt32(truncatingIfNeeded: start.line &+ 1)
    column = UInt32(truncatingIfNeeded: start.column &+ 1)
    length = start.line == end.line ? UInt32(truncatingIfNeeded: end.column &- start.column) : 1
  }

  /// Creates the span just after another on its line.
  init(after span: Span) {
    self.init(line: span.line, column: span.column + span.length, length: 1)
  }
}
