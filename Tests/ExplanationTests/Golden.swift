import Foundation
import Testing

/// Compares a text with the file of that name in `Golden`. To accept a new text, delete the file and run the test twice:
/// the first run writes it and fails.
func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  guard FileManager.default.fileExists(atPath: file.path) else {
    try Data(text.utf8).write(to: file)
    Issue.record("there was no \(name); it has been written, read it", sourceLocation: sourceLocation)
    return
  }
  let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  #expect(text == golden, sourceLocation: sourceLocation)
}
