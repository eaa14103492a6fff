import FleetModel
import Testing

@Suite struct SpecDifferenceTests {
  private let lab = ClusterIdentity(organization: "vision", name: "lab")

  private func deployment() -> DeploymentSpec {
    let resources = Resources(ramBytes: 16 << 30, cpuMilli: 4000, gpuMilli: 1000)
    return DeploymentSpec(
      traits: DeploymentTraits(resources: resources), user: "ada", image: "train:1", command: ["python", "train.py"],
      env: ["EPOCHS": .text("3"), "TOKEN": .secret(.fromEnv("HF"))])
  }

  private func lines(
    _ old: ObjectSpec, _ new: ObjectSpec, _ before: ObjectMetadata = ObjectMetadata(),
    _ after: ObjectMetadata = ObjectMetadata()
  ) -> [String] {
    SpecDifference.between((old, before), (new, after)).map { difference in
      let values = "\(difference.old ?? "unset") -> \(difference.new ?? "unset")"
      let marks = (difference.isSensitive ? " sensitive" : "") + (difference.forcesNewRun ? " forces" : "")
      return "\(difference.path): \(values)\(marks)"
    }
  }

  @Test func `every field of a deployment is named in the order of the schema`() {
    let old = deployment()
    var new = old
    new.user = "grace"
    new.image = "train:2"
    new.command = ["python", "train.py", "a b", "x, y"]
    new.env = ["EPOCHS": .text("4"), "BATCH": .text(""), "TOKEN": .text("{fromEnv: HF}")]
    new.dependsOn = [Dependency(on: DeploymentIdentity(cluster: lab, name: "prepare"), until: .completed)]
    new.rerun = "1"
    new.traits.mode = .service
    new.traits.priority = .high
    new.traits.resources = Resources(ramBytes: 512 << 20, cpuMilli: 500, gpuMilli: 500)
    new.traits.retry = RetryPolicy(limit: 2, backoff: .seconds(90))
    new.traits.expectedRuntime = .seconds(2400)
    new.traits.maxRuntime = .seconds(7200)
    new.traits.stopGrace = .milliseconds(250)
    new.traits.readyAfter = .seconds(86_400)
    (new.traits.preemptible, new.traits.suspend, new.traits.protect) = (false, true, true)
    let after = ObjectMetadata(
      labels: ["team": "vision"], annotations: ["note": "x"],
      renamedFrom: .deployment(DeploymentIdentity(cluster: lab, name: "old")))
    #expect(
      lines(.deployment(old), .deployment(new), ObjectMetadata(labels: ["team": "ml", "tier": "1"]), after) == [
        "labels.team: ml -> vision",
        "labels.tier: 1 -> unset",
        "annotations.note: unset -> x",
        "renamedFrom: unset -> vision/lab/old",
        "user: ada -> grace",
        "image: train:1 -> train:2 forces",
        "command: [python, train.py] -> [python, train.py, a b, \"x, y\"] forces",
        "env.BATCH: unset -> \"\" forces",
        "env.EPOCHS: 3 -> 4 forces",
        "env.TOKEN: {fromEnv: HF} -> \"{fromEnv: HF}\" forces",
        "mode: job -> service forces",
        "priority: medium -> high",
        "resources.ram: 16Gi -> 512Mi forces",
        "resources.cpu: 4 -> 500m forces",
        "resources.gpu: 1 -> 0.5 forces",
        "dependsOn.vision/lab/prepare: unset -> until completed",
        "retry.limit: 0 -> 2",
        "retry.backoff: 10s -> 90s",
        "expectedRuntime: unset -> 40m",
        "maxRuntime: unset -> 2h",
        "stopGrace: 10s -> 250ms",
        "readyAfter: 5s -> 1d",
        "preemptible: true -> false",
        "suspend: false -> true",
        "protect: false -> true",
        "rerun: unset -> 1 forces",
      ])
  }

  @Test func `changes of the other kinds force no replacement`() {
    let old = ClusterSpec(creator: "ada", capacity: Resources(ramBytes: 64 << 30, cpuMilli: 16_000, gpuMilli: 4000))
    var new = old
    new.creator = "grace"
    new.capacity.gpuMilli = 2000
    new.scheduling = SchedulingSpec(
      preemption: .never, minimumRuntime: .zero, reservations: nil, maxBypass: 1, agingAfter: .seconds(3600))
    #expect(
      lines(.cluster(old), .cluster(new)) == [
        "creator: ada -> grace",
        "capacity.gpu: 4 -> 2",
        "scheduling.preemption: lowerPriority -> never",
        "scheduling.minimumRuntime: 5m -> 0s",
        "scheduling.reservations: 1 -> all",
        "scheduling.maxBypass: 16 -> 1",
        "scheduling.agingAfter: 1d -> 1h",
      ])
    #expect(
      lines(
        .user(UserSpec(email: "a@b", organizations: ["a"])),
        .user(UserSpec(email: "c@d", active: false, organizations: ["a", "b"])))
        == ["email: a@b -> c@d", "active: true -> false", "organizations: [a] -> [a, b]"])
  }

  @Test func `sensitive values are never shown`() {
    func user(_ hash: SensitiveValue?) -> ObjectSpec { .user(UserSpec(email: "a@b", hashedPassword: hash)) }
    let (first, second) = (SensitiveValue.literal(SecretText("S1")), SensitiveValue.literal(SecretText("S2")))
    let reference = SensitiveValue.reference(.fromFile("hash"))
    #expect(
      lines(user(first), user(second)) == ["hashedPassword: (sensitive) -> (sensitive, changed) sensitive"])
    #expect(lines(user(nil), user(second)) == ["hashedPassword: unset -> (sensitive) sensitive"])
    #expect(lines(user(first), user(nil)) == ["hashedPassword: (sensitive) -> unset sensitive"])
    #expect(
      lines(user(first), user(reference))
        == ["hashedPassword: (sensitive) -> {fromFile: hash} sensitive"])
    #expect(
      lines(
        .organization(OrganizationSpec(inviteCode: first)), .organization(OrganizationSpec(inviteCode: second)))
        == ["inviteCode: (sensitive) -> (sensitive, changed) sensitive"])
  }

  @Test func `texts that only String calls equal are different`() {
    var (old, new) = (deployment(), deployment())
    old.image = "\u{e9}"
    new.image = "e\u{301}"
    #expect(lines(.deployment(old), .deployment(new)).count == 1)
    #expect(
      SpecCoding.text(of: .deployment(old), metadata: ObjectMetadata())
        != SpecCoding.text(of: .deployment(new), metadata: ObjectMetadata()))
  }

  @Test(
    arguments: [
      (0, "0Ki"), (1, "0.001k"), (1024, "1Ki"), (1025, "1.025k"), (1 << 30, "1Gi"), (16 << 30, "16Gi"),
      (16_000_000_000, "16G"), (512_000, "500Ki"), (1_500_000, "1500k"), (1536 << 20, "1536Mi"), (1 << 60, "1024Pi"),
      (107_374_183, "107.374183M"), (1_000_000_001, "1.000000001G"), (-1025, "-1.025k"),
      (Int64.max, "9223.372036854775807P"), (Int64.min, "-8192Pi"),
    ] as [(Int64, String)])
  func `memory has its shortest exact spelling`(bytes: Int64, text: String) {
    #expect(Resources.ramText(bytes: bytes) == text)
  }

  @Test func `CPU is written whole or in thousandths, GPU as a decimal`() {
    #expect([0, 500, 1000, 1500, 4000].map(Resources.cpuText) == ["0", "500m", "1", "1500m", "4"])
    #expect(
      [0, 500, 1000, 250, 125, 1050, -500].map(Resources.gpuText) == ["0", "0.5", "1", "0.25", "0.125", "1.05", "-0.5"])
    #expect(Resources(ramBytes: 1 << 30, cpuMilli: 500, gpuMilli: 0).text == "ram 1Gi, cpu 500m")
    #expect(Resources(ramBytes: 1 << 30, cpuMilli: 500, gpuMilli: 500).text == "ram 1Gi, cpu 500m, gpu 0.5")
  }
}
