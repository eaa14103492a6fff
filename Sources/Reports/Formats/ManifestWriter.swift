import FleetModel

/// Writes objects as manifests that declare just them: the fields in the order of the schema, without defaults.
///
/// A literal `hashedPassword` or `inviteCode` is never written; a comment stands in its place.
public struct ManifestWriter {
  private let mode: (DeploymentIdentity) -> Mode?

  /// Creates a writer.
  /// - Parameter mode: returns the mode of a dependency, which decides the default of `until`; nil if unknown, and
  ///   `until` is written.
  public init(mode: @escaping (DeploymentIdentity) -> Mode? = { _ in nil }) { self.mode = mode }

  /// One document, without the line that separates documents.
  public func document(_ identity: ObjectIdentity, _ spec: ObjectSpec, _ metadata: ObjectMetadata) -> String {
    var entries: [YAMLValue.Entry] = [
      .field("apiVersion", .word("berth/v1")), .field("kind", .word(identity.kind.rawValue)),
      .field("metadata", .mapping(fields(of: metadata, of: identity))),
    ]
    let fields =
      switch spec {
      case .organization(let spec): fields(of: spec)
      case .user(let spec): fields(of: spec)
      case .cluster(let spec): fields(of: spec, identity)
      case .deployment(let spec): fields(of: spec, identity)
      }
    if !fields.isEmpty { entries.append(.field("spec", .block(fields))) }
    return YAMLValue.block(entries).text
  }

  private func fields(of metadata: ObjectMetadata, of identity: ObjectIdentity) -> [YAMLValue.Entry] {
    let name = identity.path.split(separator: "/").last.map(String.init) ?? identity.path
    var entries: [YAMLValue.Entry] = [.field("name", .text(name))]
    if !metadata.labels.isEmpty { entries.append(.field("labels", Self.texts(metadata.labels))) }
    if !metadata.annotations.isEmpty { entries.append(.field("annotations", Self.texts(metadata.annotations))) }
    if let former = metadata.renamedFrom { entries.append(.field("renamedFrom", .text(former.path))) }
    return entries
  }

  private func fields(of spec: OrganizationSpec) -> [YAMLValue.Entry] {
    spec.inviteCode.map { [Self.entry("inviteCode", $0)] } ?? []
  }

  private func fields(of spec: UserSpec) -> [YAMLValue.Entry] {
    var entries: [YAMLValue.Entry] = [.field("email", .text(spec.email))]
    if let hash = spec.hashedPassword { entries.append(Self.entry("hashedPassword", hash)) }
    if !spec.active { entries.append(.field("active", .word("false"))) }
    if !spec.organizations.isEmpty {
      entries.append(.field("organizations", .list(spec.organizations.map { .text($0) })))
    }
    return entries
  }

  private func fields(of spec: ClusterSpec, _ identity: ObjectIdentity) -> [YAMLValue.Entry] {
    guard case .cluster(let identity) = identity else { return [] }
    let standard = SchedulingSpec()
    var scheduling: [YAMLValue.Entry] = []
    func add(_ key: String, _ text: String, unless standard: String) {
      if text != standard { scheduling.append(.field(key, .word(text))) }
    }
    func limit(_ reservations: Int?) -> String { reservations.map { "\($0)" } ?? "all" }
    add("preemption", spec.scheduling.preemption.rawValue, unless: standard.preemption.rawValue)
    add("minimumRuntime", spec.scheduling.minimumRuntime.text, unless: standard.minimumRuntime.text)
    add("reservations", limit(spec.scheduling.reservations), unless: limit(standard.reservations))
    add("maxBypass", "\(spec.scheduling.maxBypass)", unless: "\(standard.maxBypass)")
    add("agingAfter", spec.scheduling.agingAfter.text, unless: standard.agingAfter.text)
    var entries: [YAMLValue.Entry] = [
      .field("organization", .text(identity.organization)), .field("creator", .text(spec.creator)),
      .field("capacity", Self.resources(spec.capacity)),
    ]
    switch spec.engine {
    case .process: break  // the default
    }
    if !scheduling.isEmpty { entries.append(.field("scheduling", .mapping(scheduling))) }
    return entries
  }

