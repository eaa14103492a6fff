import FleetModel
import Testing

@testable import StateStore

@Suite struct QueryTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  private func reader() throws -> StateStore {
    var ended = Samples.run(1, of: 1, state: .ended)
    ended.outcome = .exited(status: 3)
    var progress = DeploymentProgress(queuedAt: Samples.t0)
    progress.status = .failed
    progress.reasonCode = "exited"
    let writes: [StateWrite] =
      Samples.fleet() + [
        .organization(Samples.organization(2, "audio")), .user(Samples.user(2, "bob")),
        .cluster(Samples.cluster(2, "annex")), .deployment(Samples.deployment(4, "d1", cluster: 2, after: [1, 2])),
        .progress(DeploymentID(1), progress), .run(ended), .run(Samples.run(2, of: 2, state: .running)),
      ]
    _ = try state.store(holding: writes)
    return try state.open(.readOnly)
  }

  @Test func `every kind is listed in the order of identities`() throws {
    let reader = try reader()
    #expect(try reader.organizations().map(\.name) == ["audio", "vision"])
    #expect(try reader.users().map(\.username) == ["ada", "bob"])
    #expect(try reader.users().map(\.organizations) == [["vision"], ["vision"]])
    #expect(try reader.clusters().map(\.identity.text) == ["vision/annex", "vision/lab"])
    #expect(
      try reader.deployments().map(\.identity.text) == [
        "vision/annex/d1", "vision/lab/d1", "vision/lab/d2", "vision/lab/d3",
      ])
  }

  @Test func `filters select rows`() throws {
    let reader = try reader()
    func deployments(_ filter: ObjectFilter) throws -> [Int64] { try reader.deployments(filter).map(\.id.value) }
    #expect(try deployments(ObjectFilter(organization: "audio")) == [])
    #expect(try deployments(ObjectFilter(organization: "vision", cluster: "annex")) == [4])
    #expect(try deployments(ObjectFilter(name: "d1")) == [4, 1])
    #expect(try deployments(ObjectFilter(cluster: "lab", name: "d1")) == [1])
    #expect(try deployments(ObjectFilter(name: "' OR 1=1 --")) == [])
    #expect(try reader.clusters(ObjectFilter(cluster: "lab")).map(\.id.value) == [1])
    #expect(try reader.users(ObjectFilter(organization: "audio")).isEmpty)
    #expect(try reader.users(ObjectFilter(organization: "vision", name: "bob")).map(\.id.value) == [2])
    #expect(try reader.organizations(ObjectFilter(name: "audio")).map(\.id.value) == [2])
  }

  @Test func `rows have the recorded values`() throws {
    let reader = try reader()
    let lab = try #require(try reader.clusters(ObjectFilter(name: "lab")).first)
    #expect(lab.total == ResourceColumns(ram: 64, cpu: 16, gpu: 4))
    #expect(lab.available == ResourceColumns(ram: 63, cpu: 15, gpu: 4))
    #expect(lab.held == Resources(ramBytes: Samples.gib, cpuMilli: 1000, gpuMilli: 0) && !lab.isOvercommitted)
    #expect(lab.creator == "ada" && lab.engine == "process" && lab.source == "default")
    let deployments = try reader.deployments(ObjectFilter(cluster: "lab"))
    #expect(deployments.map(\.status) == [.failed, .pending, .pending])
    #expect(deployments.map(\.reasonCode) == ["exited", nil, nil])
    #expect(deployments.map(\.runState) == [nil, .running, nil])
    #expect(deployments[0].required == ResourceColumns(ram: 1, cpu: 1, gpu: 0))
    #expect(deployments[0].user == "ada" && deployments[0].createdAt == Samples.t0)
  }

  @Test func `dependencies and dependants come with their status`() throws {
    let reader = try reader()
    let dependencies = try reader.dependencies(of: DeploymentID(4))
    #expect(dependencies.map(\.identity.text) == ["vision/lab/d1", "vision/lab/d2"])
    #expect(dependencies.map(\.status) == [.failed, .pending] && dependencies[0].reasonCode == "exited")
    #expect(try reader.dependents(of: DeploymentID(1)).map(\.identity.text) == ["vision/annex/d1"])
    #expect(try reader.dependents(of: DeploymentID(4)).isEmpty)
  }

  @Test func `runs outlive their deployment and follow a rename`() throws {
    let store = try state.store(holding: Samples.fleet())
    let runs = (1...4).map { Samples.run($0, of: 1, gpus: [GPUShare(slot: 0, milli: 500)], state: .ended) }
    try store.commit(runs.map { .run($0) }, counters: IDCounters())
    #expect(try store.runs(of: Samples.identity("d1")) == runs.reversed())
    #expect(try store.runs(of: Samples.identity("d1"), limit: 2).map(\.id.value) == [4, 3])
    #expect(try store.run(named: RunName(text: "berth-run3")) == runs[2])
    #expect(try store.run(named: RunName(text: "berth-run9")) == nil)
    try store.commit([.deployment(Samples.deployment(1, "new"))], counters: IDCounters())
    #expect(try store.runs(of: Samples.identity("new")).map(\.id.value) == [4, 3, 2, 1])
    #expect(try store.runs(of: Samples.identity("d1")).count == 4)
    try store.commit([.deploymentDeleted(DeploymentID(1))], counters: IDCounters())
    #expect(try store.runs(of: Samples.identity("d1")).count == 4)
    #expect(try store.runs(of: Samples.identity("new")).isEmpty)
  }

  @Test func `events are selected by time, number, object and count, and outlive their object`() throws {
    let store = try state.store(holding: Samples.fleet())
    let subjects: [ObjectIdentity] = [
      .deployment(Samples.identity("d1")), .cluster(Samples.identity("d1").cluster), .user("ada"), .organization("ada"),
    ]
    let events = (0..<8).map { index in
      EventRecord(
        at: Samples.t0 + .seconds(Int64(index)), subject: subjects[index % 4],
        run: index == 0 ? RunName(text: "berth-x") : nil, codeText: "code\(index)", message: "message \(index)\n\u{1b}")
    }
    try store.commit(events.map { .event($0) }, counters: IDCounters())
    #expect(try store.events().map(\.event) == events)
    #expect(try store.events(EventFilter(since: Samples.t0 + .seconds(6))).map(\.event) == Array(events[6...]))
    #expect(try store.events(EventFilter(subject: .user("ada"))).map(\.event) == [events[2], events[6]])
    #expect(try store.events(EventFilter(subject: .organization("ada"))).map(\.event) == [events[3], events[7]])
    #expect(try store.events(EventFilter(limit: 3)).map(\.event) == Array(events[5...]))
    let number = try #require(try store.events().dropLast(2).last?.number)
    #expect(try store.events(EventFilter(after: number)).map(\.event) == Array(events[6...]))
  }

  @Test func `retention keeps the last runs of each deployment and never takes a live one`() throws {
    let store = try state.store(holding: Samples.fleet())
    let ended =
      (1...13).map { Samples.run($0, of: 1, state: .ended) } + (14...15).map { Samples.run($0, of: 2, state: .lost) }
    let old = EventRecord(at: Samples.t0, subject: .user("ada"), run: nil, codeText: "old", message: "")
    var new = old
    new.at = Samples.t0 + .seconds(1)
    try store.commit(ended.map { .run($0) } + [.event(old), .event(new)], counters: IDCounters())
    let loaded = parts(try store.load())
    #expect(try store.expiredRuns().map(\.id.value) == [1, 2, 3])
    #expect(try store.expiredRuns(of: [DeploymentID(1)], keep: 12).map(\.name.text) == ["berth-run1"])
    #expect(try store.expiredRuns(of: [DeploymentID(2)]).isEmpty)
    try store.forget(try store.expiredRuns(), eventsBefore: Samples.t0 + .seconds(1))
    #expect(try store.expiredRuns().isEmpty)
    #expect(try store.runs(of: Samples.identity("d1")).count == 10)
    #expect(try store.events().map(\.event) == [new])
    #expect(parts(try store.load()) == loaded)
    try store.commit([.run(Samples.run(16, of: 1))], counters: IDCounters())
    #expect(try store.expiredRuns(keep: 0).count == 12)
    let live = ExpiredRun(id: RunID(16), name: RunName(text: "berth-run16"), cluster: ClusterID(1))
    #expect(throws: StateError.self) { try store.forget([live]) }
    #expect(try store.load().runs.count == 1)
  }
}
