import Foundation

/// A console block of a page: commands after `$ `, each with its output and errors below. `…` alone on a line stands
/// for any lines. Times of day are not compared.
struct Transcript {
  /// A command with its output on the page.
  struct Step {
    var command: String
    var shown: [String]
  }

  var steps: [Step] = []

  /// Reads a block.
  init(_ block: Page.Block) {
    for line in block.lines {
      if line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2)), shown: []))
      } else if !steps.isEmpty {
        steps[steps.count - 1].shown.append(line)
      }
    }
    for index in steps.indices {
      while steps[index].shown.last?.isEmpty == true { steps[index].shown.removeLast() }
    }
  }

  /// The block as it stands on a page.
  var text: String {
    steps.map { step in (["$ \(step.command)"] + step.shown).joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// The lines of an output, without the parts that are not compared.
  static func lines(of output: String) -> [String] {
    var lines = output.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).replacing(#/ +$/#, with: "") }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// True if lines match the shown ones.
  static func matches(_ lines: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let wanted = shown.first else { return lines.isEmpty }
    if wanted == "…" {
      return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], shown.dropFirst()) }
    }
    guard let line = lines.first, untimed(line) == untimed(wanted) else { return false }
    return matches(lines.dropFirst(), shown.dropFirst())
  }

  private static func untimed(_ line: String) -> String { line.replacing(#/^\d\d:\d\d:\d\d /#, with: "") }
}