  private func fields(of spec: DeploymentSpec, _ identity: ObjectIdentity) -> [YAMLValue.Entry] {
    guard case .deployment(let identity) = identity else { return [] }
    let traits = spec.traits
    let standard = DeploymentTraits(resources: .zero)
    var entries: [YAMLValue.Entry] = [
      .field("cluster", .text(identity.cluster.text)), .field("user", .text(spec.user)),
      .field("image", .text(spec.image)),
    ]
    func add(_ key: String, _ value: YAMLValue, if isThere: Bool) { if isThere { entries.append(.field(key, value)) } }
    add("command", .list(spec.command.map { .text($0) }), if: !spec.command.isEmpty)
    add("env", Self.variables(spec.env), if: !spec.env.isEmpty)
    add("mode", .word(traits.mode.rawValue), if: traits.mode != standard.mode)
    add("priority", .word(traits.priority.text), if: traits.priority != standard.priority)
    add("resources", Self.resources(traits.resources), if: true)
    add("dependsOn", .list(spec.dependsOn.map { dependency($0, of: identity) }), if: !spec.dependsOn.isEmpty)
    var retry: [YAMLValue.Entry] = []
    if traits.retry.limit != standard.retry.limit { retry.append(.field("limit", .word("\(traits.retry.limit)"))) }
    if traits.retry.backoff != standard.retry.backoff {
      retry.append(.field("backoff", .word(traits.retry.backoff.text)))
    }
    add("retry", .mapping(retry), if: !retry.isEmpty)
    if let span = traits.expectedRuntime { add("expectedRuntime", .word(span.text), if: true) }
    if let span = traits.maxRuntime { add("maxRuntime", .word(span.text), if: true) }
    add("stopGrace", .word(traits.stopGrace.text), if: traits.stopGrace != standard.stopGrace)
    add("readyAfter", .word(traits.readyAfter.text), if: traits.readyAfter != standard.readyAfter)
    add("preemptible", .word("\(traits.preemptible)"), if: traits.preemptible != standard.preemptible)
    add("suspend", .word("\(traits.suspend)"), if: traits.suspend != standard.suspend)
    add("protect", .word("\(traits.protect)"), if: traits.protect != standard.protect)
    if let rerun = spec.rerun { add("rerun", .text(rerun), if: true) }
    if let response = spec.onSecretChange { add("onSecretChange", .word(response.rawValue), if: true) }
    return entries
  }

  private func dependency(_ dependency: Dependency, of identity: DeploymentIdentity) -> YAMLValue {
    let name = YAMLValue.text(NameScope(cluster: identity.cluster).name(dependency.on))
    let usual = mode(dependency.on).map { $0 == .job ? DependencyCondition.completed : .running }
    if dependency.until == usual { return name }
    return .mapping([.field("name", name), .field("until", .word(dependency.until.rawValue))])
  }

  private static func resources(_ resources: Resources) -> YAMLValue {
    .mapping(
      Dimension.allCases.filter { $0 != .gpu || resources.gpuMilli != 0 }.map {
        .field($0.rawValue, .word(resources.text(of: $0)))
      })
  }

  private static func entry(_ key: String, _ value: SensitiveValue) -> YAMLValue.Entry {
    switch value {
    case .reference(let reference): .field(key, self.reference(reference))
    case .literal: .comment("\(key) is given literally, and not shown: put it back before this is applied")
    }
  }

  private static func reference(_ reference: SecretReference) -> YAMLValue {
    switch reference {
    case .fromEnv(let name): .mapping([.field("fromEnv", .text(name))])
    case .fromFile(let path): .mapping([.field("fromFile", .text(path))])
    }
  }

  private static func variables(_ variables: [String: TextOrSecret]) -> YAMLValue {
    .mapping(
      variables.sorted { $0.key < $1.key }.map { name, value in
        switch value {
        case .text(let text): .field(name, .text(text))
        case .secret(let reference): .field(name, self.reference(reference))
        }
      })
  }

  private static func texts(_ texts: [String: String]) -> YAMLValue {
    .mapping(texts.sorted { $0.key < $1.key }.map { .field($0.key, .text($0.value)) })
  }
}
