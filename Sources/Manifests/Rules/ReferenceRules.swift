import FleetModel

/// The name of another object as written: one to three labels.
struct RelativeName: Sendable {
  var text: String
  var span: Span

  /// The labels of the name.
  var parts: [String] { text.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }

  /// Resolves the name to a cluster of an organization: `lab` or `vision/lab`.
  func cluster(in organization: String) -> ClusterIdentity? {
    let parts = parts
    return switch parts.count {
    case 1: ClusterIdentity(organization: organization, name: parts[0])
    case 2: ClusterIdentity(organization: parts[0], name: parts[1])
    default: nil
    }
  }

  /// Resolves the name to a deployment, relative to a cluster: `prepare`, `lab/prepare` or `vision/lab/prepare`.
  func deployment(in cluster: ClusterIdentity) -> DeploymentIdentity? {
    if !text.utf8.contains(UInt8(ascii: "/")) { return DeploymentIdentity(cluster: cluster, name: text) }
    let parts = parts
    return switch parts.count {
    case 1: DeploymentIdentity(cluster: cluster, name: parts[0])
    case 2:
      DeploymentIdentity(
        cluster: ClusterIdentity(organization: cluster.organization, name: parts[0]), name: parts[1])
    case 3: DeploymentIdentity(cluster: ClusterIdentity(organization: parts[0], name: parts[1]), name: parts[2])
    default: nil
    }
  }
}

extension ValueRule where Value == ClusterIdentity {
  /// A cluster by organization and name.
  static let cluster = ValueRule.scalar(
    "a cluster",
    schema: [
      .init("type", .string("string")), .init("pattern", .string(path(2...2))),
      .init("examples", .array([.string("vision/lab")])),
    ]
  ) { decoder, event in
    let bytes = event.bytes
    // Most files name only one cluster.
    if let identity = decoder.lastCluster(as: bytes) { return identity }
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")), NameGrammar.isLabel(bytes, from: 0, to: slash),
      NameGrammar.isLabel(bytes, from: slash + 1, to: bytes.count)
    else {
      decoder.reportReference(event, "a cluster", example: "vision/lab", form: "organization/cluster")
      return nil
    }
    let identity = ClusterIdentity(
      organization: String(decoding: bytes[..<slash], as: UTF8.self),
      name: String(decoding: bytes[(slash + 1)...], as: UTF8.self))
    decoder.lastCluster = (Array(bytes), identity)
    return identity
  }
}

extension ValueRule where Value == RelativeName {
  /// A deployment, relative to the one that names it.
  static let deployment = ValueRule.scalar(
    "a deployment",
    schema: [
      .init("type", .string("string")), .init("pattern", .string(ValueRule<ClusterIdentity>.path(1...3))),
      .init("examples", .array([.string("prepare"), .string("lab/prepare"), .string("vision/lab/prepare")])),
    ]
  ) { decoder, event in
    decoder.relativeName(event, "a deployment", form: "name, cluster/name or organization/cluster/name")
  }

  /// The former name of any object.
  static let formerName = ValueRule.scalar("a former name", schema: [.init("type", .string("string"))]) {
    decoder, event in
    if NameGrammar.isSubdomain(event.bytes) { return RelativeName(text: event.text, span: event.span) }
    return decoder.relativeName(event, "a former name", form: "name, cluster/name or organization/cluster/name")
  }
}

extension ValueRule {
  /// The pattern of labels with slashes between them.
  static func path(_ count: ClosedRange<Int>) -> String {
    let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    return "^\(label)(/\(label)){\(count.lowerBound - 1),\(count.upperBound - 1)}$"
  }
}

extension ManifestDecoder {
  fileprivate mutating func relativeName(_ event: Event, _ expected: String, form: String) -> RelativeName? {
    let bytes = event.bytes
    if NameGrammar.isLabel(bytes) { return RelativeName(text: event.text, span: event.span) }
    var count = 0
    var start = 0
    for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "/") {
      guard NameGrammar.isLabel(bytes, from: start, to: end), count < 3 else {
        reportReference(event, expected, example: "vision/lab/train", form: form)
        return nil
      }
      count += 1
      start = end + 1
    }
    return RelativeName(text: event.text, span: event.span)
  }

  fileprivate mutating func reportReference(_ event: Event, _ expected: String, example: String, form: String) {
    guard event.bytes.first != NameGrammar.dash else {
      return report(.leadingDash, "name starts with \"-\" and would be read as an option")
    }
    report(
      .badReference, "\"\(event.text)\" does not name \(expected)", hint: "write \(form), for example \(example)")
  }
}
