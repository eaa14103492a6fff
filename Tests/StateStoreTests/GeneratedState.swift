import FleetModel
import TestKit

/// A generated state whose records have every field set. Capacity is ample, so that every run fits.
struct GeneratedState {
  private var numbers: SeededGenerator
  private(set) var state = RecordedState(installation: TemporaryState.installation)

  init(seed: UInt64, deployments: Int) {
    numbers = SeededGenerator(seed: seed)
    for id in 1...3 { state.sources.append(source(Int64(id))) }
    for id in 1...3 { state.organizations.append(organization(Int64(id))) }
    for id in 1...5 { state.users.append(user(Int64(id))) }
    for id in 1...4 { state.clusters.append(cluster(Int64(id))) }
    for id in 1...deployments { state.deployments.append(deployment(Int64(id))) }
    for index in state.deployments.indices where chance() { state.runs.append(run(of: state.deployments[index])) }
    state.counters.deployment = Int64(deployments) + 1
    state.counters.run = Int64(deployments) + 7
    state.counters.source = 4
    state.counters.organization = 5
    state.counters.user = 6
    state.counters.cluster = 7
  }

  /// The records as the writes of one transaction.
  var writes: [StateWrite] {
    state.sources.map { .source($0) } + state.organizations.map { .organization($0) } + state.users.map { .user($0) }
      + state.clusters.map { .cluster($0) } + state.deployments.map { .deployment($0) } + state.runs.map { .run($0) }
  }

  private mutating func chance() -> Bool { numbers.next() % 2 == 0 }
  private mutating func below(_ bound: Int64) -> Int64 { Int64(numbers.next() % UInt64(bound)) }
  private mutating func instant() -> Instant { Instant(nanoseconds: Int64(bitPattern: numbers.next())) }
  private mutating func span() -> TimeSpan { TimeSpan(nanoseconds: below(1 << 60)) }
  private mutating func maybe<Value>(_ value: Value) -> Value? { chance() ? value : nil }
  private mutating func text() -> String {
    let pieces = ["", "a", "é", "日本", "'", "\"", "\n", "x\u{0}y", "🚀", "%s", "--", ";", "\u{1b}[31m", "longer than it"]
    return (0..<below(6)).map { _ in pieces[Int(below(Int64(pieces.count)))] }.joined()
  }

