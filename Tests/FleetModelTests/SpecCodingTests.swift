import FleetModel
import Testing

@Suite struct SpecCodingTests {
  static let lab = ClusterIdentity(organization: "vision", name: "lab")
  static let train = ObjectIdentity.deployment(DeploymentIdentity(cluster: lab, name: "train"))

  @Test func `every spec reads back, and texts are equal exactly when specs are`() throws {
    for kind in ObjectKind.allCases {
      var seen: [String: (ObjectSpec, ObjectMetadata)] = [:]
      for seed in 0..<3_000 as Range<UInt64> {
        var generator = SpecGenerator(seed: seed)
        let identity = generator.identity(kind)
        let (spec, metadata) = (generator.spec(kind), generator.metadata(kind))
        let text = SpecCoding.text(of: spec, metadata: metadata)
        #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "seed \(seed)")
        let back = try SpecCoding.decode(text, of: identity)
        // The text, because it differs where String compares equal.
        #expect(SpecCoding.text(of: back.spec, metadata: back.metadata) == text, "seed \(seed)")
        #expect(back.spec == spec && back.metadata == metadata, "seed \(seed)")
        if let earlier = seen.updateValue((spec, metadata), forKey: text) {
          #expect(earlier == (spec, metadata), "seed \(seed)")
        }
      }
    }
  }

  @Test func `a change of any field changes the text`() {
    for kind in ObjectKind.allCases {
      for seed in 0..<1_000 as Range<UInt64> {
        var generator = SpecGenerator(seed: seed)
        let (old, oldMetadata) = (generator.spec(kind), generator.metadata(kind))
        let (new, newMetadata) = (generator.spec(kind), generator.metadata(kind))
        let differences = SpecDifference.between((old, oldMetadata), (new, newMetadata))
        let isSame =
          SpecCoding.text(of: old, metadata: oldMetadata) == SpecCoding.text(of: new, metadata: newMetadata)
        #expect(differences.isEmpty == isSame, "seed \(seed)")
        #expect(SpecDifference.between((old, oldMetadata), (old, oldMetadata)).isEmpty, "seed \(seed)")
      }
    }
  }

  @Test func `fields equal to their default are left out`() {
    let resources = Resources(ramBytes: 1 << 30, cpuMilli: 500, gpuMilli: 0)
    let spec = DeploymentSpec(traits: DeploymentTraits(resources: resources), user: "ada", image: "trainer")
    #expect(
      SpecCoding.text(of: .deployment(spec), metadata: ObjectMetadata())
        == #"{"spec":{"user":"ada","image":"trainer","resources":{"ram":1073741824,"cpu":500}}}"#)
    #expect(SpecCoding.text(of: .organization(OrganizationSpec()), metadata: ObjectMetadata()) == #"{"spec":{}}"#)
  }

