import Foundation
import TestKit
import Testing

/// Comparisons with golden files; not while golden files are being written.
@Suite(.enabled { try !GoldenFile.isBlessing }) struct GoldenFileTests {
  private let directory: TemporaryDirectory
  private let file: GoldenFile

  init() throws {
    directory = try TemporaryDirectory("golden")
    file = GoldenFile(URL(filePath: directory.path + "/x.txt"))
  }

  @Test func `an equal output passes`() throws {
    try directory.write("one\ntwo\n", to: "x.txt")
    try file.expect("one\ntwo\n")
  }

  @Test(arguments: ["one\nthree\n", "one\n", "one\ntwo", "one\ntwo\n\n", "one\r\ntwo\n", ""])
  func `any other output is an issue`(output: String) throws {
    try directory.write("one\ntwo\n", to: "x.txt")
    withKnownIssue { try file.expect(output) }
    #expect(try String(contentsOfFile: directory.path + "/x.txt", encoding: .utf8) == "one\ntwo\n")
  }

  @Test func `a missing file is an issue and is not made`() throws {
    withKnownIssue { try file.expect("one\n") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
  }
}
