import FleetModel
import Testing

@testable import StateStore

@Suite struct CommitTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `every record reads back as it was written`(seed: UInt64) throws {
    let fleet = GeneratedState(seed: seed, deployments: 40)
    let store = try state.open()
    _ = try store.load()
    try store.commit(fleet.writes, counters: fleet.state.counters)
    #expect(parts(try store.load()) == parts(fleet.state))
    // Once more, each record as one write, and read by a store for reading.
    for write in fleet.writes { try store.commit([write], counters: fleet.state.counters) }
    #expect(parts(try state.open(.readOnly).load()) == parts(fleet.state))
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `every record can become every other`(seed: UInt64) throws {
    let (first, second) = (GeneratedState(seed: seed, deployments: 40), GeneratedState(seed: ~seed, deployments: 40))
    let store = try state.open()
    _ = try store.load()
    // Runs keep their resources, so only the objects change.
    let objects = second.writes.filter { if case .run = $0 { false } else { true } }
    try store.commit(first.writes, counters: first.state.counters)
    try store.commit(objects, counters: second.state.counters)
    var expected = second.state
    expected.runs = first.state.runs
    #expect(parts(try store.load()) == parts(expected))
  }

  @Test func `only live runs are loaded, and progress changes only progress`() throws {
    let store = try state.store(holding: Samples.fleet())
    var ended = Samples.run(1, of: 1, state: .ended)
    ended.outcome = .exited(status: 0)
    var progress = DeploymentProgress(queuedAt: Samples.t0)
    progress.status = .completed
    progress.attempts = 1
    progress.startedAt = Samples.t0
    try store.commit([.run(ended), .progress(DeploymentID(1), progress)], counters: IDCounters())
    let loaded = try store.load()
    #expect(loaded.runs.isEmpty)
    var expected = Samples.deployment(1, "d1")
    expected.progress = progress
    #expect(loaded.deployments[0] == expected)
  }

  @Test func `users swap e-mail addresses, and other objects names and invite codes`() throws {
    let before: [StateWrite] =
      Samples.fleet() + [
        .organization(Samples.organization(2, "speech", invite: "two")), .user(Samples.user(2, "bob")),
        .cluster(Samples.cluster(2, "annex")),
      ]
    let store = try state.store(holding: before)
    let after: [StateWrite] = [
      .organization(Samples.organization(1, "speech", invite: "two")),
      .organization(Samples.organization(2, "vision", invite: "invite-vision")),
      .user(Samples.user(1, "ada", email: "bob@example.org")), .user(Samples.user(2, "bob", email: "ada@example.org")),
      .cluster(Samples.cluster(1, "annex")), .cluster(Samples.cluster(2, "lab")),
      .deployment(Samples.deployment(1, "d2")), .deployment(Samples.deployment(2, "d3")),
      .deployment(Samples.deployment(3, "d1")),
    ]
    try store.commit(after, counters: IDCounters())
    let loaded = try store.load()
    #expect(loaded.organizations.map(\.name) == ["speech", "vision"])
    #expect(loaded.users.map(\.email) == ["bob@example.org", "ada@example.org"])
    #expect(loaded.clusters.map(\.identity.text) == ["speech/annex", "speech/lab"])
    #expect(loaded.deployments.map(\.identity.name) == ["d2", "d3", "d1"])
  }

  @Test(arguments: [false, true])
  func `withdrawn users and organizations leave their unique values to others`(inOneTransaction: Bool) throws {
    let store = try state.store(holding: Samples.fleet())
    var (ada, vision) = (Samples.user(1, "ada"), Samples.organization(1, "vision", invite: "one"))
    (ada.isWithdrawn, vision.isWithdrawn) = (true, true)
    let withdrawals: [StateWrite] = [.user(ada), .organization(vision)]
    let heirs: [StateWrite] = [
      .user(Samples.user(2, "bob", email: ada.email)), .organization(Samples.organization(2, "speech", invite: "one")),
    ]
    for writes in inOneTransaction ? [heirs + withdrawals] : [withdrawals, heirs] {
      try store.commit(writes, counters: IDCounters())
    }
    let loaded = try store.load()
    #expect(loaded.users == [ada, Samples.user(2, "bob", email: ada.email)])
    #expect(loaded.organizations == [vision, Samples.organization(2, "speech", invite: "one")])
    #expect(try store.users().map(\.email) == [ada.email, ada.email])
    // One that is declared again has its own value, and two that are declared can't share one.
    try store.commit([.user(Samples.user(1, "ada", email: "new@example.org"))], counters: IDCounters())
    #expect(throws: StateError.self) { try store.commit([.user(Samples.user(1, "ada"))], counters: IDCounters()) }
  }

