import FleetModel
import TestKit

/// Makes specs and metadata at random, with every field at its default in about half of the cases.
struct SpecGenerator {
  var numbers: SeededGenerator

  init(seed: UInt64) { numbers = SeededGenerator(seed: seed) }

  mutating func chance() -> Bool { Bool.random(using: &numbers) }

  mutating func oneOf<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &numbers)]
  }

  mutating func some<Value>(_ make: (inout SpecGenerator) -> Value) -> Value? { chance() ? make(&self) : nil }

  /// Returns a string that needs escapes or looks like another type.
  mutating func text() -> String {
    let awkward = [
      "", "a", "train.py", "null", "true", "3", "{\"a\":1}", "\"", "\\", "\\u0041", "\u{0}", "\u{1b}[31m", "\u{7f}",
      "\n\r\t",
      "\u{8}\u{c}", "é", "e\u{301}", "日本語", "🧑‍🚀", "\u{202e}abc", "\u{feff}", "\u{10ffff}", " a ", "a, b", "a: b", "- a",
      "/",
      "}", "]", ",", "\u{2028}", "ß", "{fromEnv: X}", "a #b", "#", "a:",
    ]
    return (0..<Int.random(in: 1...3, using: &numbers)).map { _ in oneOf(awkward) }.joined()
  }

  mutating func name() -> String { oneOf(["a", "b", "vision", "train-7", "lab", "x0"]) }

  mutating func span() -> TimeSpan {
    TimeSpan(nanoseconds: oneOf([0, 1, 999, 5_000_000_000, 10_000_000_000, 300_000_000_000, .max]))
  }

  mutating func count() -> Int { oneOf([0, 1, 2, 16, 17, Int.max]) }

  mutating func amount() -> Int64 { oneOf([0, 1, 500, 1000, 1 << 34, 16_000_000_000, .max]) }

  mutating func resources() -> Resources {
    Resources(ramBytes: amount(), cpuMilli: amount(), gpuMilli: amount())
  }

  mutating func texts() -> [String: String] {
    var texts: [String: String] = [:]
    for _ in 0..<Int.random(in: 0...4, using: &numbers) { texts[chance() ? text() : name()] = text() }
    return texts
  }

  mutating func reference() -> SecretReference { chance() ? .fromEnv(text()) : .fromFile(text()) }

  mutating func sensitive() -> SensitiveValue {
    chance() ? .literal(SecretText(text())) : .reference(reference())
  }

  mutating func identity(_ kind: ObjectKind) -> ObjectIdentity {
    let cluster = ClusterIdentity(organization: name(), name: name())
    switch kind {
    case .organization: return .organization(name())
    case .user: return .user(name())
    case .cluster: return .cluster(cluster)
    case .deployment: return .deployment(DeploymentIdentity(cluster: cluster, name: name()))
    }
  }

  mutating func metadata(_ kind: ObjectKind) -> ObjectMetadata {
    ObjectMetadata(
      labels: some { $0.texts() } ?? [:], annotations: some { $0.texts() } ?? [:],
      renamedFrom: some { $0.identity(kind) })
  }

  mutating func spec(_ kind: ObjectKind) -> ObjectSpec {
    switch kind {
    case .organization: .organization(OrganizationSpec(inviteCode: some { $0.sensitive() }))
    case .user:
      .user(
        UserSpec(
          email: text(), hashedPassword: some { $0.sensitive() }, active: chance(),
          organizations: some { [$0.name(), $0.text()] } ?? []))
    case .cluster:
      .cluster(
        ClusterSpec(creator: text(), capacity: resources(), scheduling: some { $0.scheduling() } ?? SchedulingSpec()))
    case .deployment: .deployment(deployment())
    }
  }

  private mutating func scheduling() -> SchedulingSpec {
    SchedulingSpec(
      preemption: chance() ? .lowerPriority : .never, minimumRuntime: span(), reservations: some { $0.count() },
      maxBypass: count(), agingAfter: span())
  }

  private mutating func deployment() -> DeploymentSpec {
    var spec = DeploymentSpec(traits: DeploymentTraits(resources: resources()), user: text(), image: text())
    spec.command = some { [$0.text(), $0.text()] } ?? []
    for _ in 0..<Int.random(in: 0...3, using: &numbers) {
      spec.env[text()] = chance() ? .text(text()) : .secret(reference())
    }
    for _ in 0..<Int.random(in: 0...2, using: &numbers) {
      guard case .deployment(let on) = identity(.deployment), !spec.dependsOn.contains(where: { $0.on == on }) else {
        continue
      }
      spec.dependsOn.append(Dependency(on: on, until: chance() ? .completed : .running))
    }
    spec.dependsOn.sort()
    spec.rerun = some { $0.text() }
    spec.onSecretChange = some { $0.oneOf(SecretChangeResponse.allCases) }
    spec.traits.mode = chance() ? .job : .service
    spec.traits.priority = oneOf(Priority.allCases)
    if chance() { spec.traits.retry = RetryPolicy(limit: count(), backoff: span()) }
    spec.traits.expectedRuntime = some { $0.span() }
    spec.traits.maxRuntime = some { $0.span() }
    if chance() { spec.traits.stopGrace = span() }
    if chance() { spec.traits.readyAfter = span() }
    spec.traits.preemptible = chance()
    spec.traits.suspend = chance()
    spec.traits.protect = chance()
    return spec
  }
}
