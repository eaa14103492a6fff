import FleetModel
import GRDB
import Glibc
import SystemCalls
import SystemPackage
import Testing

@testable import StateStore

@Suite struct DamageTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  @Test func `a copy of the files at any commit opens as the state of that commit`() throws {
    let store = try state.store(holding: Samples.fleet())
    for id in 4...20 as ClosedRange<Int64> {
      try store.commit([.deployment(Samples.deployment(id, "d\(id)"))], counters: IDCounters())
      // The disk after a power cut: the database and its log, without the shared memory.
      let copy = try TemporaryState()
      copy.makeDirectory()
      for suffix in ["", "-wal"] { try copyFile(state.path + suffix, copy.path + suffix) }
      let reopened = try copy.open(.existing)
      #expect(parts(try reopened.load()) == parts(try store.load()))
      #expect(try reopened.check().filter { if case .counter = $0 { false } else { true } }.isEmpty)
    }
  }

  @Test func `a log cut in the middle of a commit opens as the state before it`() throws {
    let store = try state.store(holding: Samples.fleet())
    let before = parts(try store.load())
    let length = try size(state.path + "-wal")
    try store.commit((4...60).map { .deployment(Samples.deployment($0, "d\($0)")) }, counters: IDCounters())
    let end = try size(state.path + "-wal")
    for cut in stride(from: length, to: end, by: 7919) {
      let copy = try TemporaryState()
      copy.makeDirectory()
      for suffix in ["", "-wal"] { try copyFile(state.path + suffix, copy.path + suffix) }
      truncate(copy.path + "-wal", cut)
      #expect(parts(try copy.open(.existing).load()) == before)
    }
  }

  @Test func `a transaction that does not fit on the disk leaves the state as it was`() throws {
    let store = try state.store(holding: Samples.fleet())
    let before = parts(try store.load())
    let pages = try #require(try store.answer("PRAGMA page_count"))
    _ = try store.answer("PRAGMA max_page_count = \(pages)")
    let many = (4...2000).map { StateWrite.deployment(Samples.deployment($0, "d\($0)")) }
    let error = #expect(throws: StateError.self) { try store.commit(many, counters: IDCounters()) }
    guard case .diskFull(let failure) = error else { throw error ?? .changedElsewhere }
    #expect(failure.code == 13)
    #expect(parts(try store.load()) == before)
    _ = try store.answer("PRAGMA max_page_count = 1000000")
    try store.commit(many, counters: IDCounters())
    #expect(try store.load().deployments.count == 2000)
  }

  @Test func `a write while another client holds the database is busy and changes nothing`() throws {
    let store = try state.store(holding: Samples.fleet())
    _ = try store.answer("PRAGMA busy_timeout = 0")
    let other = try state.client()
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let error = #expect(throws: StateError.self) {
      try store.commit([.user(Samples.user(2, "bob"))], counters: IDCounters())
    }
    guard case .busy = error else { throw error ?? .changedElsewhere }
    #expect(try store.load().users.count == 1)
    try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
    try store.commit([.user(Samples.user(2, "bob"))], counters: IDCounters())
  }

  @Test func `readers see the last commit while a writer is in the middle of the next`() throws {
    let store = try state.store(holding: Samples.fleet())
    let reader = try state.open(.readOnly)
    let other = try state.client()
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE; UPDATE users SET email = 'x@example.org'") }
    #expect(try reader.load().users.map(\.email) == ["ada@example.org"])
    try other.inDatabase { try $0.execute(sql: "COMMIT") }
    #expect(try reader.load().users.map(\.email) == ["x@example.org"])
    #expect(try store.load().users.map(\.email) == ["x@example.org"])
  }

  @Test(arguments: Self.unknownWords)
  func `unknown words are errors that name the place`(sql: String, value: UnexpectedValue) throws {
    let store = try state.store(
      holding: Samples.fleet() + [.run(Samples.run(1, of: 1)), .deployment(Samples.deployment(3, "d3", after: [1]))])
    try state.sqlWithoutRules(sql)
    #expect(throws: StateError.unexpectedValue(value)) { try store.load() }
  }

  static let unknownWords: [(String, UnexpectedValue)] = [
    ("UPDATE deployments SET status = 'Paused' WHERE id = 2", .init("deployments", "status", 2, "Paused")),
    ("UPDATE deployments SET priority = 7 WHERE id = 2", .init("deployments", "priority", 2, "7")),
    ("UPDATE deployments SET mode = 'cron' WHERE id = 1", .init("deployments", "mode", 1, "cron")),
    ("UPDATE deployments SET created_at = 'noon' WHERE id = 1", .init("deployments", "created_at", 1, "noon")),
    ("UPDATE deployments SET cluster_id = 70 WHERE id = 1", .init("deployments", "cluster_id", 1, "70")),
    ("UPDATE clusters SET preemption = 'always'", .init("clusters", "preemption", 1, "always")),
    ("UPDATE clusters SET engine = 'fax'", .init("clusters", "engine", 1, "fax")),
    ("UPDATE clusters SET organization_id = 8", .init("clusters", "organization_id", 1, "8")),
    ("UPDATE runs SET identity = 'vision/lab'", .init("runs", "identity", 1, "vision/lab")),
    ("UPDATE runs SET outcome = 'melted'", .init("runs", "outcome", 1, "melted")),
    ("UPDATE runs SET outcome = 'exited'", .init("runs", "outcome_number", 1, "")),
    ("UPDATE runs SET stop_cause = 'boredom'", .init("runs", "stop_cause", 1, "boredom")),
    (
      "UPDATE deployment_dependencies SET until = 'never'",
      .init("deployment_dependencies", "until", 3, "never")
    ),
    ("DELETE FROM deployments WHERE id = 3", .init("deployment_dependencies", "dependent_id", 3, "3")),
  ]

  @Test func `a damaged page is refused by load and found by check`() throws {
    var store: StateStore? = try state.store(holding: Samples.fleet(deployments: 3000))
    try store?.close()
    store = nil
    let file = try #require(fopen(state.path, "r+"))
    // Not the first pages, which hold the schema. Some of the rest are leaves of `deployments`.
    let pages = try size(state.path) / 4096
    for page in stride(from: pages / 2, to: pages, by: 1) {
      fseek(file, page * 4096, SEEK_SET)
      fwrite([UInt8](repeating: 0xA5, count: 512), 1, 512, file)
    }
    fclose(file)
    let reopened = try state.open(.existing)
    let error = #expect(throws: StateError.self) { try reopened.load() }
    guard case .damaged = error else { throw error ?? .changedElsewhere }
    guard case .integrity = try reopened.check().first else { throw StateError.changedElsewhere }
  }

  private func size(_ path: String) throws -> Int {
    Int(try Stat(path).size)
  }

  private func copyFile(_ from: String, _ to: String) throws {
    // Not through a descriptor of this process: closing it would drop SQLite's locks on the live database. Another
    // process has its own locks.
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = (["/bin/cp", from, to] as [String]).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var status: Int32 = -1
    guard posix_spawn(&pid, "/bin/cp", nil, nil, &arguments, nil) == 0, waitpid(pid, &status, 0) == pid, status == 0
    else {
      throw SystemFailure("cp", from, Errno(rawValue: errno))
    }
  }
}

extension UnexpectedValue {
  /// An unexpected value with its fields in order.
  init(_ table: String, _ column: String, _ row: Int64, _ found: String) {
    self.init(table: table, column: column, row: row, found: found)
  }
}

extension TemporaryState {
  /// Another client, which may leave a transaction open between two accesses.
  func client() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Runs SQL without the schema's rules as far as they can be switched off, as damage and other programs can.
  func sqlWithoutRules(_ text: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    try DatabaseQueue(path: path, configuration: configuration).writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA ignore_check_constraints = ON; " + text)
    }
  }
}
