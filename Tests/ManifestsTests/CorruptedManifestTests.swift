import Diagnostics
import Foundation
import TestKit
import Testing

@testable import Manifests

/// Valid manifests with a few bytes changed at random, from fixed seeds: every outcome is a state or diagnostics, and every
/// place is within the file.
@Suite struct CorruptedManifestTests {
  private static let pieces = [
    "&a ", "*a", "<<: ", "[", "]", "{", "}", ": ", "- ", "? ", "\n", "\t", "\"", "'", "|\n", ">\n", "#", "!x ", "~",
    "---\n",
    "...\n", "\u{0}", "\u{1B}", "é", "\u{FEFF}", "0x1F", "1:30", "-1", "999999999999999999999", ",", "%", "@", "\r",
    "  ",
    "*env", "&base ", "hashedPassword: ", "kind: ", "spec: ",
  ]

  private static func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1:
        let end = min(bytes.count, place + Int.random(in: 0...40, using: &generator))
        bytes.removeSubrange(place..<end)
      case 2:
        let end = min(bytes.count, place + Int.random(in: 0...200, using: &generator))
        bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &generator))
      case 3: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &generator)].utf8, at: place)
      }
    }
    return bytes
  }

  @Test(arguments: 0..<20) func `every diagnostic of a corrupted manifest has a place in the file`(seed: UInt64) throws
  {
    var generator = SeededGenerator(seed: seed &* 7919 &+ 1)
    let original = try FixtureTests.inputs("valid", "team.yaml")[0].bytes
    var refused = 0
    for _ in 0..<100 {
      let bytes = CorruptedManifestTests.mutated(original, &generator)
      let input = ManifestText(displayPath: "team.yaml", relativePath: "team/team.yaml", bytes: bytes)
      let result = ManifestReader().read([input])
      if case .invalid = result { refused += 1 }
      let lines = 1 + bytes.count { $0 == 0x0A || $0 == 0x0D }
      for diagnostic in result.diagnostics {
        for place in [diagnostic.place] + diagnostic.related.map(\.place) {
          let place = try #require(place)
          #expect(
            place.file == "team.yaml" && (1...lines).contains(place.line)
              && (1...bytes.count + 1).contains(place.column), "\(diagnostic.message) at \(place.text) of \(lines)")
        }
        #expect(!TextRenderer().text(diagnostic).unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
      }
    }
    #expect(refused > 50)
  }
}
