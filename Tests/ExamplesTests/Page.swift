import Foundation
import TestKit

/// A Markdown page as the tests read it: its fenced blocks with their language.
struct Page {
  /// A fenced block.
  struct Block {
    var language: String
    var lines: [String]
  }

  let text: String
  let blocks: [Block]

  /// Reads a page of the repository.
  init(_ path: String) throws {
    text = try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8)
    var blocks: [Block] = []
    var open: Block?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let block = open {
        if line == "```" {
          blocks.append(block)
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = Block(language: String(line.dropFirst(3)), lines: [])
      }
    }
    self.blocks = blocks
  }
}

/// A command line of an example's page, with the promises of its comment: `# exits 3, shows failed.txt`. `shows` names
/// the standard output, `tells` the standard error.
struct PromisedLine {
  var command: String
  var status: Int32 = 0
  var shows: String?
  var tells: String?

  /// Reads a line; `nil` if its comment is malformed.
  init?(_ line: String) {
    let parts = line.split(separator: #/\s+#\s/#, maxSplits: 1).map(String.init)
    guard let first = parts.first else { return nil }
    command = first
    guard parts.count == 2 else { return }
    for promise in parts[1].split(separator: ", ") {
      let words = promise.split(separator: " ")
      guard words.count == 2 else { return nil }
      switch words[0] {
      case "exits":
        guard let number = Int32(words[1]) else { return nil }
        status = number
      case "shows": shows = String(words[1])
      case "tells": tells = String(words[1])
      default: return nil
      }
    }
  }
}
