import FleetModel
import GRDB
import Testing

@testable import StateStore

@Suite struct MigrationTests {
  /// The records in the fixture of each schema.
  static let writes: [StateWrite] = {
    var user = Samples.user(1, "ada")
    user.isWithdrawn = true
    var deployment = Samples.deployment(2, "d2", after: [1])
    deployment.secretDigests = ["fromEnv HF_TOKEN": "d1ge57"]
    deployment.traits.maxRuntime = .seconds(7200)
    deployment.progress.status = .running
    deployment.progress.startedAt = Samples.t0 + .seconds(5)
    var run = Samples.run(2, of: 2, gpus: [GPUShare(slot: 1, milli: 500)], state: .running)
    run.handle = "runs/berth-run2"
    run.startedAt = Samples.t0 + .seconds(5)
    var ended = Samples.run(1, of: 1, state: .ended)
    ended.outcome = .failedToStart("it's gone")
    ended.endedAt = Samples.t0
    let event = EventRecord(
      at: Samples.t0, subject: .deployment(Samples.identity("d1")), run: ended.name, code: .failed,
      message: "it's gone")
    return Samples.fleet(deployments: 1) + [
      .user(user), .deployment(deployment), .run(ended), .run(run), .event(event),
    ]
  }()

  /// The fixtures of all schemas, oldest first. A fixture never changes, because such files exist.
  static let fixtures = [
    schema1, schema2, schema3, schema4, schema5, schema6, schema7, schema8, schema9, schema10,
    schema11,
  ]

  @Test func `there is a fixture of every schema`() { #expect(Self.fixtures.count == Migration.current) }

  @Test(arguments: fixtures.indices)
  func `every earlier schema becomes the current one and keeps its data`(index: Int) throws {
    let (old, new) = (try TemporaryState(), try TemporaryState())
    old.makeDirectory()
    try DatabaseQueue(path: old.path).writeWithoutTransaction { try $0.execute(sql: Self.fixtures[index]) }
    try old.sql("PRAGMA application_id = \(Migration.applicationID); PRAGMA user_version = \(index + 1)")
    if index + 1 < Migration.current {
      #expect(throws: StateError.olderSchema(found: index + 1, known: Migration.current)) { try old.open(.readOnly) }
    }
    // A backup is of the same schema, and becomes the current one as the state does.
    let backup = old.directory + "/backup.db"
    try StateStore.open(path: old.path, mode: .readOnly, acceptsOlderSchema: true).backUp(to: backup)
    #expect(try DatabaseQueue(path: backup).read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == index + 1)
    let (migrated, made) = (try old.open(.existing), try new.store(holding: Self.writes))
    #expect(parts(try StateStore.open(path: backup, mode: .existing).load()) == parts(try migrated.load()))
    #expect(parts(try migrated.load()) == parts(try made.load()))
    #expect(try migrated.runs(of: Samples.identity("d1")) == made.runs(of: Samples.identity("d1")))
    #expect(try migrated.events() == made.events())
    #expect(try migrated.lastLockHolder()?.pid == 7)
    let schema = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)"
    #expect(try migrated.answer(schema) == made.answer(schema))
    try migrated.commit([.run(Samples.run(3, of: 1))], counters: IDCounters())
  }
}
