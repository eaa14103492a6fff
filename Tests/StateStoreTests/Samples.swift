import FleetModel

/// Records of a small fleet, as short as tests need them.
enum Samples {
  static let gib: Int64 = 1 << 30
  static let t0 = Instant(nanoseconds: 1_790_000_000_123_456_789)

  static let source = SourceRecord(
    id: SourceID(1), name: "default", binding: "/srv/manifests", createdAt: t0, appliedAt: t0 + .seconds(1))

  static func organization(_ id: Int64, _ name: String, invite: String? = nil) -> OrganizationRecord {
    OrganizationRecord(
      id: OrganizationID(id), name: name, inviteCode: SecretText(invite ?? "invite-\(name)"), source: SourceID(1),
      specText: "{}", createdAt: t0)
  }
  static func user(_ id: Int64, _ name: String, email: String? = nil) -> UserRecord {
    UserRecord(
      id: UserID(id), name: name, email: email ?? "\(name)@example.org", hashedPassword: SecretText("hash"),
      isActive: true, organizations: [OrganizationID(1)], source: SourceID(1), specText: "{}", createdAt: t0)
  }
  static func cluster(_ id: Int64, _ name: String, ram: Int64 = 64, cpu: Int64 = 16, gpu: Int64 = 4) -> ClusterRecord {
    ClusterRecord(
      id: ClusterID(id), identity: ClusterIdentity(organization: "vision", name: name), organization: OrganizationID(1),
      creator: UserID(1), capacity: Resources(ramBytes: ram * gib, cpuMilli: cpu * 1000, gpuMilli: gpu * 1000),
      engine: .process, scheduling: SchedulingSpec(), source: SourceID(1), specText: "{}", createdAt: t0)
  }
  static func deployment(
    _ id: Int64, _ name: String, cluster: Int64 = 1, after dependencies: [Int64] = []
  ) -> DeploymentRecord {
    DeploymentRecord(
      id: DeploymentID(id), identity: identity(name), cluster: ClusterID(cluster), user: UserID(1), source: SourceID(1),
      image: "train:1", traits: DeploymentTraits(resources: Resources(ramBytes: gib, cpuMilli: 1000, gpuMilli: 0)),
      dependencies: dependencies.map { DependencyRecord(dependency: DeploymentID($0), until: .completed) },
      specText: "{}", secretDigests: [:], createdAt: t0, progress: DeploymentProgress(queuedAt: t0))
  }
  static func identity(_ name: String) -> DeploymentIdentity {
    DeploymentIdentity(cluster: ClusterIdentity(organization: "vision", name: "lab"), name: name)
  }
  static func run(
    _ id: Int64, of deployment: Int64, ram: Int64 = 1, cpu: Int64 = 1, gpus: [GPUShare] = [],
    state: RunState = .starting
  ) -> RunRecord {
    var run = RunRecord(
      id: RunID(id), name: RunName(text: "berth-run\(id)"), deployment: DeploymentID(deployment),
      identity: identity("d\(deployment)"), cluster: ClusterID(1), generation: 1, attempt: 1,
      resources: Resources(
        ramBytes: ram * gib, cpuMilli: cpu * 1000, gpuMilli: gpus.reduce(0) { $0 + Int64($1.milli) }), gpus: gpus,
      createdAt: t0, stopGrace: .seconds(10))
    run.state = state
    return run
  }

  /// Source, organization `vision`, user `ada`, cluster `lab`, and deployments `d1` to `dN`.
  static func fleet(deployments: Int64 = 3, cluster: ClusterRecord = cluster(1, "lab")) -> [StateWrite] {
    [.source(source), .organization(organization(1, "vision")), .user(user(1, "ada")), .cluster(cluster)]
      + (1...deployments).map { .deployment(deployment($0, "d\($0)")) }
  }
}
