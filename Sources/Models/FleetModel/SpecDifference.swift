/// Differences of two declarations of one object, field by field in the order of the manifest's schema, maps by key in the
/// order of their UTF-8.
public enum SpecDifference {
  /// Returns the differences; empty exactly when the canonical texts are equal. Both specs must be of one kind.
  public static func between(
    _ old: (spec: ObjectSpec, metadata: ObjectMetadata), _ new: (spec: ObjectSpec, metadata: ObjectMetadata)
  ) -> [FieldDifference] {
    var collector = DifferenceCollector()
    collector.compare(old.metadata, new.metadata)
    switch (old.spec, new.spec) {
    case (.organization(let old), .organization(let new)):
      collector.compareSensitive("inviteCode", old.inviteCode, new.inviteCode)
    case (.user(let old), .user(let new)): collector.compare(old, new)
    case (.cluster(let old), .cluster(let new)): collector.compare(old, new)
    case (.deployment(let old), .deployment(let new)): collector.compare(old, new)
    default: preconditionFailure("specs of two kinds were compared")
    }
    return collector.found
  }
}

extension SpecDifference {
  /// Returns the fields of a new object that are set to anything but their default, each without an old value.
  public static func ofNew(_ spec: ObjectSpec, _ metadata: ObjectMetadata) -> [FieldDifference] {
    let blank: ObjectSpec =
      switch spec {
      case .organization: .organization(OrganizationSpec())
      case .user: .user(UserSpec(email: ""))
      case .cluster: .cluster(ClusterSpec(creator: "", capacity: .zero))
      case .deployment: .deployment(DeploymentSpec(traits: DeploymentTraits(resources: .zero), user: "", image: ""))
      }
    return between((blank, ObjectMetadata()), (spec, metadata)).map { difference in
      var difference = difference
      difference.old = nil
      return difference
    }
  }
}

/// Compares values and collects the differences.
private struct DifferenceCollector {
  var found: [FieldDifference] = []

  /// Compares values by their spelling, which differs for different values, and spellings by their bytes: `String` treats
  /// strings as equal that a program tells apart (é as one scalar and as two).
  private mutating func compare<Value>(
    _ path: String, _ old: Value?, _ new: Value?, forces: Bool = false, _ spell: (Value) -> String
  ) {
    let (old, new) = (old.map(spell), new.map(spell))
    if let old, let new, old.utf8.elementsEqual(new.utf8) { return }
    guard old != nil || new != nil else { return }
    found.append(FieldDifference(path: path, old: old, new: new, forcesNewRun: forces))
  }

  /// Compares numbers and words, whose equal values have equal spellings: most are equal and need no spelling.
  private mutating func compare<Value: Equatable>(
    _ path: String, exactly old: Value?, _ new: Value?, forces: Bool = false, _ spell: (Value) -> String
  ) {
    if old != new { compare(path, old, new, forces: forces, spell) }
  }

  private mutating func compare<Value>(
    _ path: String, entries old: [String: Value], _ new: [String: Value], forces: Bool = false,
    _ spell: (Value) -> String
  ) {
    if old.isEmpty, new.isEmpty { return }
    for (key, _) in (old.isEmpty ? new : old.merging(new, uniquingKeysWith: { $1 })).inByteOrder() {
      compare("\(path).\(key)", old[key], new[key], forces: forces, spell)
    }
  }

  private mutating func compare(_ path: String, _ old: Resources, _ new: Resources, forces: Bool = false) {
    for dimension in Dimension.allCases where old[dimension] != new[dimension] {
      found.append(
        FieldDifference(
          path: "\(path).\(dimension.rawValue)", old: old.text(of: dimension), new: new.text(of: dimension),
          forcesNewRun: forces))
    }
  }

  mutating func compareSensitive(_ path: String, _ old: SensitiveValue?, _ new: SensitiveValue?) {
    guard old != new else { return }
    func spell(_ value: SensitiveValue?, literal: String) -> String? {
      switch value {
      case nil: nil
      case .literal: literal
      case .reference(let reference): YAMLScalar.typedText(reference)
      }
    }
    found.append(
      FieldDifference(
        path: path, old: spell(old, literal: FieldDifference.sensitiveText),
        new: spell(
          new, literal: old == nil ? FieldDifference.sensitiveText : FieldDifference.sensitiveChangedText),
        isSensitive: true))
  }

