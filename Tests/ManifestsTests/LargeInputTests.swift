import Diagnostics
import TestKit
import Testing

@testable import Manifests

/// Limits whose inputs are too large to be fixtures.
@Suite struct LargeInputTests {
  /// The diagnostics of a text, each as code, place and message.
  private func problems(_ text: String) -> [String] {
    let input = ManifestText(displayPath: "large.yaml", relativePath: "large.yaml", bytes: Array(text.utf8))
    return ManifestReader().read([input]).diagnostics.map { diagnostic in
      "\(diagnostic.code.text) \(diagnostic.place?.text ?? "-") \(diagnostic.message)"
    }
  }

  private func organization(label: String) -> String {
    "apiVersion: berth/v1\nkind: Organization\nmetadata:\n  name: vision\n  annotations: {note: \"\(label)\"}\n"
  }

  @Test func `a value of more than 1 MiB is refused at its place`() {
    #expect(problems(organization(label: String(repeating: "x", count: 1 << 20))) == [])
    #expect(
      problems(organization(label: String(repeating: "x", count: (1 << 20) + 1)))
        == ["BRT0003 large.yaml:5:23 value is larger than 1 MiB"])
  }

  @Test func `a command or an environment that no process can have is refused`() {
    func deployment(_ command: String, _ env: String) -> [String] {
      problems(
        BaseManifests.vision + """
          ---
          apiVersion: berth/v1
          kind: Deployment
          metadata: {name: train}
          spec: {cluster: vision/lab, user: ada, image: "x:1", resources: {ram: 1Mi, cpu: 1m}, command: [\(command)], env: {\(env)}}
          """
      ).map { String($0.prefix { $0 != " " }) }
    }
    let (most, more) = (String(repeating: "x", count: (128 << 10) - 1), String(repeating: "x", count: 128 << 10))
    #expect(deployment(most, "") == [])
    #expect(deployment(more, "") == ["BRT0063"])
    #expect(deployment("true", "A: \(more.dropLast(3))") == [])
    #expect(deployment("true", "A: \(more.dropLast(2))") == ["BRT0063"])
    let few = String(repeating: "x", count: 100 << 10)
    #expect(deployment(Array(repeating: few, count: 19).joined(separator: ", "), "") == [])
    #expect(deployment(Array(repeating: few, count: 20).joined(separator: ", "), "") == ["BRT0063"])
  }

  @Test func `a file of more than 64 MiB is refused`() {
    let text = String(repeating: " ", count: (64 << 20) + 1)
    #expect(problems(text) == ["BRT0001 large.yaml:1:1 file is 67108865 bytes long; the limit is 64 MiB"])
  }

  private func organization(labels: some Collection<Int>) -> String {
    "apiVersion: berth/v1\nkind: Organization\nmetadata:\n  name: vision\n  labels:\n"
      + labels.map { "    k\($0): v\n" }.joined()
  }

  @Test func `more than 10,000 entries of a map are refused at the first beyond`() {
    #expect(problems(organization(labels: 0..<10_000)) == [])
    // The document after it is not read.
    let entries = organization(labels: 0..<10_001) + "unknown: field\n"
    #expect(problems(entries) == ["BRT0018 large.yaml:10006:5 more than 10000 entries in one list or map"])
  }

  @Test func `merged entries count`() {
    func merging(_ count: Int) -> String {
      "kind: Organization\napiVersion: berth/v1\nmetadata:\n  name: vision\n  annotations: &many\n"
        + (0..<count).map { "    k\($0): v\n" }.joined() + "  labels: {<<: *many, more: v}\n"
    }
    #expect(problems(merging(9_999)) == [])
    #expect(problems(merging(10_000)).map { $0.prefix(7) } == ["BRT0018"])
  }

  @Test func `more than 10,000 items of a list are refused at the first beyond`() {
    func user(_ count: Int) -> String {
      "apiVersion: berth/v1\nkind: User\nmetadata: {name: ada}\nspec:\n  email: ada@example.org\n  organizations:\n"
        + (0..<count).map { "  - o\($0)\n" }.joined()
    }
    // All of them are unknown, and not all of them are shown.
    let accepted = problems(user(10_000))
    #expect(!accepted.contains { $0.hasPrefix("BRT0018") })
    #expect(accepted.count == 1001)
    #expect(
      accepted.last
        == "BRT0017 large.yaml:1007:5 9000 more problems in this file are not shown")
    let refused = problems(user(10_001))
    #expect(refused.contains("BRT0018 large.yaml:10007:5 more than 10000 entries in one list or map"))
  }

  @Test func `an error is shown behind a thousand warnings`() {
    let head = "apiVersion: berth/v1\nkind: Organization\nmetadata: {name: vision}\n"
    let warned = (0..<1500).map { number in
      """
      ---
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: d\(number)}
      spec:
        cluster: vision/lab
        user: ada
        image: x
        command: [x]
        resources: {ram: 1Gi, cpu: 1}
        expectedRuntime: 2h
        maxRuntime: 1h

      """
    }
    let found = problems(
      head + "---\n" + user + "---\n" + cluster + warned.joined() + "---\n" + head.replacing("vision", with: "No"))
    #expect(found.count == 1001)
    #expect(found.last?.hasPrefix("BRT0032") == true, "\(found.suffix(3))")
    #expect(found.contains { $0.hasSuffix("501 more problems in this file are not shown") })
  }

  private let user = """
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada}
    spec: {email: ada@example.org, organizations: [vision]}

    """
  private let cluster = """
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: lab}
    spec: {organization: vision, creator: ada, capacity: {ram: 8Gi, cpu: 4}}

    """

  @Test func `a file of many empty documents is given up`() {
    let organization = organization(label: "x")
    #expect(problems(String(repeating: "---\n", count: 50_000) + "---\n" + organization) == [])
    #expect(
      problems(String(repeating: "---\n", count: 60_000) + organization)
        == ["BRT0017 large.yaml:50002:1 too much content that is not a manifest; the rest of the file is not read"])
  }

  @Test func `skipped values count against the limits of the file`() {
    let list = "[" + String(repeating: "x,", count: 90_000) + "]\n"
    let found = problems("a: \(list)b: \(list)c: \(list)d: \(list)")
    #expect(found.count { $0.hasPrefix("BRT0012") } == 3)
    #expect(found.last?.hasPrefix("BRT0017 large.yaml:3:") == true, "\(found.last ?? "")")
  }
}
