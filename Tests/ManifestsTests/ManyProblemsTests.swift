import Diagnostics
import TestKit
import Testing

@testable import Manifests

/// A mistake is a single error, and the text about many mistakes is bounded.
@Suite struct ManyProblemsTests {
  private func diagnostics(_ files: [String]) -> [Diagnostic] {
    ManifestReader().read(
      files.enumerated().map { index, text in
        ManifestText(displayPath: "\(index).yaml", relativePath: "\(index).yaml", bytes: Array(text.utf8))
      }
    ).diagnostics
  }

  private func deployment(
    _ name: String, cluster: String = "vision/lab", user: String = "ada", resources: String = "{ram: 1Gi, cpu: 1}",
    rest: String = ""
  ) -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec:
      cluster: \(cluster)
      user: \(user)
      image: x:1
      command: [x]
      resources: \(resources)
    \(rest)

    """
  }

  private let base = BaseManifests.base(capacity: "{ram: 8Gi, cpu: 4}")

  @Test func `a missing object is one error, with the number of references to it`() {
    let found = diagnostics((0..<31).map { deployment("d\($0)") })
    #expect(
      found.map(\.message) == [
        "there is no cluster vision/lab, which is named 31 times", "there is no user ada, which is named 31 times",
      ])
    #expect(found.map { $0.place?.file } == ["0.yaml", "0.yaml"])
    // The first of the others are shown, each with its line.
    for (diagnostic, line) in zip(found, ["cluster: vision/lab", "user: ada"]) {
      #expect(diagnostic.related.map(\.message) == Array(repeating: "also named here", count: 3))
      #expect(diagnostic.related.map(\.place.file) == ["1.yaml", "2.yaml", "3.yaml"])
      #expect(diagnostic.related.allSatisfy { $0.sourceLine?.contains(line) == true })
    }
    let mixed = diagnostics([
      base, deployment("a", user: "bob"), deployment("b", user: "bob"), deployment("c", user: "eve"),
    ])
    #expect(
      mixed.map(\.message) == ["there is no user bob, which is named 2 times", "there is no user eve"])
    #expect(mixed.map { $0.related.map(\.place.file) } == [["2.yaml"], []])
  }

  @Test(arguments: ["memory", "mem", "Ram", "rm"])
  func `a required field under a wrong name is one error`(name: String) {
    let found = diagnostics([base + deployment("d", resources: "{\(name): 1Gi, cpu: 1}")])
    #expect(found.map(\.message) == ["unknown field \"\(name)\""])
    #expect(found.first?.hint == "did you mean \"ram\"?")
  }

  @Test func `a required field that no unknown name stands for is missing`() {
    let found = diagnostics([base + deployment("d", resources: "{memory: 1Gi}")])
    #expect(found.map(\.message) == ["missing field \"cpu\"", "unknown field \"memory\""])
    // The misspelled field is beside the right one.
    let both = diagnostics([base + deployment("d", resources: "{memory: 1Gi, ram: 1Gi, cpu: 1}")])
    #expect(both.map(\.message) == ["unknown field \"memory\""])
  }

  @Test func `of many duplicates a thousand are described and all are counted`() {
    let found = diagnostics([base + (0..<5000).map { _ in deployment("d") }.joined()])
    #expect(found.count == 1001)
    #expect(found.last?.message == "3999 more problems in this file are not shown")
  }

  @Test func `references to many missing objects are counted, too`() {
    let found = diagnostics([base + (0..<5000).map { deployment("d\($0)", user: "u\($0)") }.joined()])
    #expect(found.count == 1001)
    #expect(found.first?.message == "there is no user u0")
    #expect(found.last?.message == "4000 more problems in this file are not shown")
  }

  @Test(arguments: [3, 21, 22, 500])
  func `of a long cycle both ends are shown`(count: Int) throws {
    let ring = (0..<count).map { number in
      deployment("n\(1000 + number)", rest: "  dependsOn: [n\(1000 + (number + 1) % count)]")
    }
    let found = try #require(diagnostics([base + ring.joined()]).first)
    let shown = min(count, 21)
    #expect(found.message.hasPrefix("dependency cycle: vision/lab/n1000 -> vision/lab/n1001 -> "))
    #expect(found.message.hasSuffix("vision/lab/n\(999 + count) -> vision/lab/n1000"))
    #expect(found.message.contains("(\(count - 20) more)") == (count > 21))
    #expect(found.related.count == (count > 21 ? 19 : shown - 1))
  }

  /// The text is a part of messages, and must not be taken apart as a number.
  @Test(
    arguments: ["ram: 1Gi", "cpu: 1", "gpu: 0"].flatMap { field in
      ["", "Gi", "x", ":00", "e5"].map { (String(field.prefix(3)), $0) }
    })
  func `a number of a million digits is cut in its message`(field: String, end: String) throws {
    let long = String(repeating: "7", count: 1_000_000) + end
    let others = ["ram: 1Gi", "cpu: 1"].filter { !$0.hasPrefix(field) }.joined(separator: ", ")
    let found = diagnostics([base + deployment("d", resources: "{\(others), \(field): \(long)}")])
    #expect(found.count == 1)
    #expect(found.first?.message == "777777777777777777777777 has more than 18 digits")
  }

  @Test(arguments: ["maxRuntime", "readyAfter"], ["7", "1h", "x", "é"])
  func `a long duration is cut in its message`(field: String, unit: String) throws {
    let found = diagnostics([
      base + deployment("d", rest: "  \(field): " + String(repeating: unit, count: 300_000))
    ])
    let message = try #require(found.first?.message)
    #expect(found.count == 1 && message.utf8.count < 120, "\(message)")
    #expect(!message.contains("\u{FFFD}"))
  }

  @Test(arguments: ["batch/v1", "v1", "apps/v1"])
  func `a manifest of another program is one error, which says how to leave the file out`(version: String) {
    let other = "apiVersion: \(version)\nkind: Job\nmetadata: {name: x}\nspec:\n  template: {spec: {containers: []}}\n"
    let found = diagnostics([base, other])
    #expect(found.map(\.code) == [.wrongVersion])
    #expect(found.first?.hint?.contains(".berthignore") == true)
    // One of ours with a slip in its version.
    let ours = diagnostics([base.replacing("berth/v1", with: "berth/v2")])
    #expect(ours.allSatisfy { $0.hint == "write berth/v1" } && ours.count == 3)
  }

  @Test func `retries of a service are a warning`() {
    func warnings(_ rest: String) -> [String] { diagnostics([base + deployment("d", rest: rest)]).map(\.message) }
    #expect(warnings("  mode: service\n  retry: {limit: 3}") == ["retry has no effect on a service"])
    #expect(warnings("  retry: {limit: 3}\n  mode: service") == ["retry has no effect on a service"])
    #expect(warnings("  mode: job\n  retry: {limit: 3}").isEmpty && warnings("  mode: service").isEmpty)
  }
}