  mutating func compare(_ old: ObjectMetadata, _ new: ObjectMetadata) {
    compare("labels", entries: old.labels, new.labels, YAMLScalar.typedText)
    compare("annotations", entries: old.annotations, new.annotations, YAMLScalar.typedText)
    compare("renamedFrom", old.renamedFrom, new.renamedFrom) { $0.path }
  }

  mutating func compare(_ old: UserSpec, _ new: UserSpec) {
    compare("email", old.email, new.email, YAMLScalar.typedText)
    compareSensitive("hashedPassword", old.hashedPassword, new.hashedPassword)
    compare("active", exactly: old.active, new.active) { "\($0)" }
    compare("organizations", old.organizations, new.organizations, YAMLScalar.typedText)
  }

  mutating func compare(_ old: ClusterSpec, _ new: ClusterSpec) {
    compare("creator", old.creator, new.creator, YAMLScalar.typedText)
    compare("capacity", old.capacity, new.capacity)
    compare("engine.type", old.engine, new.engine) { $0.type }
    let (old, new) = (old.scheduling, new.scheduling)
    compare("scheduling.preemption", exactly: old.preemption, new.preemption) { $0.rawValue }
    compare("scheduling.minimumRuntime", exactly: old.minimumRuntime, new.minimumRuntime) { $0.text }
    compare("scheduling.reservations", exactly: old.reservations ?? -1, new.reservations ?? -1) {
      $0 < 0 ? "all" : "\($0)"
    }
    compare("scheduling.maxBypass", exactly: old.maxBypass, new.maxBypass) { "\($0)" }
    compare("scheduling.agingAfter", exactly: old.agingAfter, new.agingAfter) { $0.text }
  }

  mutating func compare(_ old: DeploymentSpec, _ new: DeploymentSpec) {
    compare("user", old.user, new.user, YAMLScalar.typedText)
    compare("image", old.image, new.image, forces: true, YAMLScalar.typedText)
    compare("command", old.command, new.command, forces: true, YAMLScalar.typedText)
    compare("env", entries: old.env, new.env, forces: true) { value in
      switch value {
      case .text(let text): YAMLScalar.typedText(text)
      case .secret(let reference): YAMLScalar.typedText(reference)
      }
    }
    compare("mode", exactly: old.traits.mode, new.traits.mode, forces: true) { $0.rawValue }
    compare("priority", exactly: old.traits.priority, new.traits.priority) { $0.text }
    compare("resources", old.traits.resources, new.traits.resources, forces: true)
    compare(dependencies: old.dependsOn, new.dependsOn)
    compare(old.traits, new.traits)
    compare("rerun", old.rerun, new.rerun, forces: true, YAMLScalar.typedText)
    compare("onSecretChange", exactly: old.onSecretChange, new.onSecretChange) { $0.rawValue }
  }

  private mutating func compare(dependencies old: [Dependency], _ new: [Dependency]) {
    if old.isEmpty, new.isEmpty { return }
    func byName(_ dependencies: [Dependency]) -> [String: DependencyCondition] {
      Dictionary(dependencies.map { ($0.on.text, $0.until) }, uniquingKeysWith: { $1 })
    }
    compare("dependsOn", entries: byName(old), byName(new)) { "until \($0.rawValue)" }
  }

  /// Compares the traits that come after `dependsOn`.
  private mutating func compare(_ old: DeploymentTraits, _ new: DeploymentTraits) {
    compare("retry.limit", exactly: old.retry.limit, new.retry.limit) { "\($0)" }
    compare("retry.backoff", exactly: old.retry.backoff, new.retry.backoff) { $0.text }
    compare("expectedRuntime", exactly: old.expectedRuntime, new.expectedRuntime) { $0.text }
    compare("maxRuntime", exactly: old.maxRuntime, new.maxRuntime) { $0.text }
    compare("stopGrace", exactly: old.stopGrace, new.stopGrace) { $0.text }
    compare("readyAfter", exactly: old.readyAfter, new.readyAfter) { $0.text }
    compare("preemptible", exactly: old.preemptible, new.preemptible) { "\($0)" }
    compare("suspend", exactly: old.suspend, new.suspend) { "\($0)" }
    compare("protect", exactly: old.protect, new.protect) { "\($0)" }
  }
}
