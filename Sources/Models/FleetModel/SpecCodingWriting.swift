/// Specs and metadata, each field in its order.
extension SpecTextWriter {
  mutating func write(_ spec: ObjectSpec, _ metadata: ObjectMetadata) {
    openObject()
    if !metadata.labels.isEmpty || !metadata.annotations.isEmpty || metadata.renamedFrom != nil {
      key(#""metadata":"#)
      write(metadata)
    }
    key(#""spec":"#)
    switch spec {
    case .organization(let spec): write(spec)
    case .user(let spec): write(spec)
    case .cluster(let spec): write(spec)
    case .deployment(let spec): write(spec)
    }
    closeObject()
  }

  private mutating func write(_ metadata: ObjectMetadata) {
    openObject()
    if !metadata.labels.isEmpty {
      key(#""labels":"#)
      write(metadata.labels)
    }
    if !metadata.annotations.isEmpty {
      key(#""annotations":"#)
      write(metadata.annotations)
    }
    if let former = metadata.renamedFrom {
      key(#""renamedFrom":"#)
      string(former.path)
    }
    closeObject()
  }

  private mutating func write(_ spec: OrganizationSpec) {
    openObject()
    if let code = spec.inviteCode {
      key(#""inviteCode":"#)
      write(code)
    }
    closeObject()
  }

  private mutating func write(_ spec: UserSpec) {
    openObject()
    key(#""email":"#)
    string(spec.email)
    if let hash = spec.hashedPassword {
      key(#""hashedPassword":"#)
      write(hash)
    }
    if !spec.active {
      key(#""active":"#)
      bool(false)
    }
    if !spec.organizations.isEmpty {
      key(#""organizations":"#)
      write(spec.organizations)
    }
    closeObject()
  }

  private mutating func write(_ spec: ClusterSpec) {
    openObject()
    key(#""creator":"#)
    string(spec.creator)
    key(#""capacity":"#)
    write(spec.capacity)
    switch spec.engine {
    case .process: break
    }
    if spec.scheduling != SchedulingSpec() {
      key(#""scheduling":"#)
      write(spec.scheduling)
    }
    closeObject()
  }

  private mutating func write(_ scheduling: SchedulingSpec) {
    let usual = SchedulingSpec()
    openObject()
    if scheduling.preemption != usual.preemption {
      key(#""preemption":"#)
      string(scheduling.preemption.rawValue)
    }
    write(#""minimumRuntime":"#, scheduling.minimumRuntime, unless: usual.minimumRuntime)
    if scheduling.reservations != usual.reservations {
      key(#""reservations":"#)
      if let count = scheduling.reservations { integer(Int64(count)) } else { string("all") }
    }
    if scheduling.maxBypass != usual.maxBypass {
      key(#""maxBypass":"#)
      integer(Int64(scheduling.maxBypass))
    }
    write(#""agingAfter":"#, scheduling.agingAfter, unless: usual.agingAfter)
    closeObject()
  }

  private mutating func write(_ spec: DeploymentSpec) {
    let traits = spec.traits
    openObject()
    key(#""user":"#)
    string(spec.user)
    key(#""image":"#)
    string(spec.image)
    if !spec.command.isEmpty {
      key(#""command":"#)
      write(spec.command)
    }
    if !spec.env.isEmpty {
      key(#""env":"#)
      write(spec.env)
    }
    if traits.mode != .job {
      key(#""mode":"#)
      string(traits.mode.rawValue)
    }
    if traits.priority != .medium {
      key(#""priority":"#)
      string(traits.priority.text)
    }
    key(#""resources":"#)
    write(traits.resources)
    if !spec.dependsOn.isEmpty {
      key(#""dependsOn":"#)
      write(spec.dependsOn)
    }
    write(times: traits)
    if !traits.preemptible {
      key(#""preemptible":"#)
      bool(false)
    }
    if traits.suspend {
      key(#""suspend":"#)
      bool(true)
    }
    if traits.protect {
      key(#""protect":"#)
      bool(true)
    }
    if let rerun = spec.rerun {
      key(#""rerun":"#)
      string(rerun)
    }
    if let response = spec.onSecretChange {
      key(#""onSecretChange":"#)
      string(response.rawValue)
    }
    closeObject()
  }

  /// Writes the retries and durations of a deployment.
  private mutating func write(times traits: DeploymentTraits) {
    let usual = DeploymentTraits(resources: .zero)
    if traits.retry != usual.retry {
      key(#""retry":"#)
      openObject()
      if traits.retry.limit != usual.retry.limit {
        key(#""limit":"#)
        integer(Int64(traits.retry.limit))
      }
      write(#""backoff":"#, traits.retry.backoff, unless: usual.retry.backoff)
      closeObject()
    }
    write(#""expectedRuntime":"#, traits.expectedRuntime, unless: nil)
    write(#""maxRuntime":"#, traits.maxRuntime, unless: nil)
    write(#""stopGrace":"#, traits.stopGrace, unless: usual.stopGrace)
    write(#""readyAfter":"#, traits.readyAfter, unless: usual.readyAfter)
  }

  private mutating func write(_ name: StaticString, _ span: TimeSpan?, unless usual: TimeSpan?) {
    guard let span, span != usual else { return }
    key(name)
    integer(span.nanoseconds)
  }

  private mutating func write(_ resources: Resources) {
    openObject()
    key(#""ram":"#)
    integer(resources.ramBytes)
    key(#""cpu":"#)
    integer(resources.cpuMilli)
    if resources.gpuMilli != 0 {
      key(#""gpu":"#)
      integer(resources.gpuMilli)
    }
    closeObject()
  }

  private mutating func write(_ dependencies: [Dependency]) {
    openArray()
    for dependency in dependencies {
      separate()
      openObject()
      key(#""name":"#)
      identity(dependency.on)
      key(#""until":"#)
      string(dependency.until.rawValue)
      closeObject()
    }
    closeArray()
  }

  private mutating func write(_ env: [String: TextOrSecret]) {
    openObject()
    for (name, value) in env.inByteOrder() {
      key(text: name)
      switch value {
      case .text(let text): string(text)
      case .secret(let reference): write(reference)
      }
    }
    closeObject()
  }

  private mutating func write(_ value: SensitiveValue) {
    switch value {
    case .literal(let secret): secret.withValue { string($0) }
    case .reference(let reference): write(reference)
    }
  }

  private mutating func write(_ reference: SecretReference) {
    openObject()
    switch reference {
    case .fromEnv(let name):
      key(#""fromEnv":"#)
      string(name)
    case .fromFile(let path):
      key(#""fromFile":"#)
      string(path)
    }
    closeObject()
  }

  private mutating func write(_ texts: [String]) {
    openArray()
    for text in texts {
      separate()
      string(text)
    }
    closeArray()
  }

  private mutating func write(_ texts: [String: String]) {
    openObject()
    for (name, value) in texts.inByteOrder() {
      key(text: name)
      string(value)
    }
    closeObject()
  }
}
