/// A source line as it is shown: escaped, tabs as spaces, cut around the caret.
struct LineExcerpt {
  /// The text to show.
  private(set) var text = ""
  /// Number of columns before the caret.
  private(set) var caretOffset = 0
  /// Number of columns that the caret covers; at least 1.
  private(set) var caretWidth = 1

  /// Creates the excerpt of a line whose first scalar is in column `firstColumn`. `caret` is a column too, and
  /// `length` counts scalars; the results count columns of a terminal.
  init(_ line: String, firstColumn: Int, caret: Int, length: Int, width: Int) {
    var cells: [(text: String, width: Int)] = []
    for scalar in line.unicodeScalars {
      if scalar == "\t" {
        cells.append(("  ", 2))
        continue
      }
      let shown = DisplayEscaping.shown(scalar)
      let isItself = shown.unicodeScalars.count == 1
      cells.append((shown, isItself ? DisplayEscaping.width(scalar) : shown.count))
    }
    let start = min(max(0, caret - firstColumn), cells.count)
    let end = min(cells.count, start + length)
    var window = LineExcerpt.window(cells.map(\.width), around: start, width: width)
    if firstColumn > 1 && window.lowerBound == 0 { window = min(1, start)..<window.upperBound }
    let before = window.lowerBound > 0 ? "…" : ""
    let after = window.upperBound < cells.count ? "…" : ""
    text = before + cells[window].map(\.text).joined() + after
    if after.isEmpty { while text.last == " " { text.removeLast() } }
    caretOffset = before.count + cells[window.lowerBound..<start].reduce(0) { $0 + $1.width }
    let marked = cells[start..<max(start, min(end, window.upperBound))]
    caretWidth = max(1, marked.reduce(0) { $0 + $1.width })
  }

  /// Selects the cells to show: all if they fit, else about a third of the width before the caret and the rest after
  /// it.
  private static func window(_ widths: [Int], around start: Int, width: Int) -> Range<Int> {
    guard widths.reduce(0, +) > width else { return 0..<widths.count }
    var room = width - 2
    var lower = start
    while lower > 0, room - widths[lower - 1] >= width * 2 / 3 {
      lower -= 1
      room -= widths[lower]
    }
    var upper = start
    while upper < widths.count, room - widths[upper] >= 0 {
      room -= widths[upper]
      upper += 1
    }
    while lower > 0, room - widths[lower - 1] >= 0 {
      lower -= 1
      room -= widths[lower]
    }
    return lower..<upper
  }
}