  @Test func `the order of keys is fixed`() {
    var traits = DeploymentTraits(resources: Resources(ramBytes: 1, cpuMilli: 2, gpuMilli: 3))
    traits.mode = .service
    traits.priority = .high
    traits.retry = RetryPolicy(limit: 2, backoff: .seconds(1))
    traits.expectedRuntime = .seconds(2)
    traits.maxRuntime = .seconds(3)
    traits.stopGrace = .zero
    traits.readyAfter = .seconds(4)
    (traits.preemptible, traits.suspend, traits.protect) = (false, true, true)
    let spec = DeploymentSpec(
      traits: traits, user: "ada", image: "i", command: ["sh", "-c", "echo \"é\""],
      env: ["b": .secret(.fromEnv("B")), "B": .text("1\n"), "é": .secret(.fromFile("f"))],
      dependsOn: [Dependency(on: DeploymentIdentity(cluster: Self.lab, name: "prepare"), until: .running)], rerun: "")
    let metadata = ObjectMetadata(
      labels: ["team": "vision"], annotations: ["b": "2", "a": "1"], renamedFrom: Self.train)
    let expected = #"""
      {"metadata":{"labels":{"team":"vision"},"annotations":{"a":"1","b":"2"},"renamedFrom":"vision/lab/train"},
      "spec":{"user":"ada","image":"i","command":["sh","-c","echo \"\u00e9\""],
      "env":{"B":"1\n","b":{"fromEnv":"B"},"\u00e9":{"fromFile":"f"}},"mode":"service","priority":"high",
      "resources":{"ram":1,"cpu":2,"gpu":3},"dependsOn":[{"name":"vision/lab/prepare","until":"running"}],
      "retry":{"limit":2,"backoff":1000000000},"expectedRuntime":2000000000,"maxRuntime":3000000000,"stopGrace":0,
      "readyAfter":4000000000,"preemptible":false,"suspend":true,"protect":true,"rerun":""}}
      """#
    #expect(
      SpecCoding.text(of: .deployment(spec), metadata: metadata)
        == expected.split(separator: "\n").joined())
  }

  @Test func `a cluster keeps its scheduling and a user its literal hash`() throws {
    let cluster = ClusterSpec(
      creator: "ada", capacity: .zero,
      scheduling: SchedulingSpec(
        preemption: .never, minimumRuntime: .zero, reservations: nil, maxBypass: 0, agingAfter: .seconds(1)))
    #expect(
      SpecCoding.text(of: .cluster(cluster), metadata: ObjectMetadata())
        == #"{"spec":{"creator":"ada","capacity":{"ram":0,"cpu":0},"scheduling":{"preemption":"never","#
        + #""minimumRuntime":0,"reservations":"all","maxBypass":0,"agingAfter":1000000000}}}"#)
    let user = UserSpec(email: "a@b", hashedPassword: .literal(SecretText("$y$x")), active: false, organizations: ["v"])
    #expect(
      SpecCoding.text(of: .user(user), metadata: ObjectMetadata())
        == #"{"spec":{"email":"a@b","hashedPassword":"$y$x","active":false,"organizations":["v"]}}"#)
  }

  @Test(arguments: [
    ("", "a value expected at byte 0"),
    ("[]", "it is not an object"),
    ("{}", "spec is missing"),
    (#"{"spec":{}}"#, "spec.resources is missing"),
    (#"{"spec":1}"#, "spec is not an object"),
    (#"{"spec":{"resources":{"ram":1}}}"#, "spec.resources.cpu is missing"),
    (#"{"spec":{"resources":{"ram":1.5,"cpu":1}}}"#, "} expected at byte 29"),
    (#"{"spec":{"resources":{"ram":"1","cpu":1}}}"#, "spec.resources.ram is not an integer"),
    (#"{"spec":{"resources":{"ram":1,"cpu":1},"user":"a","image":"b","memory":1}}"#, "unknown field spec.memory"),
    (#"{"spec":{"resources":{"ram":1,"cpu":1},"user":"a","image":"b"}}}"#, "something follows the end at byte 63"),
    (#"{"spec":{"resources":{"ram":1,"ram":1}}}"#, "a key appears twice, before at byte 37"),
    (
      #"{"spec":{"resources":{"ram":1,"cpu":1},"user":"a","image":"b","mode":"task"}}"#, "spec.mode is not a known word"
    ),
    (#"{"spec":{"user":"\ud800"}}"#, "half a character, before at byte 24"),
    (#"{"spec":{"user":"\u12g4"}}"#, "four hexadecimal digits expected at byte 19"),
    (#"{"spec":{"user":"\x"}}"#, "an unknown escape, before at byte 19"),
    ("{\"spec\":{\"user\":\"\n\"}}", "a character that is not escaped at byte 17"),
    (String(repeating: "[", count: 100_000), "nested too deeply at byte 16"),
    (#"{"spec":{"resources":{"ram":99999999999999999999,"cpu":1}}}"#, "a value expected at byte 48"),
  ])
  func `damage is a typed error with its place`(text: String, reason: String) {
    #expect(throws: SpecCodingError(identity: Self.train, reason: reason)) {
      try SpecCoding.decode(text, of: Self.train)
    }
  }

  @Test func `damaged text neither crashes nor shows its values`() throws {
    var generator = SpecGenerator(seed: 7)
    let hash = "$y$secret"
    let user = UserSpec(email: "a@b", hashedPassword: .literal(SecretText(hash)), organizations: ["v"])
    let bytes = Array(SpecCoding.text(of: .user(user), metadata: ObjectMetadata()).utf8)
    for _ in 0..<5_000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &generator.numbers)] = UInt8.random(
        in: 0...127, using: &generator.numbers)
      do throws(SpecCodingError) {
        _ = try SpecCoding.decode(String(decoding: damaged, as: UTF8.self), of: .user("ada"))
      } catch { #expect(!error.description.contains("secret")) }
    }
  }

  @Test func `an identity is read from its path`() {
    for kind in ObjectKind.allCases {
      var generator = SpecGenerator(seed: 1)
      let identity = generator.identity(kind)
      #expect(ObjectIdentity(kind: kind, path: identity.path) == identity)
    }
    #expect(ObjectIdentity(kind: .cluster, path: "a") == nil)
    #expect(ObjectIdentity(kind: .cluster, path: "a/") == nil)
    #expect(ObjectIdentity(kind: .user, path: "a/b") == nil)
    #expect(ObjectIdentity(kind: .deployment, path: "a/b/c/d") == nil)
  }
}
