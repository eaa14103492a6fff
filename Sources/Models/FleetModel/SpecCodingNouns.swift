/// Specs and metadata from their fields: the mirror of what `SpecTextWriter` writes.
extension SpecFields {
  mutating func takeMetadata(of kind: ObjectKind) throws(SpecTextDamage) -> ObjectMetadata {
    guard var fields = try takeObjectIfPresent("metadata") else { return ObjectMetadata() }
    var metadata = ObjectMetadata()
    metadata.labels = try fields.takeTexts("labels")
    metadata.annotations = try fields.takeTexts("annotations")
    if let path = try fields.takeStringIfPresent("renamedFrom") {
      guard let identity = ObjectIdentity(kind: kind, path: path) else {
        throw SpecTextDamage(reason: "metadata.renamedFrom is not an identity")
      }
      metadata.renamedFrom = identity
    }
    try fields.finish()
    return metadata
  }

  mutating func takeOrganization() throws(SpecTextDamage) -> OrganizationSpec {
    OrganizationSpec(inviteCode: try takeSensitive("inviteCode"))
  }

  mutating func takeUser() throws(SpecTextDamage) -> UserSpec {
    UserSpec(
      email: try takeString("email"), hashedPassword: try takeSensitive("hashedPassword"),
      active: try takeBool("active", default: true), organizations: try takeStrings("organizations"))
  }

  mutating func takeCluster() throws(SpecTextDamage) -> ClusterSpec {
    var spec = ClusterSpec(creator: try takeString("creator"), capacity: try takeResources("capacity"))
    if var fields = try takeObjectIfPresent("scheduling") {
      spec.scheduling = try fields.takeScheduling()
      try fields.finish()
    }
    return spec
  }

  private mutating func takeScheduling() throws(SpecTextDamage) -> SchedulingSpec {
    var scheduling = SchedulingSpec()
    scheduling.preemption = try takeWord("preemption", default: scheduling.preemption)
    scheduling.minimumRuntime = try takeSpan("minimumRuntime") ?? scheduling.minimumRuntime
    switch take("reservations") {
    case nil: break
    case .string("all"): scheduling.reservations = nil
    case .integer(let count): scheduling.reservations = Int(count)
    default: throw SpecTextDamage(reason: "spec.scheduling.reservations is neither an integer nor all")
    }
    scheduling.maxBypass = try takeIntegerIfPresent("maxBypass").map { Int($0) } ?? scheduling.maxBypass
    scheduling.agingAfter = try takeSpan("agingAfter") ?? scheduling.agingAfter
    return scheduling
  }

  mutating func takeDeployment() throws(SpecTextDamage) -> DeploymentSpec {
    var spec = DeploymentSpec(
      traits: DeploymentTraits(resources: try takeResources("resources")), user: try takeString("user"),
      image: try takeString("image"), command: try takeStrings("command"))
    for (name, node) in try takeDictionary("env") { spec.env[name] = try textOrSecret(node, at: "env.\(name)") }
    for node in try takeArray("dependsOn") {
      var fields = try SpecFields(node, at: "spec.dependsOn")
      spec.dependsOn.append(try fields.takeDependency())
      try fields.finish()
    }
    try takeTraits(into: &spec.traits)
    spec.rerun = try takeStringIfPresent("rerun")
    if let word = try takeStringIfPresent("onSecretChange") {
      guard let response = SecretChangeResponse(rawValue: word) else {
        throw SpecTextDamage(reason: "spec.onSecretChange is not a known word")
      }
      spec.onSecretChange = response
    }
    return spec
  }

  private mutating func takeTraits(into traits: inout DeploymentTraits) throws(SpecTextDamage) {
    traits.mode = try takeWord("mode", default: traits.mode)
    if let word = try takeStringIfPresent("priority") {
      guard let priority = Priority.allCases.first(where: { $0.text == word }) else {
        throw SpecTextDamage(reason: "spec.priority is not a known word")
      }
      traits.priority = priority
    }
    if var fields = try takeObjectIfPresent("retry") {
      traits.retry.limit = try fields.takeIntegerIfPresent("limit").map { Int($0) } ?? traits.retry.limit
      traits.retry.backoff = try fields.takeSpan("backoff") ?? traits.retry.backoff
      try fields.finish()
    }
    traits.expectedRuntime = try takeSpan("expectedRuntime")
    traits.maxRuntime = try takeSpan("maxRuntime")
    traits.stopGrace = try takeSpan("stopGrace") ?? traits.stopGrace
    traits.readyAfter = try takeSpan("readyAfter") ?? traits.readyAfter
    traits.preemptible = try takeBool("preemptible", default: traits.preemptible)
    traits.suspend = try takeBool("suspend", default: traits.suspend)
    traits.protect = try takeBool("protect", default: traits.protect)
  }

  private mutating func takeDependency() throws(SpecTextDamage) -> Dependency {
    guard case .deployment(let identity) = ObjectIdentity(kind: .deployment, path: try takeString("name")) else {
      throw SpecTextDamage(reason: "spec.dependsOn.name is not a deployment's identity")
    }
    guard let until = DependencyCondition(rawValue: try takeString("until")) else {
      throw SpecTextDamage(reason: "spec.dependsOn.until is not a known word")
    }
    return Dependency(on: identity, until: until)
  }

  private mutating func takeResources(_ name: String) throws(SpecTextDamage) -> Resources {
    var fields = try takeObject(name)
    let resources = Resources(
      ramBytes: try fields.takeInteger("ram"), cpuMilli: try fields.takeInteger("cpu"),
      gpuMilli: try fields.takeIntegerIfPresent("gpu") ?? 0)
    try fields.finish()
    return resources
  }

  private mutating func takeSensitive(_ name: String) throws(SpecTextDamage) -> SensitiveValue? {
    guard let node = take(name) else { return nil }
    switch try textOrSecret(node, at: name) {
    case .text(let text): return .literal(SecretText(text))
    case .secret(let reference): return .reference(reference)
    }
  }

  private mutating func takeTexts(_ name: String) throws(SpecTextDamage) -> [String: String] {
    var texts: [String: String] = [:]
    for (key, node) in try takeDictionary(name) {
      guard case .string(let text) = node else { throw SpecTextDamage(reason: "metadata.\(name) is not all texts") }
      texts[key] = text
    }
    return texts
  }
}
