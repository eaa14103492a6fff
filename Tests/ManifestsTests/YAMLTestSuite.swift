import Foundation
import Testing

@testable import Manifests

/// The YAML test suite against our event layer: each case is accepted or refused as the suite says, except for
/// the listed deviations. Those are due to libyaml, which reads YAML 1.1, and to our limits.
@Suite struct YAMLTestSuite {
  /// The directory of the corpora, outside of the repository; `nil` if they are absent.
  static var archive: URL? {
    let root = URL(filePath: #filePath).appending(path: "../../../../").standardized
    let places = [
      ProcessInfo.processInfo.environment["BERTH_SHARED"].map { URL(filePath: $0) }, root.appending(path: "shared"),
      root.appending(path: "../shared").standardized,
    ]
    return places.compactMap { $0?.appending(path: "corpora/yaml-test-suite-data-2022-01-17.tar.gz") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  @Test(
    .enabled(
      if: archive != nil, "the YAML test suite is not at hand: set BERTH_SHARED to the directory that holds corpora/"))
  func `cases are accepted and refused as the suite says, but for known deviations`() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "berth-yaml-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "-xzf", try #require(YAMLTestSuite.archive).path, "-C", directory.path]
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
      // Bounded work, whatever the text: no case has more events than twice its bytes and a few.
      #expect(events <= 2 * bytes.count + 10, "\(name)")
      if isAccepted == isWrong { found.append("\(name) \(isAccepted ? "accepted" : "refused")") }
    }
    #expect(count == 402)
    let list = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/yaml-deviations.txt")
    if ProcessInfo.processInfo.environment["BERTH_BLESS"] == "1" {
      try Data((found.sorted().joined(separator: "\n") + "\n").utf8).write(to: list)
    }
    let known = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(Set(found).subtracting(known).sorted() == [], "new deviations")
    #expect(Set(known).subtracting(found).sorted() == [], "deviations that are gone")
  }

  /// Whether bytes are read to their end, and the number of events.
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
