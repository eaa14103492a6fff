import FleetModel
import ReconcilerTestSupport
import Reports
import TestKit
import Testing

@testable import BerthCommands

/// Manifests that `get -o yaml` writes declare the same when they are read again.
@Suite struct ManifestRoundTripTests {
  @Test func `applied manifests read back from the state declare the same`() async throws {
    let texts = [
      BaseManifests.deployment("prepare", "exit, '0'"),
      BaseManifests.deployment(
        "train", "hold", "dependsOn: [prepare], retry: {limit: 2}, gpu: 1".replacing(", gpu: 1", with: "")),
      BaseManifests.deployment(
        "serve", "hold", "mode: service, suspend: true, dependsOn: [{name: train, until: running}]"),
      BaseManifests.deployment("use", "hold", "dependsOn: [serve], env: {T: {fromEnv: THERE}}"),
    ]
    let store = try await TestInstallation.atStart().apply(texts[0], texts[1], texts[2], texts[3])
    let output = try GetOutput(store, GetSelection(["all"], in: store), TestInstallation.present(store))
    let yaml = try output.yaml()
    let (before, after) = (
      try TestInstallation.declarations(BaseManifests.vision + texts.joined()), try TestInstallation.declarations(yaml)
    )
    #expect(after.map(\.identity) == before.map(\.identity))
    #expect(after.map(\.specText) == before.map(\.specText))
    // Defaults, that of a dependency's condition among them, are left out.
    #expect(yaml.contains("dependsOn: [prepare]\n") && yaml.contains("dependsOn: [serve]\n"))
    #expect(yaml.contains("dependsOn: [{name: train, until: running}]\n"))
    #expect(!yaml.contains("stopGrace") && !yaml.contains("scheduling") && !yaml.contains("engine"))
  }

  /// Strings that some YAML readers take for another type.
  static let awkward = [
    "", " ", "yes", "No", "null", "~", "1.0", "0x10", "010", "1_000", "1:30", "2026-11-23", ".inf", "true", "a: b",
    "a #b",
    "# c", "{x}", "[y]", "*a", "&b", "!t", "%d", "@x", "`x", "-", "- a", "?", "'", "it's \"so\"", "back\\slash",
    "tab\there",
    "line\nbreak\n", "\u{1b}[31m", "\u{202e}reversed", "é", "🔑", "\u{85}", "\u{feff}", "a:", ":a", "=", "<<",
    "trailing ",
    "x\u{a0}y", "\u{7f}", "𝕏\u{e0001}", "1e3", "y", "cafe1", "12:30:45", "+1", "-1", "a,b", "|", ">", "---", "...",
    String(repeating: "long words ", count: 30), "%TAG", "\r\n",
  ]

  @Test func `every field and every awkward string reads back the same`() throws {
    let identity = TestInstallation.identity("odd")
    var traits = DeploymentTraits(resources: Resources(ramBytes: 1_025, cpuMilli: 1_500, gpuMilli: 250))
    traits.mode = .service
    traits.priority = .low
    traits.retry = RetryPolicy(limit: 3, backoff: .milliseconds(1_500))
    traits.expectedRuntime = .seconds(90)
    traits.maxRuntime = .seconds(7_200)
    traits.stopGrace = .zero
    traits.readyAfter = TimeSpan(nanoseconds: 17)
    traits.preemptible = false
    traits.suspend = true
    traits.protect = true
    var env: [String: TextOrSecret] = [
      "TOKEN": .secret(.fromEnv("TOKEN")), "FILE": .secret(.fromFile("secrets/a b.txt")),
    ]
    for (index, text) in Self.awkward.enumerated() { env["V\(index)"] = .text(text) }
    let spec = DeploymentSpec(
      traits: traits, user: "ada", image: "ghcr.io/vision/train:1.4@sha256:\(String(repeating: "a", count: 64))",
      command: ["python"] + Self.awkward, env: env, rerun: "1")
    let metadata = ObjectMetadata(
      labels: ["app.kubernetes.io/name": "x", "yes": "no"], annotations: ["note": "a\nb"],
      renamedFrom: .deployment(TestInstallation.identity("former")))
    let text = ManifestWriter().document(.deployment(identity), .deployment(spec), metadata)
    let again = try #require(try TestInstallation.declarations(BaseManifests.vision + "---\n" + text).last)
    #expect(again.identity == .deployment(identity))
    #expect(again.specText == SpecCoding.text(of: .deployment(spec), metadata: metadata))
    // No character in it moves a cursor or reverses a line.
    #expect(text.split(separator: "\n").allSatisfy { VisibleText.escaped(String($0)) == String($0) })
  }

  @Test func `scheduling settings and secret references read back the same`() throws {
    let cluster = ClusterIdentity(organization: "vision", name: "other")
    let spec = ClusterSpec(
      creator: "ada", capacity: Resources(ramBytes: 16 << 30, cpuMilli: 500, gpuMilli: 0),
      scheduling: SchedulingSpec(
        preemption: .never, minimumRuntime: .zero, reservations: nil, maxBypass: 0, agingAfter: .seconds(3_600)))
    let user = UserSpec(
      email: "b@example.org", hashedPassword: .reference(.fromFile("hash")), active: false, organizations: ["vision"])
    let writer = ManifestWriter()
    let text =
      BaseManifests.vision.replacing(
        "metadata: {name: vision}", with: "metadata: {name: vision}\nspec: {inviteCode: {fromEnv: CODE}}")
      + "---\n" + writer.document(.cluster(cluster), .cluster(spec), ObjectMetadata()) + "---\n"
      + writer.document(.user("bob"), .user(user), ObjectMetadata())
    let again = try TestInstallation.declarations(text)
    #expect(again.contains { $0.specText == SpecCoding.text(of: .cluster(spec), metadata: ObjectMetadata()) })
    #expect(again.contains { $0.specText == SpecCoding.text(of: .user(user), metadata: ObjectMetadata()) })
    let organization = OrganizationSpec(inviteCode: .reference(.fromEnv("CODE")))
    #expect(
      writer.document(.organization("vision"), .organization(organization), ObjectMetadata()) == """
        apiVersion: berth/v1
        kind: Organization
        metadata: {name: vision}
        spec:
          inviteCode: {fromEnv: CODE}

        """)
  }

  @Test func `literal secrets are never written`() {
    let writer = ManifestWriter()
    #expect(
      writer.document(
        .organization("vision"), .organization(OrganizationSpec(inviteCode: .literal(SecretText("open sesame")))),
        ObjectMetadata()) == """
          apiVersion: berth/v1
          kind: Organization
          metadata: {name: vision}
          # inviteCode is given literally, and not shown: put it back before this is applied

          """)
    #expect(
      writer.document(
        .user("ada"), .user(UserSpec(email: "a@example.org", hashedPassword: .literal(SecretText("$y$secret")))),
        ObjectMetadata()) == """
          apiVersion: berth/v1
          kind: User
          metadata: {name: ada}
          spec:
            email: a@example.org
            # hashedPassword is given literally, and not shown: put it back before this is applied

          """)
  }
}
