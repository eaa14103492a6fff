import Foundation
import TestKit
import Testing

@testable import Manifests

/// The cases of the YAML test suite: the event layer accepts and refuses them as the suite says, but for listed deviations.
/// Those come from libyaml, which reads YAML 1.1, and from our limits.
@Suite struct YAMLTestSuite {
  /// The archive of the suite, outside of the repository; `nil` if it is missing.
  static func archive() throws -> URL? {
    let directories = [
      try TestVariable("BERTH_SHARED").directory(), Repository.root.appending(path: "../shared"),
      Repository.root.appending(path: "../../shared"),
    ]
    return directories.compactMap { $0?.appending(path: "corpora/yaml-test-suite-data-2022-01-17.tar.gz") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  @Test(
    .enabled("the YAML test suite is missing: set BERTH_SHARED to the directory that holds corpora/") {
      try archive() != nil
    })
  func `cases are accepted and refused as the suite says, but for known deviations`() throws {
    let temporary = try TemporaryDirectory("yaml")
    let directory = URL(filePath: temporary.path)
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "-xzf", try #require(try YAMLTestSuite.archive()).path, "-C", directory.path]
    try tar.run()
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)

    var found: [String] = []
    var count = 0
    let files = try #require(FileManager.default.enumerator(atPath: directory.path))
    for case let path as String in files where path.hasSuffix("/in.yaml") {
      count += 1
      let folder = directory.appending(path: path).deletingLastPathComponent()
      let parts = path.split(separator: "/").dropLast()
      let name = parts.drop { $0.count != 4 }.joined(separator: "/")
      let isWrong = FileManager.default.fileExists(atPath: folder.appending(path: "error").path)
      let bytes = Array(try Data(contentsOf: directory.appending(path: path)))
      let (isAccepted, events) = YAMLTestSuite.read(bytes)
      // Work is bounded: no case has more events than twice its bytes and a few.
      #expect(events <= 2 * bytes.count + 10, "\(name)")
      if isAccepted == isWrong { found.append("\(name) \(isAccepted ? "accepted" : "refused")") }
    }
    #expect(count == 402)
    let list = FixtureTests.root.appending(path: "yaml-deviations.txt")
    if try GoldenFile.isBlessing {
      try Data((found.sorted().joined(separator: "\n") + "\n").utf8).write(to: list)
    }
    let known = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(Set(found).subtracting(known).sorted() == [], "new deviations")
    #expect(Set(known).subtracting(found).sorted() == [], "deviations that are gone")
  }

  /// Reads bytes; returns whether they are accepted, with the number of events.
  static func read(_ bytes: [UInt8]) -> (isAccepted: Bool, events: Int) {
    bytes.withUnsafeBufferPointer { bytes in
      guard InputCheck.problems(in: bytes).isEmpty else { return (false, 0) }
      var reader = EventReader(bytes)
      var events = 0
      while reader.advance() { events += 1 }
      return (reader.problem == nil, events)
    }
  }
}
