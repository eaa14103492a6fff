import Foundation
import TestKit
import Testing

/// The examples, each run as its own page says: every line with the exit code and the exact output that it promises.
@Suite(.serialized) struct ExamplesTests {
  static let root = Repository.root.appending(path: "examples")

  /// The examples: directories, by name.
  static let names: [String] = {
    let found = try? FileManager.default.contentsOfDirectory(atPath: root.path)
    return (found ?? []).filter { FileManager.default.fileExists(atPath: root.appending(path: "\($0)/README.md").path) }
      .sorted()
  }()

  /// The files below an example, relative to it, by name.
  private func files(of name: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: Self.root.appending(path: name).path)
      .filter { !$0.hasPrefix(".") && !$0.hasPrefix("fleet") }.sorted()
  }

  private func lines(of name: String) throws -> [PromisedLine] {
    let blocks = try Page("examples/\(name)/README.md").blocks.filter { $0.language == "sh" }
    return try blocks.flatMap(\.lines).map { try #require(PromisedLine($0), "\(name): \($0)") }
  }

  /// Returns an output as it is compared: without trailing spaces and empty lines, and with one instant for all.
  private func visible(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.replacing(#/ +$/#, with: "").replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "2026-11-23T12:00:00Z")
    }
    return lines.joined(separator: "\n").trimmingCharacters(in: .newlines) + "\n"
  }

  private func compare(_ text: String, with file: String, of name: String) throws {
    try GoldenFile(Self.root.appending(path: "\(name)/\(file)")).expect(visible(text))
  }

  @Test(arguments: names) func `an example does what its page says`(name: String) throws {
    let session = try ShellSession(contentsOf: "examples/\(name)")
    let lines = try lines(of: name)
    #expect(!lines.isEmpty)
    for line in lines {
      let outcome = try session.run(line.command)
      #expect(outcome.status == line.status, "\(name): \(line.command)\n\(outcome.output)\(outcome.error)")
      if let file = line.shows { try compare(outcome.output, with: file, of: name) }
      if let file = line.tells { try compare(outcome.error, with: file, of: name) }
    }
  }

  @Test(arguments: names) func `an example keeps no output that its page does not name`(name: String) throws {
    let lines = try lines(of: name)
    let named = Set(lines.flatMap { [$0.shows, $0.tells] }.compactMap(\.self))
    #expect(named.sorted() == (try files(of: name)).filter { $0.hasSuffix(".txt") })
    #expect(named.contains { $0.hasPrefix("plan") || $0.hasPrefix("diagnostics") }, "\(name) promises no plan")
    #expect(try Page("examples/README.md").text.contains("[\(name)](\(name)/README.md)"), "\(name) is not listed")
  }

  /// An editor finds the schema by the first line of each manifest. Output of kustomize has no comments.
  @Test(arguments: names) func `manifests name the schema`(name: String) throws {
    for file in try files(of: name) where file.hasSuffix(".yaml") {
      let path = Self.root.appending(path: "\(name)/\(file)")
      let text = try String(contentsOf: path, encoding: .utf8)
      guard text.contains("apiVersion: berth/"), name != "kustomize" || file != "prod.yaml" else { continue }
      let first = text.prefix { $0 != "\n" }
      let schema = try #require(
        first.wholeMatch(of: #/# yaml-language-server: \$schema=(.+)/#), "\(name)/\(file) names no schema")
      let target = path.deletingLastPathComponent().appending(path: String(schema.1)).standardizedFileURL
      #expect(FileManager.default.fileExists(atPath: target.path), "\(name)/\(file)")
    }
  }

  private static let hasKubectl = FileManager.default.isExecutableFile(atPath: "/usr/bin/kubectl")

  @Test(.enabled(if: hasKubectl)) func `the built input is what kustomize makes`() throws {
    let session = try ShellSession(contentsOf: "examples/kustomize")
    let built = try session.run("/usr/bin/kubectl kustomize prod")
    #expect(built.status == 0)
    #expect(try built.output == String(contentsOfFile: "\(session.directory)/prod.yaml", encoding: .utf8))
  }
}
