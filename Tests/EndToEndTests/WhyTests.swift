import FleetModel
import Foundation
import TestKit
import Testing

extension EndToEndTests {
  /// The first suggestion of `why` is written into the manifests at the place it names, or carried out as the command
  /// it prints. Then the program itself starts the deployment.
  @Test(arguments: ["less", "suspended", "failed", "inactive"])
  func `the first suggestion of why starts the deployment`(_ situation: String) throws {
    let home = try BerthHome()
    let isFailed = situation == "failed"
    try home.write(
      """
      \(Self.foundation(isActive: situation != "inactive"))
      ---
      \(Self.job("holder", cpu: situation == "less" ? 3 : 1))
      ---
      \(Self.job("target", cpu: 2, command: isFailed ? "test -e \(home.out)/ready || exit 3; sleep 60" : "sleep 60"))
        suspend: \(situation == "suspended")
        priority: \(isFailed || situation == "inactive" ? "high" : "low")
      """)
    // The failed job needs another apply.
    _ = try home.apply(isFailed ? "--wait=started" : "--color=never")
    if isFailed {
      try home.wait(until: "target has FAILED") {
        _ = try home.apply()
        return try home.berth("get", "target").output.contains("FAILED")
      }
    }
    let text = try home.berth("why", "target").output
    let suggestion = try #require(try firstSuggestion(home), "\(text)")
    var options: [String] = []
    for remedy in try #require(suggestion["remedies"] as? [[String: Any]]) {
      if let name = remedy["deployment"] as? String {
        options.append("--retry-failed=\(name)")
        try "".write(toFile: "\(home.out)/ready", atomically: true, encoding: .utf8)
      }
      for field in remedy["fields"] as? [[String: Any]] ?? [] { try write(field) }
    }
    let applied = try home.start(["apply", home.manifests, "--yes"] + options).wait()
    #expect(applied.status == 0, "\(text)\(applied.output)\(applied.error)")
    let state = try home.berth("get", "target").output
    #expect(state.contains("RUNNING"), "\(text)\(state)")
  }

  /// Nothing of those manifests is recorded.
  @Test func `why -f answers for manifests that have not been applied`() throws {
    let home = try BerthHome()
    try home.write("\(Self.foundation(isActive: true))\n---\n\(Self.job("holder", cpu: 3))\n")
    #expect(try home.apply().status == 0)
    try home.write("\(Self.job("target", cpu: 2))\n", to: "more.yaml")
    let unknown = try home.berth("why", "target")
    #expect(unknown.status == 1 && unknown.error.contains("there is no deployment \"target\""), "\(unknown.error)")
    let answer = try home.berth("why", "target", "-f", home.manifests)
    #expect(answer.status == 0)
    #expect(answer.output.contains("target waits for CPU: needs 2, 1 of 4 free"), "\(answer.output)")
    #expect(
      answer.output.contains("target: spec.resources.cpu 2 → 1 in \(home.manifests)/more.yaml:9"), "\(answer.output)")
    #expect(try home.store().deployments().map(\.identity.name) == ["holder"])
  }

  private func firstSuggestion(_ home: BerthHome) throws -> [String: Any]? {
    let answer = try home.berth("why", "target", "-o", "json")
    let json = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
    return (json?["suggestions"] as? [[String: Any]])?.first
  }

  /// Changes the one line that a field of a suggestion names.
  private func write(_ field: [String: Any]) throws {
    let file = try #require(field["file"] as? String)
    let line = try #require(field["line"] as? Int)
    let (old, new) = (try #require(field["old"] as? String), try #require(field["new"] as? String))
    var lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    let key = try #require((field["path"] as? String)?.split(separator: ".").last)
    #expect(lines[line - 1].contains("\(key): \(old)"), "\(field) \(lines[line - 1])")
    lines[line - 1] = lines[line - 1].replacing("\(key): \(old)", with: "\(key): \(new)")
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }

  private static func foundation(isActive: Bool) -> String {
    BaseManifests.base(capacity: "{ram: 4Gi, cpu: 4}") + "---\n"
      + BaseManifests.user("target-owner", "active: \(isActive)")
  }

  private static func job(_ name: String, cpu: Int, command: String = "sleep 60") -> String {
    """
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec:
      cluster: vision/lab
      user: \(name == "target" ? "target-owner" : "ada")
      image: none
      command: [sh, -c, "\(command)"]
      resources: {ram: 64Mi, cpu: \(cpu)}
    """
  }
}
