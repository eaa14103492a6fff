import FleetModel
import GRDB

extension StateStore {
  /// Reads everything that planning needs, as of one commit: all objects, and the live runs.
  ///
  /// Objects and runs come in the order of their numbers. A later commit of another process shows in
  /// `hasChangedElsewhere`.
  ///
  /// - Throws: `damaged`, `unexpectedValue`, `busy` or `inputOutput`; a state that is read only in part is never
  ///   returned.
  public func load() throws(StateError) -> RecordedState {
    var (state, commits) = try reading { db in (try Self.recordedState(db, path: openedPath), try Self.commits(db)) }
    state.installation.epoch = epoch
    lastCommit.withLock { $0 = commits }
    return state
  }

  /// Whether another process has committed since this store last loaded or committed; true before both.
  ///
  /// - Throws: `replaced` if the database is no longer the file at its path.
  public func hasChangedElsewhere() throws(StateError) -> Bool {
    try checkFile()
    let commits = try reading { db in try Self.commits(db) }
    return lastCommit.withLock { $0 != commits }
  }

  /// Reads everything as of the commit that a connection sees. With `path`, by which the connection was opened, a
  /// second connection reads half of the deployments.
  static func recordedState(_ db: Database, path: String? = nil) throws -> RecordedState {
    let (installation, counters) = try Self.meta(db)
    var state = RecordedState(installation: installation)
    state.counters = counters
    state.sources = try Self.sources(db)
    state.organizations = try Self.organizations(db)
    state.users = try Self.users(db)
    state.clusters = try Self.clusters(db, organizations: state.organizations)
    state.deployments = try Self.deployments(db, clusters: state.clusters, path: path)
    state.runs = try RunReader.runs(db, where: RunReader.isLive) { _ in }
    state.runtimes = try RuntimeTable.all(db)
    return state
  }

  static func commits(_ db: Database) throws -> Int64 {
    var select = try SQLStatement(db, "SELECT commits FROM meta")
    var commits: Int64?
    try select.forEachRow(of: "meta") { commits = $0.int64(0) }
    guard let commits else { throw StateError.unknownRow(table: "meta", id: 1) }
    return commits
  }

  private static func meta(_ db: Database) throws -> (Installation, IDCounters) {
    var select = try SQLStatement(
      db,
      """
      SELECT id, installation_id, installation_key, next_source, next_organization, next_user, next_cluster,
        next_deployment, next_run FROM meta
      """)
    var found: (Installation, IDCounters)?
    try select.forEachRow(of: "meta") { row in
      var counters = IDCounters()
      counters.source = row.int64(3)
      counters.organization = row.int64(4)
      counters.user = row.int64(5)
      counters.cluster = row.int64(6)
      counters.deployment = row.int64(7)
      counters.run = row.int64(8)
      found = (Installation(id: row.text(1), key: row.bytes(2)), counters)
    }
    guard let found else { throw StateError.unknownRow(table: "meta", id: 1) }
    return found
  }

  private static func sources(_ db: Database) throws -> [SourceRecord] {
    var records: [SourceRecord] = []
    var select = try SQLStatement(
      db, "SELECT id, name, binding, created_ns, applied_ns, place FROM sources ORDER BY id")
    try select.forEachRow(of: "sources") { row in
      records.append(
        SourceRecord(
          id: row.id(0), name: row.text(1), binding: row.optionalText(2), place: row.optionalText(5),
          createdAt: row.nanoseconds(3), appliedAt: row.nanoseconds(4)))
    }
    return records
  }

  private static func organizations(_ db: Database) throws -> [OrganizationRecord] {
    var records: [OrganizationRecord] = []
    var select = try SQLStatement(
      db, "SELECT id, name, invite_code, created_at, source_id, is_withdrawn, spec FROM organizations ORDER BY id")
    try select.forEachRow(of: "organizations") { row in
      var record = OrganizationRecord(
        id: row.id(0), name: row.text(1), inviteCode: SecretText(WithdrawnValue.value(of: row.text(2))),
        source: row.id(4),
        specText: row.text(6), createdAt: try row.instant(3))
      record.isWithdrawn = row.bool(5)
      records.append(record)
    }
    return records
  }

  private static func users(_ db: Database) throws -> [UserRecord] {
    var memberships = try SQLStatement(db, "SELECT user_id, organization_id FROM user_organization ORDER BY 1, 2")
    var organizations: [Int64: [OrganizationID]] = [:]
    try memberships.forEachRow(of: "user_organization") { row in
      organizations[row.int64(0), default: []].append(row.id(1))
    }
    var records: [UserRecord] = []
    var select = try SQLStatement(
      db,
      """
      SELECT id, username, email, hashed_password, is_active, created_at, source_id, is_withdrawn, spec
      FROM users ORDER BY id
      """)
    try select.forEachRow(of: "users") { row in
      var record = UserRecord(
        id: row.id(0), name: row.text(1), email: WithdrawnValue.value(of: row.text(2)),
        hashedPassword: SecretText(row.text(3)), isActive: row.bool(4),
        organizations: organizations[row.int64(0)] ?? [], source: row.id(6),
        specText: row.text(8), createdAt: try row.instant(5))
      record.isWithdrawn = row.bool(7)
      records.append(record)
    }
    return records
  }

  private static func clusters(_ db: Database, organizations: [OrganizationRecord]) throws -> [ClusterRecord] {
    let names = Dictionary(uniqueKeysWithValues: organizations.map { ($0.id, $0.name) })
    var records: [ClusterRecord] = []
    var select = try SQLStatement(
      db,
      """
      SELECT id, name, organization_id, creator_id, total_ram_bytes, total_cpu_milli, total_gpu_milli, engine, preemption,
        minimum_runtime_ns, reservations, max_bypass, aging_after_ns, source_id, spec, created_at, is_withdrawn
      FROM clusters ORDER BY id
      """)
    try select.forEachRow(of: "clusters") { row in
      guard let organization = names[row.id(2)] else { throw row.unexpected(2) }
      guard let engine = EngineSpec(word: row.text(7)) else { throw row.unexpected(7) }
      let scheduling = SchedulingSpec(
        preemption: try row.word(8), minimumRuntime: row.span(9), reservations: row.optionalInt64(10).map { Int($0) },
        maxBypass: row.int(11), agingAfter: row.span(12))
      var record = ClusterRecord(
        id: row.id(0), identity: ClusterIdentity(organization: organization, name: row.text(1)),
        organization: row.id(2), creator: row.id(3),
        capacity: Resources(ramBytes: row.int64(4), cpuMilli: row.int64(5), gpuMilli: row.int64(6)), engine: engine,
        scheduling: scheduling, source: row.id(13), specText: row.text(14), createdAt: try row.instant(15))
      record.isWithdrawn = row.bool(16)
      records.append(record)
    }
    return records
  }
}