  @Test func `two steps of one transaction may swap and swap back`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 2))
    let names = [("d2", "d1"), ("d1", "d2")]
    try store.commit(
      names.flatMap { [.deployment(Samples.deployment(1, $0.0)), .deployment(Samples.deployment(2, $0.1))] },
      counters: IDCounters())
    #expect(try store.load().deployments.map(\.identity.name) == ["d1", "d2"])
  }

  @Test func `a new object takes the name of one that the same transaction deletes`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 2))
    try store.commit(
      [.deployment(Samples.deployment(9, "d1")), .deploymentDeleted(DeploymentID(1))], counters: IDCounters())
    try store.commit(
      [.deploymentDeleted(DeploymentID(2)), .deployment(Samples.deployment(10, "d2"))], counters: IDCounters())
    #expect(try store.load().deployments.map(\.id.value) == [9, 10])
  }

  @Test func `an object made and deleted in one transaction leaves nothing`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 2))
    let writes: [StateWrite] = [
      .deployment(Samples.deployment(9, "d9", after: [1])),
      .progress(DeploymentID(9), DeploymentProgress(queuedAt: Samples.t0)), .deploymentDeleted(DeploymentID(9)),
    ]
    try store.commit(writes, counters: IDCounters())
    #expect(try store.load().deployments.map(\.id.value) == [1, 2])
  }

  @Test func `of several writes of one row the last counts`() throws {
    let store = try state.store(holding: Samples.fleet(deployments: 1))
    var failed = DeploymentProgress(queuedAt: Samples.t0)
    failed.status = .failed
    var cancelled = Samples.deployment(1, "d1")
    cancelled.progress.status = .cancelled
    try store.commit([.progress(DeploymentID(1), failed), .deployment(cancelled)], counters: IDCounters())
    #expect(try store.load().deployments == [cancelled])
    try store.commit([.deployment(cancelled), .progress(DeploymentID(1), failed)], counters: IDCounters())
    #expect(try store.load().deployments[0].progress == failed)
    try store.commit(
      [.run(Samples.run(1, of: 1)), .run(Samples.run(1, of: 1, state: .stopping))], counters: IDCounters())
    #expect(try store.load().runs.map(\.state) == [.stopping])
  }

  @Test func `a real collision is refused, and nothing of the transaction stays`() throws {
    let store = try state.store(holding: Samples.fleet())
    let before = parts(try store.load())
    let error = #expect(throws: StateError.self) {
      try store.commit(
        [.user(Samples.user(2, "bob")), .user(Samples.user(3, "eve", email: "ada@example.org"))], counters: IDCounters()
      )
    }
    guard case .refused(let failure) = error else { throw error ?? .changedElsewhere }
    #expect(failure.code == 19 && failure.extendedCode == 2067 && failure.message.contains("users.email"))
    #expect(!"\(failure)".contains("ada@example.org"))
    #expect(parts(try store.load()) == before)
    try store.commit([.user(Samples.user(2, "bob"))], counters: IDCounters())
  }

  @Test func `a referenced row can not be deleted, and names must exist`() throws {
    let store = try state.store(holding: Samples.fleet() + [.deployment(Samples.deployment(4, "d4", after: [1]))])
    for write: StateWrite in [
      .organizationDeleted(OrganizationID(1)), .userDeleted(UserID(1)), .clusterDeleted(ClusterID(1)),
      .deploymentDeleted(DeploymentID(1)), .deployment(Samples.deployment(5, "d5", cluster: 77)),
      .deployment(Samples.deployment(5, "d5", after: [66])),
    ] {
      let error = #expect(throws: StateError.self) { try store.commit([write], counters: IDCounters()) }
      guard case .refused(let failure) = error else { throw error ?? .changedElsewhere }
      #expect(failure.extendedCode == 787)
    }
    // It can be deleted together with its dependant.
    try store.commit(
      [.deploymentDeleted(DeploymentID(1)), .deploymentDeleted(DeploymentID(4))], counters: IDCounters())
  }

  @Test func `progress or deletion of an unknown row is refused`() throws {
    let store = try state.store(holding: Samples.fleet())
    #expect(throws: StateError.unknownRow(table: "deployments", id: 50)) {
      try store.commit(
        [.progress(DeploymentID(50), DeploymentProgress(queuedAt: Samples.t0))], counters: IDCounters())
    }
    #expect(throws: StateError.unknownRow(table: "users", id: 50)) {
      try store.commit([.userDeleted(UserID(50))], counters: IDCounters())
    }
  }

  @Test func `a store that has not seen another's commit may not write`() throws {
    let first = try state.store(holding: Samples.fleet())
    let second = try state.open()
    #expect(try second.hasChangedElsewhere())
    _ = try second.load()
    #expect(try !second.hasChangedElsewhere())
    try first.commit([.user(Samples.user(2, "bob"))], counters: IDCounters())
    #expect(try !first.hasChangedElsewhere())
    #expect(try second.hasChangedElsewhere())
    #expect(throws: StateError.changedElsewhere) {
      try second.commit([.user(Samples.user(3, "eve"))], counters: IDCounters())
    }
    #expect(try second.load().users.map(\.name) == ["ada", "bob"])
    try second.commit([.user(Samples.user(3, "eve"))], counters: IDCounters())
  }

  @Test func `a store opened for reading does not write`() throws {
    let writes = Samples.fleet()
    _ = try state.store(holding: writes)
    let reader = try state.open(.readOnly)
    _ = try reader.load()
    let error = #expect(throws: StateError.self) { try reader.commit([], counters: IDCounters()) }
    guard case .readOnly = error else { throw error ?? .changedElsewhere }
  }
}