  private mutating func source(_ id: Int64) -> SourceRecord {
    let binding = text()
    return SourceRecord(
      id: SourceID(id), name: "source\(id)", binding: maybe(binding), createdAt: instant(), appliedAt: instant())
  }
  private mutating func organization(_ id: Int64) -> OrganizationRecord {
    var record = OrganizationRecord(
      id: OrganizationID(id), name: "org\(id)", inviteCode: SecretText("\(id)" + text()),
      source: SourceID(1 + below(3)),
      specText: text(), createdAt: instant())
    record.isWithdrawn = chance()
    return record
  }
  private mutating func user(_ id: Int64) -> UserRecord {
    let organizations = (1...3).filter { _ in chance() }.map { OrganizationID(Int64($0)) }
    var record = UserRecord(
      id: UserID(id), name: "user\(id)", email: "\(id)" + text(), hashedPassword: SecretText(text()),
      isActive: chance(), organizations: organizations, source: SourceID(1 + below(3)), specText: text(),
      createdAt: instant())
    record.isWithdrawn = chance()
    return record
  }
  private mutating func cluster(_ id: Int64) -> ClusterRecord {
    let organization = 1 + below(3)
    let scheduling = SchedulingSpec(
      preemption: chance() ? .never : .lowerPriority, minimumRuntime: span(), reservations: maybe(3),
      maxBypass: Int(below(99)), agingAfter: span())
    var record = ClusterRecord(
      id: ClusterID(id), identity: ClusterIdentity(organization: "org\(organization)", name: "cluster\(id)"),
      organization: OrganizationID(organization), creator: UserID(1 + below(5)),
      capacity: Resources(ramBytes: 1 << 50, cpuMilli: 1 << 40, gpuMilli: 1_000_000_000), engine: .process,
      scheduling: scheduling, source: SourceID(1 + below(3)), specText: text(), createdAt: instant())
    record.isWithdrawn = chance()
    return record
  }
  private mutating func deployment(_ id: Int64) -> DeploymentRecord {
    let cluster = state.clusters[Int(below(4))]
    var traits = DeploymentTraits(
      resources: Resources(ramBytes: below(1 << 36), cpuMilli: below(99_999), gpuMilli: below(9000)))
    traits.mode = chance() ? .job : .service
    traits.priority = Priority.allCases[Int(below(3))]
    traits.retry = RetryPolicy(limit: Int(below(9)), backoff: span())
    traits.expectedRuntime = maybe(.seconds(7))
    traits.maxRuntime = maybe(.seconds(8))
    traits.stopGrace = span()
    traits.readyAfter = span()
    (traits.preemptible, traits.suspend, traits.protect) = (chance(), chance(), chance())
    var progress = DeploymentProgress(queuedAt: instant())
    progress.status = DeploymentStatus.allCases[Int(below(5))]
    progress.reasonCode = maybe("waitsForDependency")
    progress.generation = 1 + Int(below(9))
    (progress.attempts, progress.failures) = (Int(below(9)), Int(below(9)))
    progress.notBefore = maybe(Instant(nanoseconds: -5))
    progress.startedAt = maybe(Instant(nanoseconds: 1_790_000_000_000_000_001))
    progress.isWithdrawn = chance()
    // Edges to any other deployment, also to later ones, because the order of writes must not matter.
    let dependencies = (0..<below(4)).map { _ in 1 + below(40) }.filter { $0 != id }
    return DeploymentRecord(
      id: DeploymentID(id), identity: DeploymentIdentity(cluster: cluster.identity, name: "deployment\(id)"),
      cluster: cluster.id, user: UserID(1 + below(5)), source: SourceID(1 + below(3)), image: text(), traits: traits,
      dependencies: Set(dependencies).sorted().map {
        DependencyRecord(dependency: DeploymentID($0), until: $0 % 2 == 0 ? .completed : .running)
      },
      specText: text(), secretDigests: chance() ? [:] : ["fromEnv A": text(), "fromFile b": text()],
      createdAt: instant(), progress: progress)
  }
  private mutating func run(of deployment: DeploymentRecord) -> RunRecord {
    let causes: [StopCause] = [
      .replaced, .withdrawn, .suspended, .preempted(by: DeploymentID(3)), .dependencyFailed, .maxRuntime,
      .secretUnavailable,
    ]
    let outcomes: [RunOutcome] = [
      .exited(status: 3), .signaled(signal: 9), .failedToStart(text()), .maxRuntimeExceeded, .ramExceeded, .lost,
      .interrupted,
      .abandoned,
    ]
    let id = deployment.id.value
    let gpus =
      chance() ? [] : [GPUShare(slot: Int(id), milli: 1 + Int(below(999))), GPUShare(slot: Int(id) + 1, milli: 1)]
    var run = RunRecord(
      id: RunID(id + 5), name: RunName(text: "berth-\(id)"), deployment: deployment.id, identity: deployment.identity,
      cluster: deployment.cluster, generation: Int(below(9)), attempt: Int(below(9)),
      resources: deployment.traits.resources, gpus: gpus, createdAt: instant(), stopGrace: span())
    run.state = [RunState.starting, .running, .stopping][Int(below(3))]
    run.handle = maybe("handle \(id)")
    run.isLaunched = chance()
    run.startedAt = maybe(Instant(nanoseconds: 4))
    run.endedAt = maybe(Instant(nanoseconds: 5))
    run.outcome = maybe(outcomes[Int(below(7))])
    run.stopCause = maybe(causes[Int(below(7))])
    return run
  }
}

/// The contents of a state, in a comparable form.
func parts(_ state: RecordedState) -> [[AnyHashable]] {
  [
    state.sources, state.organizations, state.users, state.clusters, state.deployments, state.runs, state.runtimes,
    [state.counters], [state.installation],
  ]
}
